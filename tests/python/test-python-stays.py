#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts that have ended: what goes on of what they left behind, and until when."""

import signal
import subprocess
import unittest

from pyworld import HEART, RADIO, WorldTest

PHONE = 'C0:00:00:00:00:77'
START = '''
from network import Bluetooth
bt = Bluetooth()
'''
ADVERTISES = 'bt.set_advertisement(name="LoPy"); bt.advertise(True)\n'
SERVES = '''
level = bt.service(0x180f, nbr_chars=1).characteristic(0x2a19, value=5)
'''
ANSWERS = ADVERTISES + SERVES + '''
def handler(char, more):
    print(more)
    return b"new"
level.callback(Bluetooth.CHAR_READ_EVENT, handler)
'''
TELLS = ADVERTISES + '''
def handler(bt):
    print("events", bt.events())
bt.callback(Bluetooth.CLIENT_CONNECTED, handler)
'''
LISTENS = f'''
for service in bt.connect("{HEART}").services():
    for char in service.characteristics():
        if char.uuid() == 0x2a37:
            char.callback(Bluetooth.CHAR_NOTIFY_EVENT, lambda _, more: print(more))
'''
HEARS = '''
bt.callback(Bluetooth.NEW_ADV_EVENT, lambda bt: print([adv.mac for adv in bt.get_advertisements()]))
bt.start_scan(-1)
'''
ALARMS = '''
from machine import Timer
Timer.Alarm(lambda _: print("alarm"), 1, periodic=True)
'''
# Each, and what shows that it goes on: a line of the air, and what the script prints then; or neither.
LEFT = [(ADVERTISES, None, None), (SERVES, None, None),
        (ANSWERS, 'read', "(8, b'\\x05')"), (TELLS, f'connect phone {RADIO}', 'events 2'),
        (LISTENS, 'notify heart 000B 0748', "(32, b'\\x07H')"),
        (HEARS, f'adv {RADIO} 01:02:03:04:05:06 public 0 -50 020106', "b'\\x01\\x02\\x03\\x04\\x05\\x06'"),
        (ALARMS, None, 'alarm')]
# What is no reason to stay
IDLE = ['', 'bt.start_scan(-1)\n', f'connection = bt.connect("{HEART}")\n', ADVERTISES + 'bt.advertise(False)\n',
        SERVES + 'bt.deinit()\n', HEARS + 'bt.callback()\n', TELLS + 'bt.init()\n', ADVERTISES + 'bt.close()\n']


class Stays(WorldTest):
    def setUp(self):
        super().setUp()
        self.world.add_peripheral()
        self.air.ask(f'central phone {PHONE} random')

    def begin(self, code, *arguments):
        program = self.world.script(START + code + 'print("its end")\n', *arguments)
        self.addCleanup(program.close)
        program.expect('its end')
        return program

    def read(self):
        """A central's read of the script's value."""
        self.air.ask(f'connect phone {RADIO}')
        handle = self.until(self.handle, 'the service')
        self.assertEqual(self.air.ask(f'read phone {handle}'), b'new'.hex())

    def handle(self):
        found = [word.split(':') for word in self.air.ask('discover phone').split()]
        return next((word[3] for word in found if word[0] == 'c' and word[4].startswith('00002a19')), None)

    def test_stays(self):
        for code, line, printed in LEFT:
            with self.subTest(code):
                program = self.begin(code)
                with self.assertRaises(subprocess.TimeoutExpired):
                    program.child.wait(2)
                if 'advertise(' in code:
                    self.until(lambda: self.air.ask(f'onair {RADIO}'), 'advertising')
                if line == 'read':
                    self.read()
                elif line:
                    self.air.ask(line)
                if printed:
                    program.expect(printed)
                if 'up=1' in self.air.ask('state phone'):
                    self.air.ask('disconnect phone')
                program.child.send_signal(signal.SIGTERM)
                self.assertEqual(program.child.wait(20), 128 + signal.SIGTERM)
                self.world.expect_nothing_left()

    def test_ends(self):
        for code in IDLE:
            with self.subTest(code):
                program = self.begin(code)
                self.assertEqual(program.child.wait(20), 0, program.lines)
                self.world.expect_nothing_left()

    def test_option_exit(self):
        for code, *_ in LEFT:
            with self.subTest(code):
                program = self.begin(code, '--exit')
                self.assertEqual(program.child.wait(20), 0, program.lines)
                self.world.expect_nothing_left()

    def test_exit_beside_a_handler(self):
        """One that blocks for ever."""
        self.air.ask(f'repeat {RADIO} beacon 01:02:03:04:05:06 public 0 -50~20 020106 100 100000')
        program = self.begin('''
import threading, time
called = threading.Event()
def handler(_):
    called.set()
    time.sleep(1000)
bt.callback(Bluetooth.NEW_ADV_EVENT, handler)
bt.start_scan(-1)
called.wait()
''', '--exit')
        self.assertEqual(program.child.wait(20), 0, program.lines)
        self.world.expect_nothing_left()

    def test_raises(self):
        """Then nothing stays; nor where a script has asked for its end."""
        for how, status, said in (('1 / 0', 1, 'ZeroDivisionError'), ('raise SystemExit(3)', 3, 'its end'),
                                  ('import sys; sys.exit("not today")', 1, 'not today'),
                                  ('raise KeyboardInterrupt', 130, 'its end')):
            with self.subTest(how):
                program = self.world.script(START + ANSWERS + 'print("its end")\n' + how)
                self.assertEqual(program.child.wait(20), status, program.lines)
                program.reader.join(5)
                program.expect(said)
                self.world.expect_nothing_left()

    def test_daemon_stops(self):
        for number in signal.SIGTERM, signal.SIGKILL:
            for code in ADVERTISES, SERVES, LISTENS, TELLS:
                with self.subTest(code, number=number):
                    program = self.begin(code)
                    with self.assertRaises(subprocess.TimeoutExpired):
                        program.child.wait(1)
                    self.world.stop_daemon(number)
                    self.assertEqual(program.child.wait(20), 1, program.lines)
                    program.expect('bluebroker-pycom: bluebrokerd is gone')
                    self.world.start_daemon()


if __name__ == '__main__':
    unittest.main(verbosity=2)
