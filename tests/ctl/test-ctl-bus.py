#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl against the real daemon on a simulated BlueZ, in a pipe.

usage: test-ctl-bus.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest

from broker_world import RADIO, SLOW, World, summary, wait_for

DAEMON, SIMBLUEZ, CTL = sys.argv[1:4]

HEART = ('C4:00:00:00:00:01', 'random', '-50', '0201060303 0d18 0b09 48656172742052617465')
BEACON = ('D0:00:00:00:00:02', 'random', '-70', '1aff4c000215fda50693a4e24fb1afcfc6eb0764782527114cb9c5')
TAG = ('24:00:00:00:00:03', 'public', '-90', '020106 05fffeff0102')
EVIL = ('E0:00:00:00:00:04', 'random', '-60', '0909 611b5b324a0a2262')     # a ESC [2J newline " b

LINE = re.compile(r'^\d\d:\d\d:\d\d\.\d{3} ((?:[0-9A-F]{2}:){5}[0-9A-F]{2}) (public|random) +(-?\d+|\?) dBm (\w+) +'
                  r'(-|".*") (.+)$')


class Scans(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(DAEMON, SIMBLUEZ, CTL)
        cls.addClassCleanup(cls.world.close)
        cls.world.start_bluez()
        cls.world.start_daemon()

    def setUp(self):
        self.addCleanup(self.world.air, f'quiet {RADIO}')

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

    def test_timeout(self):
        self.advertise(HEART)
        began = time.monotonic()
        reports = self.scan_json('--timeout', '2')
        self.assertGreater(len(reports), 20)
        self.assertGreaterEqual(time.monotonic() - began, 2)
        self.assertLess(time.monotonic() - began, 4 * SLOW)
        wait_for('the radio to stop', lambda: not self.world.scanning(), 1)

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
                        time.sleep(0.2)
                    process.send_signal(number)
                    _, errors = process.communicate(timeout=10 * SLOW)
                    self.assertEqual(process.returncode, code)
                    self.assertEqual(summary(errors.decode())[1], len(devices))
                    wait_for('the radio to stop', lambda: not self.world.scanning(), 1)
                    self.world.air(f'quiet {RADIO}')

    def test_killed(self):
        process = self.world.ctl_start('scan')
        process.kill()
        process.communicate()
        wait_for('the radio to stop', lambda: not self.world.scanning(), 1)

    def test_reader_gone(self):
        self.advertise(HEART)
        process = self.world.ctl_start('scan', '--json')
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.wait(10 * SLOW), 0)
        process.stderr.close()
        wait_for('the radio to stop', lambda: not self.world.scanning(), 1)

    def test_reader_asleep(self):
        """A reader that reads nothing must not keep SIGTERM from ending us."""
        self.world.air(f'storm {RADIO} 50 1000 20')
        process = self.world.ctl_start('scan', '--json')
        time.sleep(2)                   # far more than a pipe holds
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10 * SLOW), 0)
        process.stdout.close()
        process.stderr.close()

    def test_radio_off_and_on(self):
        self.advertise(HEART)
        process = self.world.ctl_start('scan')
        process.stdout.readline()
        self.addCleanup(self.world.air, f'rfkill {RADIO} unblock')
        self.world.air(f'rfkill {RADIO} block')
        self.assertIn(b'switched off; waiting', process.stderr.readline())
        self.world.air(f'rfkill {RADIO} unblock')
        wait_for('the scan to go on', self.world.scanning)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10 * SLOW)
        self.assertEqual(process.returncode, 0, errors)
        self.assertIn(b'the radio is back', errors)


class Absences(unittest.TestCase):
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
