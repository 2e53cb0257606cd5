#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl batch: several commands over one link, against the real daemon and peripherals of the simulated BlueZ.

usage: test-ctl-batch.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import os
import pty
import re
import signal
import subprocess
import sys
import unittest

from broker_world import SLOW, WorldTest, read_until, wait_for

HEART = 'C4:00:00:00:00:01'
PEERS = f'''
peer heart {HEART} random 0201060b0948656172742052617465
service heart 10 180d primary
char heart 11 2a37 notify 0000
desc heart 13 2902 read,write 0000
char heart 14 2a38 read 01
char heart 16 2a39 read,write 00
'''


class Batch(WorldTest):
    PEERS = PEERS

    def setUp(self):
        super().setUp()
        self.file = f'{self.world.directory}/batch'

    def write(self, text):
        with open(self.file, 'wb') as out:
            out.write(text if isinstance(text, bytes) else text.encode())

    def batch(self, text, *words, code=0):
        self.write(text)
        result = self.world.ctl('batch', self.file, *words)
        self.assertEqual(result.returncode, code, (text, result.stdout, result.stderr))
        return result

    def connects(self):
        return int(re.search(r'connects=(\d+)', self.world.air('link heart'))[1])

    def start(self, file, **options):
        options = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **options}
        process = subprocess.Popen(self.world.command('batch', file), env=self.world.environment, text=True, **options)

        def end():
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.addCleanup(end)
        return process

    def test_one_link(self):
        """Whoever wants the device by its name or its address: it is connected to once."""
        self.world.ctl('scan', '--timeout', '1')
        result = self.batch(f'''
            # what a script does
            read {HEART} 2a38 --format u8
            write {HEART} 2a39 05     # a comment
            read "{HEART}" 2a39 --format 'u8'
            write {HEART} 2a39 -- 07
            read "Heart Rate" 0x16 --format u8

            connect {HEART}
            ''')
        self.assertEqual(result.stdout.splitlines()[:3], ['1', '5', '7'])
        self.assertIn('service 0x0010: 180d Heart Rate', result.stdout)
        self.assertEqual(result.stderr, '')
        self.assertEqual(self.connects(), 1)
        wait_for('the link to close', lambda: 'up=0' in self.world.air('link heart'))

    def test_notify(self):
        self.write(f'write {HEART} 2a39 01\nnotify {HEART} 2a37 --count 1 --format u8\nread {HEART} 2a38 --format u8\n')
        process = self.start(self.file)
        wait_for('the subscription', lambda: 'subscribed=0011' in self.world.air('link heart'))
        self.world.air('notify heart 11 48')
        output, errors = process.communicate(timeout=30 * SLOW)
        self.assertRegex(output, r'\A\S+ 72\n1\n\Z')
        self.assertEqual((process.returncode, errors, self.connects()), (0, '', 1))

    def test_which_failed(self):
        """The exit status says which; a line of the error says where."""
        lines = f'read {HEART} 2a38\n\n# the next one fails\nread {HEART} 2aff\nwrite {HEART} 2a39 09\n'
        result = self.batch(lines, code=12)
        self.assertEqual(result.stdout, '01 (chest)\n')
        self.assertRegex(result.stderr, r'\Abluebrokerctl: 2aff: .*\n'
                                        rf'bluebrokerctl: {self.file}:4: read failed with exit status 5\n\Z')
        self.assertEqual(self.world.air('value heart 16'), '00')
        result = self.batch(lines + f'read {HEART} 2afe', '--keep-going', code=12)
        self.assertEqual(self.world.air('value heart 16'), '09')
        self.assertEqual(re.findall(r':(\d+): \w+ failed', result.stderr), ['4', '6'])

    def test_many(self):
        self.batch('constants\n' * 99 + 'resolve 0\n', code=110)
        self.batch('constants --json\n' * 120)

    def test_unreachable(self):
        """It could not be connected to: that line failed."""
        nobody = 'C4:00:00:00:00:99'
        result = self.batch(f'resolve 020106\nread {nobody} 2a38 --timeout 1\n', code=12)
        self.assertIn(nobody, result.stderr)
        self.assertIn(f'{self.file}:2: read failed with exit status 6', result.stderr)
        self.world.end('daemon')
        self.assertIn('exit status 3', self.batch(f'read {HEART} 2a38\n', code=11).stderr)

    def test_checked_first(self):
        """Nothing is done of a file that is not right, and all that is wrong is said."""
        result = self.batch(f'write {HEART} 2a39 05\nraed {HEART} 2a38\nread {HEART}\nread {HEART} "2a38\n', code=2)
        for number, says in (2, 'raed: no such command'), (3, 'an argument is missing'), (4, 'quot'):
            self.assertRegex(result.stderr, rf'(?m)^bluebrokerctl: {self.file}:{number}: .*{says}')
        self.assertEqual(result.stderr.count('\n'), 3)
        self.assertEqual((self.world.air('value heart 16'), self.connects()), ('00', 0))

    def test_refused(self):
        for line, says in [
                ('batch x', 'batch: not in a batch'),
                ('run -- true', 'run: not in a batch'),
                ('scan', 'scan: goes on until Ctrl-C; say --timeout or --count'),
                (f'notify {HEART} 2a37', 'say --timeout or --count'),
                ('advertise', 'advertise: goes on until Ctrl-C; say --timeout'),
                ('serve x', 'serve: goes on until Ctrl-C'),
                ('monitor', 'monitor: goes on until Ctrl-C'),
                (f'rssi {HEART}', 'rssi: goes on until Ctrl-C'),
                (f'connect {HEART} --stay', '--stay: goes on'),
                ('--help', '--help: is no command'),
                ('read --help', '--help: is no command'),
                ('--version', '--version: is no command'),
                ('--json', 'no command given'),
                ('status --rssi -5', 'not an option of "status"'),
                ('read x y --format u9', '--format: "u9"'),
        ]:
            with self.subTest(line):
                self.assertIn(says, self.batch(line, code=2).stderr)
        self.assertIn('is not a text file', self.batch(b'status\0\n', code=2).stderr)
        self.assertIn('longer than 1 MiB', self.batch('#' * (1 << 20) + '\n', code=2).stderr)
        self.assertIn('No such file', self.world.ctl('batch', '/nonexistent').stderr)
        self.assertEqual(self.world.ctl('batch', '/nonexistent').returncode, 2)

    def test_nothing(self):
        for text in '', '\n\n', '# only this', '  # and this  \r\n\t\n':
            self.assertEqual(self.batch(text).stdout, '')

    def test_defaults(self):
        """What batch is told holds for the lines that take it, and do not say otherwise."""
        result = self.batch(f'resolve 020106\nread {HEART} 2a38\nlinks\n', '--json', '--timeout', '9',
                            '--adapter', 'hci0')
        self.assertEqual([line[0] for line in result.stdout.splitlines()[:3]], ['{'] * 3)
        self.assertIn('"holders":1', result.stdout)
        result = self.batch(f'read {HEART} 2a38 --adapter hci0\nlinks\n', '--adapter', 'hci9', code=12)
        self.assertEqual(result.stdout, '01 (chest)\n')
        self.assertIn('hci9', result.stderr)

    def test_quoting(self):
        result = self.batch(r'''resolve "02 01 06" # flags
resolve 02\ 01\ 06
resolve '02 01 06'
'''.replace('\n', '\r\n'))
        lines = result.stdout.splitlines()
        self.assertEqual((len(lines), len(set(lines))), (3, 1))

    def test_input(self):
        """From a pipe, each line is run as it comes."""
        process = self.start('-')
        for number in 1, 2:
            process.stdin.write(f'write {HEART} 2a39 0{number}\nread {HEART} 2a39 --format u8\n')
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), f'{number}\n')
        self.assertIn('up=1', self.world.air('link heart'))
        process.stdin.write(f'read {HEART} 2aff\nread {HEART} 2a38\n')
        output, errors = process.communicate(timeout=30 * SLOW)
        self.assertEqual((output, process.returncode, self.connects()), ('', 15, 1))
        self.assertIn('bluebrokerctl: -:5: read failed with exit status 5', errors)

    def test_input_wrong(self):
        process = self.start('-')
        output, errors = process.communicate('resolve 020106\nnonsense\nresolve 020106\n', timeout=30 * SLOW)
        self.assertEqual((output.count('\n'), process.returncode), (1, 2))
        self.assertIn('bluebrokerctl: -:2: nonsense: no such command', errors)

    def test_lost(self):
        """The next line that wants it connects anew."""
        process = self.start('-')
        process.stdin.write(f'read {HEART} 2a38 --format u8\n')
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), '1\n')
        self.world.air('drop heart')
        self.assertIn(f'the link to {HEART} was lost', process.stderr.readline())
        output, _ = process.communicate(f'read {HEART} 2a38 --format u8\n', timeout=30 * SLOW)
        self.assertEqual((output, process.returncode, self.connects()), ('1\n', 0, 2))

    def test_pair_and_forget(self):
        """The bond of a device whose link is held can be removed."""
        self.world.air('pairing heart display 7')
        result = self.batch(f'read {HEART} 2a38\npair {HEART} --passkey 7\nread {HEART} 2a38\nforget {HEART}\n')
        self.assertIn(f'{HEART} is paired\n01 (chest)\n{HEART} is forgotten\n', result.stdout)

    def test_more_than_the_radio_has(self):
        """There is always room for the next device."""
        lines = ''
        for i in range(7):
            address = f'D4:00:00:00:00:{i:02X}'
            for line in (f'peer p{i} {address} random 020106', f'service p{i} 10 180f primary',
                         f'char p{i} 11 2a19 read 0{i}'):
                self.world.air(line)
            lines += f'read {address} 2a19 --format u8\n'
        self.assertEqual(self.batch(lines + f'read {HEART} 2a38 --format u8').stdout, '0\n1\n2\n3\n4\n5\n6\n1\n')

    def test_interrupted(self):
        """Who runs is ended, and nothing follows."""
        self.write(f'read {HEART} 2a38 --format u8\nnotify {HEART} 2a37 --timeout 1000\nwrite {HEART} 2a39 05\n')
        for number in signal.SIGINT, signal.SIGTERM:
            process = self.start(self.file)
            wait_for('the subscription', lambda: 'subscribed=0011' in self.world.air('link heart'))
            process.send_signal(number)
            output, errors = process.communicate(timeout=30 * SLOW)
            self.assertEqual((output, process.returncode), ('1\n', 12), errors)
            self.assertIn(f'{self.file}:2: interrupted', errors)
            wait_for('the link to close', lambda: 'up=0' in self.world.air('link heart'))
        self.assertEqual(self.world.air('value heart 16'), '00')

    def test_terminal(self):
        """connect lets go there, too, for the next line's sake."""
        self.write(f'connect {HEART}\nread {HEART} 2a38 --format u8\n')
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = self.start(self.file, stdout=slave, stdin=slave)
        os.close(slave)
        self.assertEqual(process.wait(30 * SLOW), 0)
        self.assertTrue(read_until(master, b'\r\n1\r\n').endswith(b'\r\n1\r\n'))


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v', *sys.argv[4:]])
