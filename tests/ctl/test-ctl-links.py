#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl's links and attributes, against the real daemon and peripherals of the simulated BlueZ.

usage: test-ctl-links.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import json
import os
import pty
import signal
import subprocess
import sys
import time
import unittest

from broker_world import SLOW, WorldTest, read_until, wait_catches, wait_for

HEART = 'C4:00:00:00:00:01'
OTHER = 'C4:00:00:00:00:02'
NOBODY = 'C4:00:00:00:00:99'
PEERS = f'''
peer heart {HEART} random 020106
service heart 10 180d primary
char heart 11 2a37 notify 0000
desc heart 13 2902 read,write 0000
char heart 14 2a38 read 01
char heart 16 2a39 write,write-without-response -
service heart 20 12345678-1234-5678-1234-56789abcdef0 secondary
char heart 21 2a6e read,write 1234
desc heart 23 2901 read 496e73696465
char heart 24 2a6e read 9cff
char heart 26 2a19 read 64
atterror heart 26 read 80
char heart 28 abcd1234-0000-0000-0000-000000000001 read,write,reliable-write {"00" * 300}
peer other {OTHER} random 020106
service other 10 180f primary
char other 11 2a19 read 32
'''


class Links(WorldTest):
    PEERS = PEERS

    def json(self, *words):
        return json.loads(self.ctl(*words, '--json').stdout)

    def background(self, *words, **options):
        """Starts bluebrokerctl; it is killed at the end if it has not ended."""
        options = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'stdin': subprocess.DEVNULL, 'text': True, **options}
        process = subprocess.Popen(self.world.command(*words), env=self.world.environment, **options)

        def end():
            if process.poll() is None:
                process.kill()
                process.wait()
            for pipe in process.stdout, process.stderr:
                if pipe:
                    pipe.close()
        self.addCleanup(end)
        return process

    def stay(self, address=HEART):
        """A program that holds the link, so that the others find it open."""
        process = self.background('connect', address, '--stay')
        self.assertIn('Ctrl-C lets go', process.stderr.readline())
        return process

    def wait_subscribed(self, handle='0011'):
        wait_for('the subscription', lambda: f'subscribed={handle}' in self.world.air('link heart'))

    def wait_closed(self, peer='heart'):
        wait_for('the link to close', lambda: 'up=0' in self.world.air(f'link {peer}'))

    def test_connect(self):
        text = self.ctl('connect', HEART.replace(':', '').lower()).stdout
        self.assertRegex(text, rf'\A{HEART} random  hci0(  -?\d+ dBm)?  MTU \d+\n')
        self.assertEqual(text.split('\n', 1)[1], '''\
service 0x0010: 180d Heart Rate
  characteristic 0x0011: 2a37 Heart Rate Measurement [notify]
    descriptor 0x0013: 2902 Client Characteristic Configuration
  characteristic 0x0014: 2a38 Body Sensor Location [read]
  characteristic 0x0016: 2a39 Heart Rate Control Point [write-without-response write]
service 0x0020 (secondary): 12345678-1234-5678-1234-56789abcdef0
  characteristic 0x0021: 2a6e Temperature [read write]
    descriptor 0x0023: 2901 Characteristic User Description
  characteristic 0x0024: 2a6e Temperature [read]
  characteristic 0x0026: 2a19 Battery Level [read]
  characteristic 0x0028: abcd1234-0000-0000-0000-000000000001 [read write extended-properties reliable-write]
''')
        self.wait_closed()

    def test_connect_read(self):
        self.stay()
        lines = self.ctl('connect', HEART, '--read').stdout.splitlines()
        self.assertIn('  characteristic 0x0014: 2a38 Body Sensor Location [read] = 01 (chest)', lines)
        self.assertIn('    descriptor 0x0023: 2901 Characteristic User Description = 496e73696465 "Inside"', lines)
        self.assertIn('  characteristic 0x0011: 2a37 Heart Rate Measurement [notify]', lines)
        self.assertRegex(lines[-2], r'Battery Level \[read\] ! 0x80 ')
        tree = self.json('connect', HEART, '--read')
        self.assertEqual((tree['address'], tree['address_type'], tree['adapter']), (HEART, 'random', 0))
        self.assertEqual([service['handle'] for service in tree['services']], [0x10, 0x20])
        heart, mine = tree['services']
        self.assertEqual([each['handle'] for each in heart['characteristics']], [0x11, 0x14, 0x16])
        self.assertEqual(heart['characteristics'][0]['descriptors'][0]['value'], '0000')
        self.assertNotIn('value', heart['characteristics'][0])
        self.assertEqual(mine['characteristics'][3]['value'], '00' * 300)
        self.assertRegex(mine['characteristics'][2]['error'], '^0x80 ')

    def test_stay(self):
        """Without a terminal only with --stay; SIGINT, SIGTERM and SIGHUP are good ends."""
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            process = self.stay()
            self.assertIn('up=1', self.world.air('link heart'))
            process.send_signal(number)
            process.communicate(timeout=10 * SLOW)
            self.assertEqual(process.returncode, 0)
            self.wait_closed()

    def test_stay_on_terminal(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = self.background('connect', OTHER, stdout=slave, stdin=slave, preexec_fn=os.setsid)
        os.close(slave)
        self.assertIn('Ctrl-C lets go', process.stderr.readline())
        read_until(master, b'Battery')
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10 * SLOW), 0)

    def test_killed(self):
        process = self.stay()
        process.kill()
        process.communicate()
        self.wait_closed()

    def test_lost(self):
        process = self.stay()
        self.world.air('drop heart')
        _, errors = process.communicate(timeout=10 * SLOW)
        self.assertEqual(process.returncode, 6)
        self.assertIn(f'the link to {HEART} was lost', errors)

    def test_daemon_goes(self):
        process = self.stay()
        self.world.end('daemon', signal.SIGKILL)
        _, errors = process.communicate(timeout=10 * SLOW)
        self.assertEqual(process.returncode, 3)
        self.assertIn('bluebrokerd went away', errors)

    def test_read(self):
        self.stay()
        for words, wanted in [
                (('2a38',), '01 (chest)'),
                (('0x0014',), '01 (chest)'),
                (('00002a38-0000-1000-8000-00805f9b34fb',), '01 (chest)'),
                (('0x24',), '9cff (-1.00 °C)'),
                (('0x24', '--format', 'hex'), '9cff'),
                (('0x24', '--format', 'i16'), '-100'),
                (('0x24', '--format', 'u16'), '65436'),
                (('0x24', '--format', 'u8'), '156 255'),
                (('2901',), '496e73696465 "Inside"'),
                (('2901', '--format', 'hex'), '496e73696465'),
                (('2901', '--format', 'text'), 'Inside'),
                (('2901', '--format', 'text', '--offset', '2'), 'side'),
                (('0x28', '--format', 'hex'), '00' * 300),
        ]:
            with self.subTest(words):
                self.assertEqual(self.ctl('read', HEART, *words).stdout, wanted + '\n')
        self.assertEqual(self.json('read', HEART, '0x24', '--format', 'i16'),
                         {'address': HEART, 'handle': 0x24, 'uuid': '00002a6e-0000-1000-8000-00805f9b34fb',
                          'name': 'Temperature', 'value': '9cff', 'text': None, 'numbers': [-100]})
        row = self.json('read', HEART, '0x24')
        self.assertEqual((row['decoded'], row['units']), ({'temperature': -1}, {'temperature': '°C'}))
        row = self.json('read', HEART, '0x21')
        self.assertEqual(row['decoded'], {'temperature': 133.3})

    def test_read_refused(self):
        self.stay()
        for words, code, says in [
                (('2a6e',), 2, r'0x0021 \(characteristic 2a6e Temperature\), 0x0024 \('),
                (('nonsense',), 2, 'neither a handle'),
                (('180d',), 5, 'service 180d Heart Rate'),
                (('0x99',), 5, '0x99'),
                (('2a37',), 1, 'cannot be read'),
                (('2a19',), 1, '0x80'),
                (('0x24', '--format', 'u32'), 1, '9cff'),
        ]:
            with self.subTest(words):
                result = self.ctl('read', HEART, *words, code=code)
                self.assertEqual(result.stdout, '')
                self.assertRegex(result.stderr, r'\Abluebrokerctl: .*' + says)
                self.assertEqual(result.stderr.count('\n'), 1)

    def test_write(self):
        self.stay()
        for words, wanted in [
                (('0x21', '0102'), '0102'),
                (('0x21', 'Hello', '--format', 'text'), '48656c6c6f'),
                (('0x21', '--format', 'i16', '--', '-5'), 'fbff'),
                (('0x21', '1,2', '--format', 'u32'), '0100000002000000'),
                (('0x21', 'ff', '--offset', '2'), '0100ff'),
        ]:
            with self.subTest(words):
                self.assertEqual(self.ctl('write', HEART, *words).stdout, '')
                self.assertTrue(self.world.air('value heart 21').startswith(wanted))
        self.assertEqual(self.json('write', HEART, '2a39', '01', '--type', 'command')['written'], 1)
        wait_for('the command', lambda: self.world.air('value heart 16') == '01')
        self.assertIn('writes=0 commands=1', self.world.air('counts heart 16'))
        long = 'ab' * 300
        self.ctl('write', HEART, '0x28', long, '--type', 'reliable')
        self.assertEqual(self.world.air('value heart 28'), long)
        self.assertIn('cannot be written', self.ctl('write', HEART, '2a38', '00', code=1).stderr)
        before = self.world.air('counts heart 21')
        self.ctl('write', HEART, '0x21', '0', code=2)
        self.ctl('write', HEART, '0x21', '256', '--format', 'u8', code=2)
        self.ctl('write', HEART, '2a6e', '00', code=2)
        self.assertEqual(self.world.air('counts heart 21'), before)

    def test_notify_json(self):
        process = self.background('notify', HEART, '2a37', '--count', '100', '--format', 'u32', '--json')
        self.wait_subscribed()
        self.world.air('notify heart 11 00000000 100 2')
        output, errors = process.communicate(timeout=20 * SLOW)
        self.assertEqual(process.returncode, 0, errors)
        values = [json.loads(line) for line in output.splitlines()]
        self.assertEqual([value['numbers'] for value in values], [[number] for number in range(100)])
        self.assertEqual({(value['address'], value['handle'], value['name']) for value in values},
                         {(HEART, 0x11, 'Heart Rate Measurement')})
        times = [value['boottime_us'] for value in values]
        self.assertEqual(times, sorted(times))
        self.wait_closed()

    def test_notify_lines(self):
        """Two programs hear the same; what does not fit the format is shown in hex; Ctrl-C is a good end."""
        processes = [self.background('notify', HEART, '0x11', '--format', 'u16') for _ in range(2)]
        self.wait_subscribed()
        wait_for('both of them', lambda: self.json('links')['holders'] == 2)
        for process in processes:       # its Callback follows its Connect, and its handler that
            wait_catches(process)
        for value in '0648', '064801':
            self.world.air(f'notify heart 11 {value}')
        for process in processes:
            lines = [process.stdout.readline() for _ in range(2)]
            self.assertRegex(lines[0], r'\A\d\d:\d\d:\d\d\.\d{3} 18438\n\Z')
            self.assertRegex(lines[1], r'\A\d\d:\d\d:\d\d\.\d{3} hex 064801\n\Z')
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.communicate(timeout=10 * SLOW)[1], '')
            self.assertEqual(process.returncode, 0)

    def test_any_value(self):
        """Whatever a device says can be shown, in each format."""
        formats = [(), *(('--format', name) for name in 'hex text u8 u16 u32 i8 i16 i32'.split())]
        values = '', '00', 'ff' * 512, '00' * 512, 'c3', 'fffe41', 'c29b6d', 'e280ae41'
        self.stay()
        for value in values:
            for handle in '21', '23':
                self.world.air(f'value heart {handle} {value or "-"}')
            text = self.ctl('connect', HEART, '--read').stdout
            self.assertIn(f'[read write] = {value or "(empty)"}', text)
            self.assertNotIn('\0', text)
            tree = self.json('connect', HEART, '--read')['services'][1]['characteristics'][0]
            self.assertEqual([tree['value'], tree['descriptors'][0]['value']], [value, value])
            for words in formats:
                width = int(words[1][1:]) // 8 if words and words[1][0] in 'ui' else 1
                fits = len(value) // 2 % width == 0
                for attr in '0x21', '0x23':
                    self.assertEqual(self.json('read', HEART, attr, *words)['value'], value)
                    result = self.ctl('read', HEART, attr, *words, code=0 if fits else 1)
                    self.assertTrue(all(c.isprintable() for c in result.stdout.removesuffix('\n')), result.stdout)
        for words in formats:
            for json_words in (), ('--json',):
                process = self.background('notify', HEART, '2a37', '--count', str(len(values)), *words, *json_words)
                self.wait_subscribed()
                for value in values:
                    self.world.air(f'notify heart 11 {value or "-"}')
                output, errors = process.communicate(timeout=20 * SLOW)
                self.assertEqual((process.returncode, errors), (0, ''))
                self.assertEqual(len(output.split('\n')), len(values) + 1)
                wait_for('the end of the subscription', lambda: 'subscribed=0011' not in self.world.air('link heart'))
        self.ctl('write', HEART, '0x21', '')
        self.assertEqual(self.ctl('read', HEART, '0x21').stdout, '\n')

    def test_output_full(self):
        """What cannot be written is said, once, and in the exit status."""
        full = open('/dev/full', 'w', encoding='ascii')
        self.addCleanup(full.close)
        self.stay()
        for words in ('connect', HEART), ('read', HEART, '2a38'), ('links',), ('links', '--json'), ('status',), ('stats',), \
                ('constants',), ('resolve', '020106'), ('--help',), ('write', HEART, '0x21', '00', '--json'):
            process = self.background(*words, stdout=full)
            errors = process.communicate(timeout=10 * SLOW)[1]
            self.assertEqual((process.returncode, errors.count('standard output: No space left on device')), (1, 1), words)
        for words in (), ('--json',):
            process = self.background('notify', HEART, '2a37', *words, stdout=full)
            self.wait_subscribed()
            self.world.air('notify heart 11 00')
            self.assertEqual(process.communicate(timeout=10 * SLOW)[1],
                             'bluebrokerctl: standard output: No space left on device\n')
            self.assertEqual(process.returncode, 1)
            wait_for('the end of the subscription', lambda: 'subscribed=0011' not in self.world.air('link heart'))
        # closed: what is opened next does not take its place
        process = self.background('read', HEART, '2a38', stdout=None, preexec_fn=lambda: os.close(1))
        self.assertIn('standard output: Bad file descriptor', process.communicate(timeout=10 * SLOW)[1])
        self.assertEqual(process.returncode, 1)

    def test_notify_ends(self):
        self.stay()
        began = time.monotonic()
        self.assertEqual(self.ctl('notify', HEART, '2a37', '--timeout', '1', code=5).stdout, '')
        self.assertGreaterEqual(time.monotonic() - began, 1)
        self.assertIn('no notifications', self.ctl('notify', HEART, '2a38', code=1).stderr)
        self.assertIn('descriptor 2902', self.ctl('notify', HEART, '2902', code=5).stderr)
        process = self.background('notify', HEART, '2a37')
        self.wait_subscribed()
        self.world.air('drop heart')
        self.assertIn('was lost', process.communicate(timeout=10 * SLOW)[1])
        self.assertEqual(process.returncode, 6)

    def test_auto_reconnect(self):
        """A lost link is no end; what is notified afterwards is heard."""
        stays = self.background('connect', HEART, '--stay', '--auto-reconnect', '--priority', '255', '--addr-type', 'random')
        self.assertIn('Ctrl-C lets go', stays.stderr.readline())
        process = self.background('notify', HEART, '2a37', '--auto-reconnect', '--count', '2')
        self.wait_subscribed()
        self.world.air('notify heart 11 01')
        self.assertIn(' 01', process.stdout.readline())
        self.world.air('drop heart')
        for errors in stays.stderr, process.stderr:
            self.assertIn('it will be opened again', errors.readline())
            self.assertIn(f'connected to {HEART} again', errors.readline())
        self.wait_subscribed()
        self.world.air('notify heart 11 0648')
        output, errors = process.communicate(timeout=10 * SLOW)
        self.assertRegex(output, r' 0648 \(contact yes, heart rate 72 bpm\)\n\Z')
        self.assertEqual((process.returncode, errors), (0, ''))
        stays.send_signal(signal.SIGTERM)
        self.assertEqual(stays.communicate(timeout=10 * SLOW)[1], '')
        self.assertEqual(stays.returncode, 0)

    def test_reader_gone(self):
        process = self.background('notify', HEART, '2a37')
        self.wait_subscribed()
        self.world.air('notify heart 11 00')
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.wait(10 * SLOW), 0)
        self.wait_closed()

    def test_unreachable(self):
        for words in ('connect', NOBODY), ('read', NOBODY, '2a38'), ('write', NOBODY, '2a38', '00'), ('notify', NOBODY, '2a37'):
            with self.subTest(words):
                began = time.monotonic()
                result = self.ctl(*words, '--timeout', '1', code=6)
                self.assertIn(f'{NOBODY} was not heard', result.stderr)
                self.assertLess(time.monotonic() - began, 5 * SLOW)
        self.stay()
        self.world.air('silent heart on')
        result = self.ctl('read', HEART, '2a38', '--timeout', '2', code=6)
        self.assertIn('reading characteristic 0x0014 (Body Sensor Location): not done within 2 s (--timeout)', result.stderr)
        self.world.air('silent heart off')

    def test_refused(self):
        self.assertIn('is not an address', self.ctl('connect', 'C4:00', code=2).stderr)
        self.assertIn('is not an address', self.ctl('disconnect', 'C4:00', code=2).stderr)
        self.ctl('connect', HEART, '--adapter', 'hci9', code=4)
        self.ctl('links', '--adapter', 'hci9', code=4)
        self.world.end('daemon')
        for words in ('connect', HEART), ('read', HEART, '2a38'), ('links',), ('disconnect', HEART):
            self.ctl(*words, code=3)

    def test_links(self):
        nothing = self.ctl('links', code=5)
        self.assertEqual((nothing.stdout, nothing.stderr), ('', ''))
        self.stay()
        self.stay()
        self.stay(OTHER)
        lines = self.ctl('links', '--adapter', 'hci0').stdout.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], rf'\A{HEART} random hci0 +connected +2 holders +(-?\d+|\?) dBm\Z')
        self.assertRegex(lines[1], rf'\A{OTHER} random hci0 +connected +1 holder +(-?\d+|\?) dBm\Z')
        rows = [json.loads(line) for line in self.ctl('links', '--json').stdout.splitlines()]
        self.assertEqual([(row['address'], row['connected'], row['paired'], row['holders']) for row in rows],
                         [(HEART, True, False, 2), (OTHER, True, False, 1)])

    def test_disconnect(self):
        """Only the user session's hold is let go."""
        self.assertIn('no link', self.ctl('disconnect', HEART, code=5).stderr)
        self.stay()
        self.assertIn('does not hold it', self.ctl('disconnect', HEART, code=5).stderr)
        subprocess.run(['gdbus', 'call', '--address', self.world.address, '--dest', 'com.example.Bluetooth', '--object-path',
                        '/com/example/Bluetooth/hci0', '--method', 'com.example.Bluetooth.Session1.Connect', HEART, '{}'],
                       check=True, capture_output=True)
        self.assertEqual(self.json('links')['holders'], 2)
        self.assertEqual(self.ctl('disconnect', HEART).stdout, '')
        self.assertEqual(self.json('links')['holders'], 1)
        self.assertIn('up=1', self.world.air('link heart'))


if __name__ == '__main__':
    os.umask(0o077)
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
