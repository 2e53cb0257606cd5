#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl against the real daemon on a simulated BlueZ, in a pipe.

usage: test-ctl-bus.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import unittest

from broker_world import RADIO, SLOW, World, summary, wait_catches, wait_for

DAEMON, SIMBLUEZ, CTL = sys.argv[1:4]

HEART = ('C4:00:00:00:00:01', 'random', '-50', '0201060303 0d18 0b09 48656172742052617465')
BEACON = ('D0:00:00:00:00:02', 'random', '-70', '1aff4c000215fda50693a4e24fb1afcfc6eb0764782527114cb9c5')
TAG = ('24:00:00:00:00:03', 'public', '-90', '020106 05fffeff0102')
EVIL = ('E0:00:00:00:00:04', 'random', '-60', '0909 611b5b324a0a2262')     # a ESC [2J newline " b

LINE = re.compile(r'^\d\d:\d\d:\d\d\.\d{3} ((?:[0-9A-F]{2}:){5}[0-9A-F]{2}) (public|random) +(-?\d+|\?) dBm (\w+) +'
                  r'(-|".*") (.+)$')


def legacy_reports(packets):
    """(address, address type, event type, RSSI, data) of each H4 packet, which must hold one LE Advertising Report."""
    reports = []
    for packet in packets:
        assert packet[:2] == b'\x04\x3e' and packet[2] == len(packet) - 3 and packet[3:5] == b'\x02\x01', packet.hex()
        event_type, kind, address, length = struct.unpack('<BB6sB', packet[5:14])
        assert len(packet) == 14 + length + 1, packet.hex()
        reports.append((address[::-1].hex(':').upper(), kind, event_type, struct.unpack('b', packet[-1:])[0],
                        packet[14:-1].hex()))
    return reports


def read_pcap(data):
    """(time in seconds, H4 packet) of each record, and how many bytes stand after the last whole one."""
    magic, major, minor, _, _, _, link = struct.unpack('<IHHIIII', data[:24])
    assert (magic, major, minor, link) == (0xa1b2c3d4, 2, 4, 201)
    records, at = [], 24
    while len(data) - at >= 16:
        seconds, micros, kept, length, direction = struct.unpack('<IIII4s', data[at:at + 20])
        assert kept == length and direction == b'\0\0\0\1'
        if len(data) - at < 16 + kept:
            break
        records.append((seconds + micros / 1e6, data[at + 20:at + 16 + kept]))
        at += 16 + kept
    return records, len(data) - at


def read_btsnoop(data):
    assert struct.unpack('>8sII', data[:16]) == (b'btsnoop\0', 1, 1002)
    records, at = [], 16
    while at < len(data):
        length, kept, flags, _, micros = struct.unpack('>IIIIQ', data[at:at + 24])
        assert kept == length and flags == 3 and len(data) >= at + 24 + kept
        records.append(((micros - 0x00dcddb30f2f8000) / 1e6, data[at + 24:at + 24 + kept]))
        at += 24 + kept
    return records


def read_file(path):
    with open(path, 'rb') as source:
        return source.read()


