#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""BlueZ's example-adv-monitor, on the daemon's socket; and on the system bus, where bluetoothd is started with
--experimental, which it needs. It waits in a busy loop: not for virtual time."""

import os
import re
import unittest

from face_scripts import ScriptTest
from face_world import wait_for

EXPERIMENTAL = '-E' in os.environ.get('BLUETOOTHD_ARGS', '').split()
APPLICATION = '/org/bluez/example/adv_monitor_app'
NAMED, MOUSE = 'C0:00:00:00:00:01', 'C0:00:00:00:00:02'
SERVICE, APPEARANCE = '03031218', '0319c203'
# Since 5.69, bluetoothd takes names and services out of an advertisement before it looks for patterns.
IS_569 = tuple(int(part) for part in os.environ['BLUEZ_VERSION'].split('.')) >= (5, 69)
# What it says at its start, and what of its four monitors becomes: the types and values of two are wrong.
BEGINNING = [
    'or_patterns', '{0}: GetManagedObjects', '{0}/monitor0: Monitor Released', '{0}/monitor1: Monitor Activated',
    '{0}: RegisterMonitor successful', '{0}/monitor2: Monitor Released', '{0}/monitor3: Monitor Activated',
]


class Monitors(ScriptTest):
    def application(self, number):
        return f'{APPLICATION}{number}'

    def watch(self, number=0, **how):
        program = self.start('example-adv-monitor', '--app_id', str(number), **how)
        # its two threads print at once, into each other's lines
        for line in BEGINNING:
            program.expect(line.format(self.application(number)))
        for wrong in 'monitor0', 'monitor2':
            self.assertIsNone(program.find(f'{wrong}: Monitor Activated'))
        return program

    def told(self, number, monitor, address, what):
        path = '/org/bluez/hci0/dev_' + address.replace(':', '_')
        return f'{self.application(number)}/monitor{monitor}: {path} Device {what}'

    def fill_air(self, mouse=SERVICE):
        """A name with '_' behind its fifth letter; a mouse that is near, one that is not, and others."""
        for line in (f'named {NAMED} random 3 -60 020106080941424344455f46',
                     f'mouse {MOUSE} random 3 -40 020106{mouse}',
                     f'far C0:00:00:00:00:03 random 3 -65 020106{mouse}',
                     'other C0:00:00:00:00:04 random 3 -40 020106'):
            self.air.ask(f'repeat * {line} 100 0')

    def check_found_and_lost(self, program, number=0, all_patterns=True):
        told = [self.told(number, 3, MOUSE, 'Found')]
        if all_patterns:
            told.append(self.told(number, 1, NAMED, 'Found'))
        self.fill_air(SERVICE if all_patterns else APPEARANCE)
        for line in told:
            program.expect(line)
        self.air.ask('quiet *')
        told.append(self.told(number, 3, MOUSE, 'Lost'))
        program.expect(told[-1])
        self.assertEqual(set(re.findall(r'/\S*/monitor\d: \S+ Device (?:Found|Lost)', '\n'.join(program.lines))),
                         set(told))

    def check_end(self, program, number=0):
        """The Enter that it waits for, and what it does then."""
        begin = len(program.lines)
        program.say('')
        application = self.application(number)
        self.assertEqual(set(program.result()[begin:]), {f'{application}/monitor3: Monitor Released',
                                                         f'{application}: UnregisterMonitor successful'})
        wait_for(lambda: 'scanning=0' in self.air.ask('status *'), 'the end of the scan')

    def test_as_it_is(self):
        """Without Python 2 it cannot wait for Enter; its monitors stay."""
        program = self.watch()
        program.expect("name 'raw_input' is not defined")
        self.check_found_and_lost(program)
        self.check_nothing_left()

    def test_to_its_end(self):
        for plain in (True, False) if EXPERIMENTAL else (False,):
            program = self.watch(plain=plain, old=True)
            wait_for(lambda: 'scanning=1' in self.air.ask('status *'), 'the scan')
            if EXPERIMENTAL:
                wait_for(lambda: 'active=0' in self.air.ask('status *'), 'a passive scan')
            self.check_found_and_lost(program, all_patterns=not (plain and IS_569))
            self.check_end(program)
        self.check_nothing_left()

    def test_two(self):
        """One ends, and takes nothing from the other."""
        first, second = self.watch(1, old=True), self.watch(2, old=True)
        self.fill_air()
        for number, program in (1, first), (2, second):
            program.expect(self.told(number, 3, MOUSE, 'Found'))
        begin = len(first.lines)
        first.say('')
        first.result()
        self.assertIn(f'{self.application(1)}: UnregisterMonitor successful', first.lines[begin:])
        self.air.ask('adv * C0:00:00:00:00:05 random 3 -60 020106080941424344455f46')
        second.expect(self.told(2, 1, 'C0:00:00:00:00:05', 'Found'))
        self.air.ask('quiet *')
        second.expect(self.told(2, 3, MOUSE, 'Lost'))
        second.kill()
        self.check_nothing_left()


if __name__ == '__main__':
    unittest.main(verbosity=2)
