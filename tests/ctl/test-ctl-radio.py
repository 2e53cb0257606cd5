#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl power and name, against the real daemon on a simulated BlueZ.

usage: test-ctl-radio.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import json
import os
import pty
import signal
import subprocess
import sys
import unittest

from broker_world import RADIO, WorldTest, wait_for


class Radio(WorldTest):
    def setUp(self):
        super().setUp()
        self.world.wait_powered()

    def ctl(self, *words, code=0):
        result = super().ctl(*words, code=code)
        return result.stderr if code else result.stdout

    def powered(self):
        said = json.loads(self.ctl('power', '--json'))
        self.assertEqual(said['radio'], 'hci0')
        self.assertEqual(said['powered'], 'powered=1' in self.world.air(f'status {RADIO}'))
        return said['powered']

    def test_power(self):
        self.assertEqual(self.ctl('power'), 'hci0 is on\n')
        self.assertEqual(self.ctl('power', 'off'), 'hci0 is off\n')
        self.assertFalse(self.powered())
        self.assertEqual(self.ctl('power', 'off'), 'hci0 is off\n')
        self.assertEqual(json.loads(self.ctl('power', 'on', '--json')), {'radio': 'hci0', 'powered': True})
        # programs come and go, and it stays on
        self.ctl('scan', '--timeout', '1', code=5)
        self.assertTrue(self.powered())
        self.ctl('power', 'on', '--adapter', 'hci7', code=4)
        self.assertIn('neither', self.ctl('power', 'Off', code=2))
        self.assertIn('--force', self.ctl('power', 'on', '--force', code=2))

    def test_power_in_use(self):
        scan = self.world.ctl_start('scan')
        said = self.ctl('power', 'off', code=1)
        self.assertIn('in use', said)
        self.assertIn('--force', said)
        self.assertTrue(self.powered())
        self.assertIsNone(scan.poll())
        self.ctl('power', 'off', '--force')
        self.assertFalse(self.powered())
        self.assertIsNone(scan.poll())
        # the scan goes on by itself
        self.ctl('power', 'on')
        wait_for('the scan', self.world.scanning)
        scan.send_signal(signal.SIGINT)
        scan.communicate(timeout=20)

    def test_blocked(self):
        self.world.end('daemon')
        self.world.end('simbluez')
        self.world.start_bluez('--experimental')    # which tells PowerState; elsewhere the kernel does
        self.world.start_daemon()
        self.world.air(f'rfkill {RADIO} block')
        # the radio first: what the daemon says of it comes a moment later
        wait_for('the radio to be off', lambda: 'powered=0' in self.world.air(f'status {RADIO}'))
        wait_for('the daemon to say so', lambda: self.world.ctl('power').stdout != 'hci0 is on\n')
        self.assertFalse(self.powered())
        self.assertIn('rfkill unblock bluetooth', self.ctl('power', 'on', code=4))
        self.world.air(f'rfkill {RADIO} unblock')
        wait_for('the radio', lambda: self.world.ctl('power', 'on').returncode == 0)
        self.assertTrue(self.powered())

    def test_help(self):
        self.assertEqual(self.ctl('help'), self.ctl('--help'))
        self.assertEqual(self.ctl('help', 'power'), self.ctl('power', '--help'))
        self.assertIn('show: no such command', self.ctl('help', 'show', code=2))

    def test_empty_lists(self):
        """To people it is said that there is nothing; in a pipe the exit code does."""
        for words in ('devices',), ('devices', '--bonded'), ('links',), ('clients',):
            self.assertEqual(self.ctl(*words, code=5), '')
            reader, terminal = pty.openpty()
            result = subprocess.run(self.world.command(*words), env=self.world.environment, stdout=terminal,
                                    stderr=subprocess.PIPE, text=True, check=False)
            os.close(reader)
            os.close(terminal)
            self.assertEqual(result.returncode, 5)
            self.assertRegex(result.stderr, '^bluebrokerctl: no [^\n]*\n$')

    def test_name(self):
        before = self.ctl('name')
        self.assertEqual(self.ctl('name', 'Küche 1'), 'Küche 1\n')
        self.assertEqual(json.loads(self.ctl('name', '--json')), {'radio': 'hci0', 'name': 'Küche 1'})
        self.assertEqual(json.loads(self.ctl('status', '--json'))['Adapters'][0]['Name'], 'Küche 1')
        self.assertEqual(self.ctl('name', 'n' * 247), 'n' * 247 + '\n')
        self.assertIn('247', self.ctl('name', 'n' * 248, code=1))
        self.assertIn('UTF-8', self.ctl('name', b'\xff\xfe', code=2))
        self.assertEqual(self.ctl('name'), 'n' * 247 + '\n')
        self.assertEqual(self.ctl('name', ''), before)
        # what would control a terminal is not shown, and kept
        self.ctl('name', 'a\x1b[2J\nb')
        self.assertEqual(self.ctl('name'), 'a\ufffd[2J\ufffdb\n')
        self.assertEqual(json.loads(self.ctl('name', '--json'))['name'], 'a\x1b[2J\nb')


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
