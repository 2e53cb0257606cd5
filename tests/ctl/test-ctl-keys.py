#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The keys of the daemon's dictionaries and the options of bluebrokerctl: the same lists; each option arrives, and
has the effect that it should.

usage: test-ctl-keys.py DAEMON SIMBLUEZ CTL OPTION_KEYS SESSION_XML [TEST...]
OPTION_KEYS prints what the tool's options set.
"""

import json
import re
import signal
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from broker_world import RADIO, SLOW, World, state, wait_for

DAEMON, SIMBLUEZ, CTL, OPTION_KEYS, XML = sys.argv[1:6]

HEART = 'C4:00:00:00:00:01'
BEACON = 'D0:00:00:00:00:02'
STRONG = 'E0:00:00:00:00:03'
CENTRAL = 'C0:00:00:00:00:01'
ADVERTISERS = {HEART: ('-50', '0201060303 0d18 0b09 48656172742052617465'),
               BEACON: ('-70', '1aff4c000215fda50693a4e24fb1afcfc6eb0764782527114cb9c5'),
               STRONG: ('-40', '020a04 03ff1234')}
DICTIONARIES = {
    'SetScanFilter': '({},)', 'Init': '({},)', 'Connect': '("C4:00:00:00:00:99", {})', 'SetAdvertisement': '({},)',
    'SetAdvertisementParams': '({},)', 'AcquireAdvertisements': '({},)', 'GetDevices': '({},)'}

# long enough for the call that is looked for
LONG = str(SLOW)
SCAN = ('scan', '--timeout', LONG)
CONNECT = ('connect', HEART, '--timeout', '20')
ADVERTISE = ('advertise', '--timeout', str(3 * SLOW))     # which its calls have, too
# for each key: a command, and what must be in the call that it makes; or the exit status, where the daemon says no
CASES = {
    'SetScanFilter.addresses': (SCAN + ('--address', HEART.lower()), [HEART]),
    'SetScanFilter.uuids': (SCAN + ('--uuid', '180d'), [{'type': 's', 'data': '0000180d-0000-1000-8000-00805f9b34fb'}]),
    'SetScanFilter.manufacturers': (SCAN + ('--manufacturer', '76'), [76]),
    'SetScanFilter.name': (SCAN + ('--name', 'Heart*'), 'Heart*'),
    'SetScanFilter.rssi': (SCAN + ('--rssi', '-60'), -60),
    'SetScanFilter.pathloss': (SCAN + ('--pathloss', '60'), 60),
    'SetScanFilter.patterns': (SCAN + ('--pattern', '0xff:4c0002', '--pattern', '1:ADV_NAME_CMPL:65617274'),
                               [[0, 0xff, [0x4c, 0, 2]], [1, 9, [0x65, 0x61, 0x72, 0x74]]]),
    'SetScanFilter.adv_types': (SCAN + ('--adv-type', 'unknown', '--adv-type', 'CONN_ADV', '--adv-type', '3'),
                                [255, 0, 3]),
    'SetScanFilter.dedup': (SCAN + ('--dedup', '5000'), 5000),
    'SetScanFilter.active': (SCAN + ('--passive',), False),
    'SetScanFilter.scan_responses': (SCAN + ('--no-scan-responses',), False),
    'SetScanFilter.delivery': (SCAN + ('--delivery', 'fifo'), 'fifo'),
    'SetScanFilter.batch_ms': (SCAN + ('--delivery', 'signal', '--batch-ms', '50'), 50),
    'SetScanFilter.batch_max': (SCAN + ('--delivery', 'signal', '--batch-max', '3'), 3),
    'AcquireAdvertisements.batch_ms': (SCAN + ('--batch-ms', '0'), 0),
    'AcquireAdvertisements.batch_max': (SCAN + ('--batch-max', '4096'), 4096),
    'GetDevices.addresses': (('devices', '--address', HEART), [HEART]),
    'GetDevices.uuids': (('devices', '--uuid', '0x180d'),
                         [{'type': 's', 'data': '0000180d-0000-1000-8000-00805f9b34fb'}]),
    'GetDevices.manufacturers': (('devices', '--manufacturer', '0x4c'), [76]),
    'GetDevices.name': (('devices', '--name', 'H*'), 'H*'),
    'GetDevices.rssi': (('devices', '--rssi', '-60'), -60),
    'GetDevices.pathloss': (('devices', '--pathloss', '50'), 50),
    'GetDevices.patterns': (('devices', '--pattern', '0xff:4c00'), [[0, 0xff, [0x4c, 0]]]),
    'GetDevices.adv_types': (('devices', '--adv-type', 'unknown'), [255]),
    'Init.mode': (SCAN + ('--mode', 'BLE'), 0),
    'Init.antenna': (SCAN + ('--antenna', 'EXT_ANT'), 1),
    'Init.pin': (ADVERTISE + ('--pin', '000123'), 123),
    'Init.secure': (ADVERTISE + ('--secure',), True),
    'Init.privacy': (CONNECT + ('--privacy',), True),
    'Init.mtu': (CONNECT + ('--mtu', '100'), 100),
    'Init.fifo': (SCAN + ('--fifo', '33'), 33),
    'Init.overflow': (SCAN + ('--overflow', 'drop-newest'), 'drop-newest'),
    'Connect.timeout': (CONNECT, range(1000, 20001)),
    'Connect.addr_type': (CONNECT + ('--addr-type', 'random-rpa'), 3),
    'Connect.priority': (CONNECT + ('--priority', '7'), 7),
    'Connect.auto_reconnect': (CONNECT + ('--auto-reconnect',), True),
    'SetAdvertisement.name': (ADVERTISE + ('--name', 'Test'), 'Test'),
    'SetAdvertisement.service_uuid': (ADVERTISE + ('--service', '180d'), [{'type': 's', 'data': '180d'}]),
    # busctl cannot print this one; it is looked for on the air
    'SetAdvertisement.manufacturer_data': (ADVERTISE + ('--manufacturer', '76:0102'), None),
    'SetAdvertisement.service_data': (ADVERTISE + ('--service-data', '180d:03'), {'180d': {'type': 'ay', 'data': [3]}}),
    'SetAdvertisement.appearance': (ADVERTISE + ('--appearance', '833'), 833),
    'SetAdvertisement.tx_power': (ADVERTISE + ('--tx-power',), True),
    'SetAdvertisement.discoverable': (ADVERTISE + ('--hidden',), False),
    'SetAdvertisementParams.adv_int_min': (ADVERTISE + ('--interval', '20:40'), 0x20),
    'SetAdvertisementParams.adv_int_max': (ADVERTISE + ('--interval', '20:40'), 0x40),
    'SetAdvertisementParams.adv_type': (ADVERTISE + ('--adv-type', 'scannable'), 2),
    'SetAdvertisementParams.own_addr_type': (ADVERTISE + ('--own-addr-type', 'random'), 1),
    'SetAdvertisementParams.channel_map': (ADVERTISE + ('--channel-map', '37,39'), 5),
    'SetAdvertisementParams.adv_filter_policy': (ADVERTISE + ('--adv-filter-policy', 'scan-list'), 1),
    'SetAdvertisementRaw.adv': (ADVERTISE + ('--raw', '05ff34120102'), [5, 0xff, 0x34, 0x12, 1, 2]),
    'SetAdvertisementRaw.scan_rsp': (ADVERTISE + ('--raw', '05ff34120102', '--scan-response', '03094869'),
                                     [3, 9, 0x48, 0x69]),
}


def plain(value):
    """busctl's JSON, without the types that it tells beside the values of a dictionary."""
    return value['data'] if isinstance(value, dict) and set(value) == {'type', 'data'} else value


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(DAEMON, SIMBLUEZ, CTL)
        cls.addClassCleanup(cls.world.close)
        cls.world.start_bluez()
        cls.switch = f'{cls.world.directory}/switch'
        with open(cls.switch, 'w', encoding='ascii'):
            pass
        cls.world.start_daemon(f'[Radio]\nAntennaSwitch={cls.switch}\n')
        cls.world.air(f'peer heart {HEART} random 020106')
        for line in ('service heart 10 180d primary', 'char heart 11 2a37 read 00'):
            cls.world.air(line)

    def advertise(self):
        self.addCleanup(self.world.air, f'quiet {RADIO}')
        for address, (rssi, data) in ADVERTISERS.items():
            data = data.replace(' ', '')
            self.world.air(f'repeat {RADIO} {address} {address} random 3 {rssi} {data} 20 0')

    def reached(self):
        """The options that set each key."""
        options = {}
        for line in subprocess.run([OPTION_KEYS], capture_output=True, text=True, check=True).stdout.splitlines():
            key, option = line.split()
            options.setdefault(key, set()).add(option)
        return options

    def known(self, method):
        """The keys of a method's dictionary, as the daemon lists them when it gets another."""
        words = [f'"{word}"' if ':' in word else word for word in re.findall(r'[\w:]+|\{\}', DICTIONARIES[method])]
        words[-1] = "{'?': <1>}"
        interface = 'Adapter1' if method == 'GetDevices' else 'Session1'
        called = subprocess.run(['gdbus', 'call', '--address', self.world.address, '--dest', 'com.example.Bluetooth',
                                 '--object-path', '/com/example/Bluetooth/hci0', '--method',
                                 f'com.example.Bluetooth.{interface}.{method}', *[word.strip('"') for word in words]],
                                capture_output=True, text=True, check=False)
        found = re.search(r'unknown key; known are: ([\w, ]+)', called.stderr)
        self.assertTrue(found, f'{method}: {called.stdout}{called.stderr}')
        return {f'{method}.{key}' for key in found[1].split(', ')}

    def test_lists(self):
        """Whatever the daemon takes, an option sets, and the other way round; the interface's file names it, too."""
        reached = set(self.reached())
        known = set().union(*map(self.known, DICTIONARIES))
        known |= {'SetAdvertisementRaw.adv', 'SetAdvertisementRaw.scan_rsp'}
        self.assertEqual(reached - known, set(), 'the daemon does not know them')
        self.assertEqual(known - reached, set(), 'no option sets them')
        self.assertEqual(set(CASES), known, 'a case for each, please')
        with open(XML, encoding='utf-8') as source:
            xml = source.read()
        for name in sorted(known):
            method, key = name.split('.')
            if method == 'GetDevices':
                continue
            said = re.search(rf'<!--\s*{method}:(.*?)-->.*?</method>', xml, re.DOTALL)
            self.assertRegex(said[0] if method == 'SetAdvertisementRaw' else said[1], rf'\b{key}\b', name)

    def calls(self, monitor, count):
        """The method calls to the daemon, by member, once that many pings have come."""
        with open(monitor, encoding='utf-8') as source:
            lines = [line for line in source.read().split('\n')[:-1] if line]
        calls = [json.loads(line) for line in lines]
        return calls if sum(call.get('member') == 'Ping' for call in calls) >= count else None

    def test_arrives(self):
        """Each option comes to the daemon as the key that the table says, with the value that was given."""
        path = f'{self.world.directory}/calls'
        with open(path, 'wb') as out:
            monitor = subprocess.Popen(['busctl', f'--address={self.world.address}', 'monitor', '--json=short',
                                        '--match', "type='method_call'"], stdout=out, stderr=subprocess.PIPE)

        def ping():
            subprocess.run(['gdbus', 'call', '--address', self.world.address, '--dest', 'com.example.Bluetooth',
                            '--object-path', '/', '--method', 'org.freedesktop.DBus.Peer.Ping'], check=False,
                           capture_output=True)
        self.addCleanup(monitor.stderr.close)
        self.addCleanup(monitor.wait)
        self.addCleanup(monitor.terminate)
        wait_for('the monitor', lambda: ping() or self.calls(path, 1))
        commands = sorted({words for words, _ in CASES.values()})
        with ThreadPoolExecutor(6) as pool:
            ran = dict(zip(commands, pool.map(lambda words: self.world.ctl(*words), commands)))
        before = len(self.calls(path, 1))
        ping()
        wait_for('the last call', lambda: any(call.get('member') == 'Ping' for call in self.calls(path, 1)[before:]))
        calls = self.calls(path, 1)
        options = self.reached()
        for name, (words, wanted) in CASES.items():
            with self.subTest(name):
                method, key = name.split('.')
                self.assertTrue(options[name] & set(words), 'by an option of the table')
                self.assertNotEqual(ran[words].returncode, 2, ran[words].stderr)
                values = [value for call in calls for value in self.values(call, method, key)]
                if wanted is None:
                    self.assertEqual(name, 'SetAdvertisement.manufacturer_data')
                elif isinstance(wanted, range):
                    self.assertTrue(set(values) & set(wanted), values)
                else:
                    self.assertIn(wanted, values)

    def values(self, call, method, key):
        """What a call gives that key; nothing, or one value."""
        member = {'Init': 'OpenSession'}.get(method, method)
        if call.get('member') != member:
            return
        data = call['payload']['data']
        if method == 'SetAdvertisementRaw':
            yield data[['adv', 'scan_rsp'].index(key)]
            return
        for part in data:
            if isinstance(part, dict) and key in part:
                yield plain(part[key])

    def heard(self, *words):
        result = self.world.ctl('scan', '--json', '--timeout', '1', *words)
        self.assertIn(result.returncode, (0, 5), result.stderr)
        return {json.loads(line)['address'] for line in result.stdout.splitlines()}

    def test_filters(self):
        self.advertise()
        for words, wanted in [
                (('--pathloss', '44'), {STRONG}),       # 4 dBm sent, -40 heard
                (('--pathloss', '43'), set()),
                (('--pattern', '0xff:4c0002'), {BEACON}),
                (('--pattern', '2:0xff:0215', '--pattern', '0x09:4865'), {BEACON, HEART}),
                (('--pattern', '1:0xff:0215'), set()),
                (('--adv-type', 'unknown'), set(ADVERTISERS)),      # all that the plain D-Bus source can tell
                (('--adv-type', 'connectable', '--adv-type', 'scan-response'), set()),
        ]:
            with self.subTest(words):
                self.assertEqual(self.heard(*words), wanted)
                listed = self.world.ctl('devices', '--json', *words)
                self.assertEqual({json.loads(line)['Address'] for line in listed.stdout.splitlines()}, wanted)

    def session(self):
        sessions = json.loads(self.world.ctl('stats', '--json').stdout)['Sessions']
        return [row for row in sessions if '/session/' in row['Path'] and 'uid' not in row['Path']]

    def test_delivery(self):
        """Each way hands over the same reports, and really is that way; what waits at the end comes, too."""
        self.advertise()
        for way, stream in ('stream', True), ('signal', False), ('fifo', False):
            with self.subTest(way):
                self.assertEqual(self.heard('--delivery', way), set(ADVERTISERS))
                process = self.world.ctl_start('scan', '--delivery', way, '--json', '--fifo', '77')
                self.addCleanup(process.stderr.close)
                self.addCleanup(process.stdout.close)
                self.addCleanup(process.wait)
                self.addCleanup(process.terminate)
                lines = [json.loads(process.stdout.readline()) for _ in range(20)]
                row, = self.session()
                self.assertEqual((row['Stream'], row['FifoDepth']), (stream, 77))
                self.assertEqual(row['StreamReports'] > 0, stream)
                numbers = [line['sequence'] for line in lines]
                self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 20)), 'in order, none missing')
                self.assertTrue(all(line['synthesized'] for line in lines))
                process.terminate()
                process.wait()
        for way in 'stream', 'signal', 'fifo':
            # a batch that is still being gathered when the time is up
            result = self.world.ctl('scan', '--json', '--timeout', '1', '--delivery', way, '--batch-ms', '10000')
            self.assertEqual(result.returncode, 0, f'{way}: {result.stderr}')
            self.assertGreater(len(result.stdout.splitlines()), 30)

    def test_overflow(self):
        """A FIFO that nobody empties loses its oldest reports, or the newest."""
        self.advertise()
        for way, kept in ('drop-newest', False), ('drop-oldest', True):
            with self.subTest(way):
                process = self.world.ctl_start('scan', '--json', '--raw', '--delivery', 'fifo', '--fifo', '5',
                                               '--overflow', way)
                self.addCleanup(process.stderr.close)
                self.addCleanup(process.stdout.close)
                self.addCleanup(process.wait)
                self.addCleanup(process.kill)
                process.stdout.readline()
                process.send_signal(signal.SIGSTOP)
                wait_for('the stop', lambda: state(process.pid) == 'T')
                # a busy machine may have lost some before
                before = self.session()[0]['Dropped']
                wait_for('a full FIFO', lambda: self.session()[0]['Dropped'] > before)
                lossy = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
                enough = self.session()[0]['Dropped'] + 20
                wait_for('more of them', lambda: self.session()[0]['Dropped'] > enough)
                # what waits now is what was there last, however late it is fetched
                self.world.air(f'quiet {RADIO}')
                self.session()          # the daemon has had all of it
                over = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
                process.send_signal(signal.SIGCONT)
                self.advertise()
                times = [0]
                while times[-1] < over:
                    times.append(json.loads(process.stdout.readline())['boottime_us'])
                self.assertEqual(any(lossy < moment < over for moment in times), kept)
                process.kill()
                process.wait()

    def test_on_air(self):
        words = ('--name', 'Test', '--manufacturer', '76:0102', '--service', '180d', '--hidden', '--adv-type', 'scannable')
        process = subprocess.Popen(self.world.command('advertise', *words), env=self.world.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        self.assertIn(b'advertising', process.stdout.readline())
        _, kind, _, _, data, response = self.world.air(f'onair {RADIO}').split()[0].split(':')
        self.assertNotEqual(kind, '0', 'nobody can connect')
        self.assertIn('05ff4c000102', data)
        self.assertIn('03030d18', data)
        self.assertNotIn('020106', data)
        self.assertIn('050954657374', response)

    def test_session(self):
        """The antenna is switched; what the daemon does not support it says, with the key."""
        for which, number in ('external', '1'), ('internal', '0'):
            self.world.ctl('scan', '--timeout', '1', '--antenna', which)
            with open(self.switch, encoding='ascii') as source:
                self.assertEqual(source.read().strip()[-1], number)
        for words, key in [
                (('scan', '--mode', '1'), 'mode'),
                (('connect', HEART, '--mode', '1'), 'mode'),
                (('scan', '--antenna', 'MAN_ANT'), 'antenna'),
                (('advertise', '--own-addr-type', 'random'), 'own_addr_type'),
                (('advertise', '--channel-map', '37'), 'channel_map'),
                (('advertise', '--adv-filter-policy', 'list'), 'adv_filter_policy'),
                (('advertise', '--adv-type', 'directed'), 'adv_type'),
        ]:
            with self.subTest(words):
                refused = self.world.ctl(*words)
                self.assertEqual(refused.returncode, 1, refused.stderr)
                self.assertIn(f': {key}: ', refused.stderr)

    def test_encrypted(self):
        """--pin and --secure: what is served asks a central for encryption."""
        path = f'{self.world.directory}/serve'
        with open(path, 'w', encoding='ascii') as out:
            out.write('[Advertisement]\nName=T\n[Service s]\nUUID=ffe0\n'
                      '[Characteristic a]\nService=s\nUUID=ffe1\nValue=u8:7\n')
        self.world.air(f'central phone {CENTRAL} random')
        self.addCleanup(self.world.air, 'uncentral phone')
        for words, readable in ((), True), (('--pin', '1234'), False), (('--secure',), False):
            with self.subTest(words):
                process = subprocess.Popen(self.world.command('serve', path, *words), env=self.world.environment,
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.addCleanup(process.stdin.close)
                self.addCleanup(process.stdout.close)
                self.addCleanup(process.stderr.close)
                self.addCleanup(process.wait)
                self.addCleanup(process.terminate)
                self.assertIn(b'serving', process.stdout.readline())
                self.world.air('connect phone *')
                found = wait_for('the characteristic', lambda: re.search(
                    r'c:[0-9a-f]{4}:[0-9a-f]{2}:([0-9a-f]{4}):0000ffe1', self.world.air('discover phone')))
                if readable:
                    self.assertEqual(self.world.air(f'read phone {found[1]}'), '07')
                else:
                    with self.assertRaisesRegex(AssertionError, 'att 0x0f'):
                        self.world.air(f'read phone {found[1]}')
                self.world.air('disconnect phone')
                process.terminate()
                process.wait()


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[6:]], verbosity=2)