class Scans(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(DAEMON, SIMBLUEZ, CTL)
        cls.addClassCleanup(cls.world.close)
        cls.world.start_bluez()
        cls.world.start_daemon()

    def setUp(self):
        self.addCleanup(self.world.air, f'quiet {RADIO}')
        # for the case before: ctl_start() would take that for its own scan
        wait_for('the radio to stop', lambda: not self.world.scanning())

    def advertise(self, *devices, interval=30):
        """Lets devices send until the test is over. Not scannable ones: the kernel holds those back for their response."""
        for number, (address, kind, rssi, data) in enumerate(devices):
            payload = data.replace(' ', '')
            self.world.air(f'repeat {RADIO} dev{number} {address} {kind} 3 {rssi} {payload} {interval} 0')

    def scan(self, *words, code=0):
        result = self.world.ctl('scan', *words)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def scan_json(self, *words, code=0):
        result = self.scan('--json', *words, code=code)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def test_status(self):
        text = self.world.ctl('status')
        self.assertEqual(text.returncode, 0)
        self.assertRegex(text.stdout, r'^bluebrokerd \d+\.\d+')
        self.assertIn(RADIO, text.stdout)
        status = json.loads(self.world.ctl('status', '--json').stdout)
        self.assertEqual([adapter['Address'] for adapter in status['Adapters']], [RADIO])
        self.assertIs(status['Adapters'][0]['Powered'], True)
        self.assertGreater(status['Limits']['MaxFifoDepth'], 0)
        self.assertEqual(status['BlueZSocket'], self.world.socket)
        self.assertIn(f"socket for BlueZ's programs: {self.world.socket}\n", text.stdout)
        limits = [line.split() for line in text.stdout.splitlines() if line.startswith('limit')]
        self.assertEqual(limits, [['limit', key, str(value)] for key, value in status['Limits'].items()])

    def test_lines(self):
        self.advertise(HEART, EVIL)
        result = self.scan('--count', '20')
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 20)
        found = {match.group(1): match for match in map(LINE.match, lines) if match}
        self.assertEqual(set(found), {HEART[0], EVIL[0]}, lines)
        self.assertEqual(found[HEART[0]].group(2, 3, 5, 6), ('random', '-50', '"Heart Rate"', '0x180d Heart Rate'))
        self.assertEqual(found[EVIL[0]].group(5), '"a\ufffd[2J\ufffd"b"')
        self.assertFalse(set(result.stdout) & set(map(chr, [*range(10), *range(11, 32), 127])))
        self.assertEqual(summary(result.stderr), (20, 2, 0))

    def test_json(self):
        self.advertise(HEART, BEACON, EVIL)
        reports = self.scan_json('--count', '30')
        self.assertEqual(len(reports), 30)
        last = {report['address']: report for report in reports}
        self.assertEqual(last[HEART[0]]['name'], 'Heart Rate')
        self.assertEqual(last[HEART[0]]['rssi'], -50)
        self.assertEqual(last[HEART[0]]['address_type'], 'random')
        self.assertIn('0000180d-0000-1000-8000-00805f9b34fb',
                      [uuid for field in last[HEART[0]]['fields'] for uuid in field.get('uuids', [])])
        beacon = [field['beacon'] for field in last[BEACON[0]]['fields'] if 'beacon' in field]
        self.assertEqual(beacon, [{'format': 'iBeacon', 'uuid': 'fda50693-a4e2-4fb1-afcf-c6eb07647825', 'major': 10001,
                                   'minor': 19641, 'power': -59}])
        self.assertEqual(last[EVIL[0]]['name'], 'a\x1b[2J\n"b')
        times = [report['boottime_us'] for report in reports]
        self.assertEqual(times, sorted(times))
        self.assertEqual(reports[-1]['lost'], 0)

    def test_raw(self):
        self.advertise(HEART)
        report, = self.scan_json('--raw', '--count', '1')
        self.assertNotIn('fields', report)
        self.assertIn('0b0948656172742052617465', report['data'])
        line, = self.scan('--raw', '--count', '1').stdout.splitlines()
        self.assertIn('0b0948656172742052617465', LINE.match(line).group(6))

    def test_captures(self):
        """Both formats have what the lines have, at the same times."""
        self.advertise(HEART, EVIL)
        pcap, btsnoop = f'{self.world.directory}/pcap', f'{self.world.directory}/btsnoop'
        before = time.time()
        result = self.scan('--count', '40', '--json', '--pcap', pcap, '--btsnoop', btsnoop)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        records, rest = read_pcap(read_file(pcap))
        self.assertEqual(rest, 0)
        self.assertEqual(len(records), 40)
        # the simulated BlueZ is D-Bus only: no type is known
        self.assertEqual(legacy_reports(packet for _, packet in records),
                         [(line['address'], 1, 0, line['rssi'], line['data']) for line in lines])
        self.assertEqual(result.stderr.count('neither type nor exact bytes'), 1)
        times = [moment for moment, _ in records]
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[0], before - 1)
        self.assertLess(times[-1], time.time() + 1)
        for record, line in zip(records, lines):
            self.assertAlmostEqual(record[0] - times[0], (line['boottime_us'] - lines[0]['boottime_us']) / 1e6, 5)
        again = read_btsnoop(read_file(btsnoop))
        self.assertEqual([packet for _, packet in again], [packet for _, packet in records])
        for record, other in zip(records, again):
            self.assertAlmostEqual(record[0], other[0], delta=0.1)

    def test_capture_of_much(self):
        """What is longer than a legacy advertisement becomes an extended report."""
        data = '1bff4c00' + '5a' * 24
        self.world.air(f'repeat {RADIO} long D0:00:00:00:00:05 random 0 -60 {data} 30 0 rsp 05094c6f6e67')
        path = f'{self.world.directory}/pcap'

        def extended():
            self.scan('--count', '10', '--pcap', path)
            return [packet for _, packet in read_pcap(read_file(path))[0] if packet[3] == 0x0d]

        packet = wait_for('a merged report', extended)[-1]
        self.assertEqual(packet[:5], b'\x04\x3e' + bytes([len(packet) - 3]) + b'\x0d\x01')
        self.assertEqual(packet[8:14], bytes.fromhex('0500000000d0'))
        self.assertEqual(packet[28], len(packet) - 29)
        self.assertIn(bytes.fromhex('05094c6f6e67'), packet[29:])
        self.assertIn(bytes.fromhex('ff4c00') + b'\x5a' * 24, packet[29:])

    def test_capture_to_output(self):
        """-: the capture and nothing else; it ends well when its reader has seen enough."""
        self.advertise(HEART)
        result = subprocess.run(self.world.command('scan', '--count', '10', '--pcap', '-'), env=self.world.environment,
                                capture_output=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        records, rest = read_pcap(result.stdout)
        self.assertEqual((len(records), rest), (10, 0))
        self.assertEqual(summary(result.stderr.decode()), (10, 1, 0))
        process = self.world.ctl_start('scan', '--btsnoop', '-')
        self.assertEqual(process.stdout.read(16 + 24)[:8], b'btsnoop\0')
        process.stdout.close()
        self.assertEqual(process.wait(10 * SLOW), 0, process.stderr.read())
        process.stderr.close()

    def test_capture_as_it_comes(self):
        """The file has what was heard before the scan ends, and all of it after Ctrl-C."""
        path = f'{self.world.directory}/pcap'
        process = self.world.ctl_start('scan', '--pcap', path)
        self.assertEqual(read_pcap(read_file(path)), ([], 0))
        self.advertise(HEART)
        wait_for('records in the file', lambda: len(read_pcap(read_file(path))[0]) > 3)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10 * SLOW)
        self.assertEqual(process.returncode, 0)
        records, rest = read_pcap(read_file(path))
        self.assertEqual((len(records), rest), (summary(errors.decode())[0], 0))
        self.assertEqual(len(output.splitlines()), len(records))

    def test_capture_fails(self):
        self.advertise(HEART)
        nowhere = self.scan('--pcap', '/nonexistent/file', '--timeout', '10', code=1)
        self.assertIn('/nonexistent/file: No such file', nowhere.stderr)
        full = self.scan('--btsnoop', '/dev/full', '--timeout', '10', code=1)
        self.assertIn('/dev/full: No space left on device', full.stderr)
        for words in ('--pcap', '-', '--json'), ('--pcap', '-', '--btsnoop', '-'):
            self.assertEqual(self.scan(*words, code=2).stdout, '')

        # a named pipe whose reader leaves
        pipe = f'{self.world.directory}/pipe'
        os.mkfifo(pipe)
        process = subprocess.Popen(self.world.command('scan', '--pcap', pipe), env=self.world.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        with open(pipe, 'rb') as reader:
            reader.read(24 + 20)
        _, errors = process.communicate(timeout=10 * SLOW)
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn(b'pipe: Broken pipe', errors)

    def test_timeout(self):
        self.advertise(HEART)
        began = time.monotonic()
        reports = self.scan_json('--timeout', '2')
        self.assertGreater(len(reports), 20)
        self.assertGreaterEqual(time.monotonic() - began, 2)
        self.assertLess(time.monotonic() - began, 4 * SLOW)
        wait_for('the radio to stop', lambda: not self.world.scanning(), 5)

    def test_nothing(self):
        result = self.scan('--timeout', '1', code=5)
        self.assertEqual(result.stdout, '')
        self.assertEqual(summary(result.stderr), (0, 0, 0))

    def test_filters(self):
        self.advertise(HEART, BEACON, TAG, EVIL)
        for words, wanted in [
                ((), {HEART, BEACON, TAG, EVIL}),
                (('--name', 'Heart*'), {HEART}),
                (('--name', 'heart*'), set()),
                (('--rssi', '-75'), {HEART, BEACON, EVIL}),
                (('--uuid', '180d'), {HEART}),
                (('--uuid', '1800', '--uuid', '0x180d'), {HEART}),
                (('--manufacturer', '76'), {BEACON}),
                (('--manufacturer', '0xfffe', '--manufacturer', '76'), {BEACON, TAG}),
                (('--address', TAG[0].replace(':', '').lower()), {TAG}),
                (('--address', TAG[0], '--address', EVIL[0], '--rssi', '-75'), {EVIL}),
        ]:
            with self.subTest(words):
                reports = self.scan_json(*words, '--timeout', '1', code=0 if wanted else 5)
                self.assertEqual({report['address'] for report in reports}, {device[0] for device in wanted})

    def test_dedup(self):
        self.advertise(HEART, BEACON)
        self.assertEqual(len(self.scan_json('--dedup', '60000', '--timeout', '1')), 2)

    def test_stats(self):
        """How often each device advertises, at the end: a table, or objects. What is not known is not made up."""
        self.advertise(HEART, EVIL, interval=50)
        self.world.air(f'repeat {RADIO} slow {TAG[0]} public 3 -90 05fffeff0102 400 0')
        rows = {row['address']: row for row in self.scan_json('--stats', '--timeout', '3')}
        self.assertEqual(set(rows), {HEART[0], EVIL[0], TAG[0]})
        for address, interval, name in (HEART[0], 50, 'Heart Rate'), (EVIL[0], 50, 'a\ufffd[2J\ufffd"b'), (TAG[0], 400, None):
            row = rows[address]
            self.assertEqual(row['name'], name)
            self.assertEqual(row['intervals'], row['reports'] - 1)
            self.assertGreater(row['interval_median_ms'], interval * 0.8)
            self.assertGreaterEqual(row['interval_max_ms'], row['interval_median_ms'])
            self.assertGreaterEqual(row['interval_max_ms'], row['interval_mean_ms'])
            self.assertIsNone(row['estimated_missed'], 'the plain D-Bus source tells only of some')
            self.assertEqual((row['lost'], row['scan_responses']), (0, 0))
        result = self.scan('--stats', '--timeout', '1')
        head, *lines = result.stdout.splitlines()
        self.assertEqual(head.split()[:1] + head.split()[-2:], ['ADDRESS', 'MISSED', 'NAME'])
        self.assertEqual({line.split()[0] for line in lines}, set(rows))
        self.assertEqual(sum(int(line.split()[3]) for line in lines), summary(result.stderr)[0])
        self.assertEqual(self.scan('--stats', '--timeout', '1', '--name', 'nobody', code=5).stdout, '')

    def test_rssi(self):
        """Lines with time, address and dBm; the devices that were asked for and no others, by address or name."""
        self.advertise(HEART, BEACON, EVIL)
        result = self.world.ctl('rssi', HEART[0].lower(), BEACON[0], HEART[0], '--count', '20')
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = [re.fullmatch(r'\d\d:\d\d:\d\d\.\d{3} ([0-9A-F:]{17}) +(-\d+) dBm', line)
                 for line in result.stdout.splitlines()]
        self.assertEqual(len(lines), 20)
        self.assertEqual({line.group(1, 2) for line in lines}, {(HEART[0], HEART[2]), (BEACON[0], BEACON[2])})
        self.assertRegex(result.stderr, r'^bluebrokerctl: 20 reports in \d+\.\d s, 0 lost\n$')

        result = self.world.ctl('rssi', 'Heart Rate', '--json', '--count', '10', '--passive')
        reports = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(len(reports), 10)
        self.assertEqual({(report['address'], report['rssi']) for report in reports}, {(HEART[0], int(HEART[2]))})
        times = [report['boottime_us'] for report in reports]
        self.assertEqual(times, sorted(times))

        nobody = self.world.ctl('rssi', TAG[0], '--timeout', '1')
        self.assertEqual((nobody.returncode, nobody.stdout), (5, ''))
        many = self.world.ctl('rssi', *(f'C0:00:00:00:00:{number:02X}' for number in range(9)))
        self.assertEqual(many.returncode, 2)
        self.assertIn('9 devices; at most 8', many.stderr)
        self.assertEqual(self.world.ctl('rssi', 'C0:00', '--timeout', '1').returncode, 2)

    def test_devices(self):
        self.advertise(HEART, BEACON, EVIL)
        self.scan('--timeout', '1')
        rows = [json.loads(line) for line in self.world.ctl('devices', '--json').stdout.splitlines()]
        self.assertLessEqual({HEART[0], BEACON[0], EVIL[0]}, {row['Address'] for row in rows})
        found = self.world.ctl('devices', '--name', 'Heart*')
        self.assertEqual(found.returncode, 0)
        self.assertRegex(found.stdout, rf'^{HEART[0]} random +-50 dBm .*"Heart Rate" .*0x180d Heart Rate\n$')
        self.assertEqual(len(self.world.ctl('devices', '--count', '2').stdout.splitlines()), 2)
        self.assertNotIn('\x1b', self.world.ctl('devices').stdout)
        nothing = self.world.ctl('devices', '--name', 'nobody')
        self.assertEqual((nothing.returncode, nothing.stdout), (5, ''))

    def test_stats_and_constants(self):
        stats = json.loads(self.world.ctl('stats', '--json').stdout)
        self.assertIn('Reports', stats)
        self.assertIn('Reports', self.world.ctl('stats').stdout)
        self.assertEqual((stats['Streams'], stats['Sessions']), (0, []))
        self.advertise(HEART)
        process = self.world.ctl_start('scan')
        process.stdout.readline()
        stats = json.loads(self.world.ctl('stats', '--json').stdout)
        session, = stats['Sessions']
        self.assertEqual(stats['Streams'], 1)
        self.assertIs(session['Stream'], True)
        self.assertGreater(session['StreamReports'], 0)
        self.assertEqual(session['StreamReports'], session['Delivered'])
        self.assertEqual(session['StreamLost'], 0)
        self.assertRegex(self.world.ctl('stats').stdout, r'StreamReports +\d+')
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10 * SLOW)
        ours = json.loads(self.world.ctl('constants', '--json').stdout)
        told = subprocess.run(['gdbus', 'call', '--address', self.world.address, '--dest', 'com.example.Bluetooth',
                               '--object-path', '/com/example/Bluetooth', '--method',
                               'org.freedesktop.DBus.Properties.Get', 'com.example.Bluetooth.Manager1', 'Constants'],
                              capture_output=True, text=True, check=True).stdout
        theirs = {name: int(value) for name, value in re.findall(r"'(\w+)': (?:uint32 )?(\d+)", told)}
        self.assertEqual(ours, theirs)
        self.assertEqual(ours['SCAN_RSP'], 4)

    def test_refused(self):
        gone = self.world.ctl('scan', '--adapter', 'hci9')
        self.assertEqual(gone.returncode, 4)
        self.assertIn('hci9', gone.stderr)
        self.assertEqual(self.world.ctl('devices', '--adapter', 'hci9').returncode, 4)
        many = [word for number in range(300) for word in ('--manufacturer', str(number))]
        refused = self.world.ctl('scan', *many, '--timeout', '1')
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn('scan filter', refused.stderr)
        self.assertEqual(self.world.ctl('scan', '--timeout', 'x').returncode, 2)

    def test_signals(self):
        """SIGINT and SIGTERM: a good end, a summary, and the radio stops."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for devices, code in ((), 5), ((HEART,), 0):
                with self.subTest(number=number, devices=devices):
                    self.advertise(*devices)
                    process = self.world.ctl_start('scan')
                    if devices:
                        process.stdout.readline()
                    else:
                        wait_catches(process, number)
                    process.send_signal(number)
                    _, errors = process.communicate(timeout=10 * SLOW)
                    self.assertEqual(process.returncode, code)
                    self.assertEqual(summary(errors.decode())[1], len(devices))
                    wait_for('the radio to stop', lambda: not self.world.scanning(), 5)
                    self.world.air(f'quiet {RADIO}')

    def test_killed(self):
        process = self.world.ctl_start('scan')
        process.kill()
        process.communicate()
        wait_for('the radio to stop', lambda: not self.world.scanning(), 5)

    def test_reader_gone(self):
        self.advertise(HEART)
        process = self.world.ctl_start('scan', '--json')
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.wait(10 * SLOW), 0)
        process.stderr.close()
        wait_for('the radio to stop', lambda: not self.world.scanning(), 5)

    def test_output_full(self):
        """What cannot be written is said, and in the exit status; a capture beside it is another thing."""
        self.advertise(HEART)
        for words in (), ('--json',), ('--raw',):
            with open('/dev/full', 'w', encoding='ascii') as full:
                process = self.world.ctl_start('scan', *words, stdout=full)
                errors = process.communicate(timeout=10 * SLOW)[1].decode()
            self.assertEqual((process.returncode, errors.count('standard output: No space left on device')), (1, 1), errors)
            summary(errors)
        with open('/dev/full', 'w', encoding='ascii') as full:
            result = subprocess.run(self.world.command('devices'), env=self.world.environment, stdout=full,
                                    stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (1, 'bluebrokerctl: standard output: No space left on device\n'))

    def test_reader_asleep(self):
        """A reader that reads nothing must not keep SIGTERM from ending us."""
        self.world.air(f'storm {RADIO} 50 1000 20')
        process = self.world.ctl_start('scan', '--json')
        time.sleep(2)                   # far more than a pipe holds
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10 * SLOW), 0)
        process.stdout.close()
        process.stderr.close()

    def sessions(self):
        return json.loads(self.world.ctl('stats', '--json').stdout)['Sessions']

    def test_taken_away(self):
        """Somebody who may, ends our session, or takes its stream."""
        for method, *words in ('Deinit',), ('AcquireAdvertisements', '{}'):
            with self.subTest(method):
                process = self.world.ctl_start('scan')
                self.addCleanup(process.kill)
                wait_for('the session', lambda: len(self.sessions()) == 1)
                session, = self.sessions()
                subprocess.run(['gdbus', 'call', '--address', self.world.address, '--dest', 'com.example.Bluetooth',
                                '--object-path', session['Path'], '--method', f'com.example.Bluetooth.Session1.{method}',
                                *words], capture_output=True, check=True)
                _, errors = process.communicate(timeout=10 * SLOW)
                self.assertEqual(process.returncode, 1, errors)
                self.assertIn(b'the scan was stopped from outside, and the scan is over', errors)

    def test_radio_off_and_on(self):
        self.advertise(HEART)
        process = self.world.ctl_start('scan')
        process.stdout.readline()
        self.addCleanup(self.world.air, f'rfkill {RADIO} unblock')
        self.world.air(f'rfkill {RADIO} block')
        self.assertIn(b'switched off; waiting', process.stderr.readline())
        self.world.air(f'rfkill {RADIO} unblock')
        wait_for('the scan to go on', self.world.scanning)
        self.assertIn(b'the radio is back', process.stderr.readline())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10 * SLOW)
        self.assertEqual(process.returncode, 0, errors)


class Worlds(unittest.TestCase):
    """Each case has one of its own."""

    def setUp(self):
        self.world = World(DAEMON, SIMBLUEZ, CTL)
        self.addCleanup(self.world.close)

    def test_no_daemon(self):
        for words in ('status',), ('scan',), ('devices',), ('stats',):
            result = self.world.ctl(*words)
            self.assertEqual(result.returncode, 3, words)
            self.assertIn('systemctl start bluebrokerd', result.stderr)
            self.assertEqual(result.stdout, '')

    def test_no_bus(self):
        nowhere = subprocess.run([CTL, '--bus', 'unix:path=/nonexistent', 'status'], capture_output=True, text=True,
                                 check=False)
        self.assertEqual(nowhere.returncode, 3)
        self.assertIn('/nonexistent', nowhere.stderr)

    def test_no_bluez(self):
        self.world.start_bluez()
        self.world.start_daemon()
        self.world.air('down')
        wait_for('the radio to go', lambda: RADIO not in self.world.ctl('status').stdout)
        self.assertEqual(self.world.ctl('status').returncode, 0)
        for words in ('scan',), ('devices',), ('scan', '--adapter', 'hci0'):
            result = self.world.ctl(*words)
            self.assertEqual(result.returncode, 4, (words, result.stderr))

    def test_slow_reader(self):
        """What is lost is said, in the reports and in the summary; none is lost unsaid, or twice; what waits, comes."""
        self.world.start_bluez()
        self.world.start_daemon('[Limits]\nMaxFifoDepth=16\n')
        # more than what can wait, so that it ends after the loss
        process = self.world.ctl_start('scan', '--json', '--raw', '--count', '4000')
        self.addCleanup(process.kill)
        self.world.air(f'storm {RADIO} 50 3000 600')

        # the pipe, the socket and the FIFO fill up meanwhile
        wait_for('losses', lambda: json.loads(self.world.ctl('stats', '--json').stdout)['Sessions'][0]['StreamLost'], 30)
        output, errors = process.communicate(timeout=60 * SLOW)
        self.assertEqual(process.returncode, 0, errors)
        reports, _, lost = summary(errors.decode())
        lines = [json.loads(line) for line in output.splitlines()]
        numbers = [line['sequence'] for line in lines]
        self.assertEqual(len(numbers), reports)
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertEqual(numbers[-1] - numbers[0] + 1 - len(numbers), lines[-1]['lost'])
        self.assertGreaterEqual(lost, lines[-1]['lost'])
        self.assertGreater(lost, 0)

    def test_no_stream(self):
        """All sockets are taken: it is said which limit that is, and the session goes."""
        self.world.start_bluez()
        self.world.start_daemon('[Limits]\nStreamsPerUser=1\n')
        process = self.world.ctl_start('scan')
        refused = self.world.ctl('scan', '--timeout', '10')
        self.assertEqual((refused.returncode, refused.stdout), (1, ''))
        self.assertIn('asking for the stream of reports: ', refused.stderr)
        self.assertIn('StreamsPerUser', refused.stderr)
        self.assertEqual(len(json.loads(self.world.ctl('stats', '--json').stdout)['Sessions']), 1)
        process.terminate()
        process.communicate(timeout=10 * SLOW)

    def test_daemon_goes(self):
        self.world.start_bluez()
        self.world.start_daemon()
        process = self.world.ctl_start('scan')
        self.world.end('daemon', signal.SIGKILL)
        _, errors = process.communicate(timeout=10 * SLOW)
        self.assertEqual(process.returncode, 3)
        self.assertIn(b'bluebrokerd went away', errors)

    def test_bus_goes(self):
        self.world.start_bluez()
        self.world.start_daemon()
        process = self.world.ctl_start('scan')
        self.world.end('bus', signal.SIGKILL)
        _, errors = process.communicate(timeout=10 * SLOW)
        self.assertEqual(process.returncode, 3)
        self.assertIn(b'went away', errors)
        self.world.processes.pop('daemon').wait(10 * SLOW)      # it cannot stay either


if __name__ == '__main__':
    os.umask(0o077)
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
