#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl pair, against the real daemon and peripherals of the simulated BlueZ.

usage: test-ctl-pair.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import json
import re
import signal
import subprocess
import sys
import unittest

from broker_world import SLOW, WorldTest, wait_for

LOCK = 'C4:00:00:00:00:01'
PEERS = f'''
peer lock {LOCK} random 020106
service lock 10 180f primary
char lock 11 2a19 encrypt-read 32
'''


class Pair(WorldTest):
    PEERS = PEERS

    def start(self, *words):
        process = subprocess.Popen(self.world.command('pair', LOCK, *words), env=self.world.environment, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def end():
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.addCleanup(end)
        return process

    def answer(self, text, *words, code=0):
        """Pairs with that text on standard input; returns standard output and error."""
        process = self.start(*words)
        output, errors = process.communicate(text, timeout=30 * SLOW)
        self.assertEqual(process.returncode, code, (output, errors))
        return output, errors

    def expect_read(self, code=0):
        result = self.world.ctl('read', LOCK, '2a19', '--format', 'u8')
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stdout if code == 0 else result.stderr

    def test_unpaired(self):
        self.assertIn('0x05', self.expect_read(1))

    def test_passkey_entered(self):
        self.world.air('pairing lock display 42')
        output, errors = self.answer('000042\n')
        self.assertEqual(output, f'{LOCK} is paired\n')
        self.assertEqual(errors, f'Passkey that {LOCK} shows: ')
        self.assertEqual(self.expect_read(), '50\n')
        self.assertEqual(json.loads(self.answer('', '--json')[0]), {'address': LOCK, 'paired': True})

    def test_without_newline(self):
        self.world.air('pairing lock display 42')
        self.answer('42')

    def test_asked_again(self):
        self.world.air('pairing lock display 7')
        errors = self.answer('what?\n\n7\n')[1]
        self.assertIn('up to six digits', errors)
        self.assertEqual(errors.count('shows:'), 2)

    def test_passkey_known(self):
        self.world.air('pairing lock display 000123')
        self.assertEqual(self.answer('', '--passkey', '000123')[1], '')
        self.assertEqual(self.expect_read(), '50\n')

    def test_passkey_wrong(self):
        self.world.air('pairing lock display 42')
        self.assertIn('passkey', self.answer('43\n', code=1)[1])
        self.assertIn('0x05', self.expect_read(1))

    def test_confirmed(self):
        self.world.air('pairing lock confirm 42')
        self.assertEqual(self.answer('YES\n')[1], f'Does {LOCK} show 000042? (yes or no) ')

    def test_not_confirmed(self):
        self.world.air('pairing lock confirm 42')
        for text in 'no\n', 'what?\n', '':
            with self.subTest(text):
                self.answer(text, code=1)

    def test_displayed(self):
        self.world.air('pairing lock keyboard')
        process = self.start()
        passkey = re.fullmatch(rf'Enter (\d{{6}}) at {LOCK}\n', process.stderr.readline())[1]
        self.world.air(f'passkey lock {int(passkey)}')
        self.assertEqual(process.wait(10 * SLOW), 0)

    def test_cancelled(self):
        """Ctrl-C, and the end of the input."""
        self.world.air('pairing lock display 42')
        self.answer('', code=1)
        process = self.start()
        self.assertIn('Passkey', process.stderr.read(len('Passkey')))
        process.send_signal(signal.SIGINT)
        self.assertIn('cancelled', process.communicate(timeout=10 * SLOW)[1])
        self.assertEqual(process.returncode, 1)
        wait_for('the link to close', lambda: 'up=0' in self.world.air('link lock'))

    def test_refused(self):
        self.world.air('pairing lock none')
        self.assertIn('JustWorks', self.answer('', code=1)[1])
        self.world.air('pairing lock refuse')
        self.answer('', code=1)
        for text in '1000000', 'x', '':
            self.assertIn('passkey', self.answer('', '--passkey', text, code=2)[1])

    def test_timeout(self):
        self.world.air('pairing lock keyboard')
        process = self.start('--timeout', '3')
        errors = process.communicate(timeout=30 * SLOW)[1]
        self.assertIn('not done within 3 s (--timeout)', errors)
        self.assertEqual(process.returncode, 6)

    def test_reset_device(self):
        """Its key is gone: connecting says so, and forgetting it helps."""
        self.world.air('pairing lock display 42')
        self.assertEqual(self.world.ctl('devices', '--bonded').returncode, 5)
        self.answer('', '--passkey', '42')
        wait_for('the link to close', lambda: 'up=0' in self.world.air('link lock'))
        listed = self.world.ctl('devices', '--bonded')
        self.assertEqual((listed.returncode, listed.stdout), (0, f'{LOCK} random mine    -      -\n'))
        row = json.loads(self.world.ctl('devices', '--bonded', '--json').stdout)
        self.assertEqual(row, {'Address': LOCK, 'AddressType': 'random', 'Mine': True, 'Linked': False})

        self.world.air('forget lock')
        self.assertIn('forget', self.expect_read(6))
        forgotten = self.world.ctl('forget', LOCK.lower())
        self.assertEqual((forgotten.returncode, forgotten.stdout), (0, f'{LOCK} is forgotten\n'), forgotten.stderr)
        self.assertEqual(self.world.ctl('forget', LOCK).stderr, f'bluebrokerctl: hci0 has no bond with {LOCK}; '
                         'bluebrokerctl devices --bonded lists those that it has\n')
        self.assertEqual(self.world.ctl('forget', LOCK).returncode, 5)
        self.assertEqual(self.world.ctl('forget', 'lock').returncode, 5)
        self.answer('', '--passkey', '42')
        self.assertEqual(self.expect_read(), '50\n')
        # the link is being closed meanwhile
        self.assertEqual(json.loads(self.world.ctl('forget', '--json', LOCK).stdout), {'address': LOCK, 'forgotten': True})

    def test_marks(self):
        """devices tells which are bonded and linked."""
        def marks():
            """The word, and of JSON the two flags, of the lock in the table."""
            line, = [line for line in self.world.ctl('devices').stdout.splitlines() if LOCK in line]
            row, = [row for row in map(json.loads, self.world.ctl('devices', '--json').stdout.splitlines())
                    if row['Address'] == LOCK]
            return line.split()[8], row['Bonded'], row['Linked']

        self.world.air('pairing lock display 42')
        self.world.ctl('scan', '--timeout', '1')
        self.assertEqual(marks(), ('-', False, False))
        connect = subprocess.Popen(self.world.command('connect', LOCK, '--stay'), env=self.world.environment,
                                   stdout=subprocess.DEVNULL)
        self.addCleanup(connect.communicate)
        self.addCleanup(connect.kill)
        wait_for('the link', lambda: marks() == ('linked', False, True))
        self.answer('', '--passkey', '42')
        self.assertEqual(marks(), ('bonded,linked', True, True))
        self.assertEqual(self.world.ctl('devices', '--bonded').stdout, f'{LOCK} random mine    linked -\n')
        self.assertTrue(json.loads(self.world.ctl('devices', '--bonded', '--json').stdout)['Linked'])
        connect.send_signal(signal.SIGINT)
        wait_for('the link to close', lambda: marks() == ('bonded', True, False))


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v', *sys.argv[4:]])
