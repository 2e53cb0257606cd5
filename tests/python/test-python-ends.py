#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How programs end: told to at any moment, by themselves, or with the daemon; and what is left then."""

import os
import signal
import time
import unittest
from unittest import mock

from pyworld import HEART, REAL, WorldTest

PHONE = 'C0:00:00:00:00:77'
ABSENT = 'C0:00:00:00:00:99'

START = '''
import signal, threading, time
{imports} Bluetooth
bt = Bluetooth()
'''
FIND = f'''
known = {{char.uuid(): char for service in bt.connect("{HEART}").services() for char in service.characteristics()}}
'''
# What a program is at when it is told to end. It has said "now"; or the test makes something happen then.
CONNECTS = f'print("now"); bt.connect("{ABSENT}")'
READS = FIND + 'print("ready"); input(); print("now"); known[0x2a38].read()'
SLEEPS = 'bt.start_scan(-1); print("now"); time.sleep(1000)'
SCANS = '''
bt.start_scan(-1)
print("now")
while True:
    for adv in bt.get_advertisements():
        print(adv)
    time.sleep(0.05)
'''
BLOCKS = FIND + '''
def handler(*_):
    print("now")
    time.sleep(1000)
known[0x2a37].callback(Bluetooth.CHAR_NOTIFY_EVENT, handler)
print("ready")
'''
BLOCKS_AND_SLEEPS = BLOCKS + 'time.sleep(1000)'
SERVES = '''
bt.set_advertisement(name="LoPy")
bt.advertise()
level = bt.service(0x180f).characteristic(0x2a19, value=5)
level.callback(Bluetooth.CHAR_WRITE_EVENT, print)
print("now")
'''
LOCKS = '''
lock = threading.Lock()
lock.acquire()
print("now")
lock.acquire()
'''
# It hears of nothing.
DEAF = '''
bt.start_scan(-1)
print("now")
while True:
    try:
        bt.get_adv()
        time.sleep(0.05)
    except:
        pass
'''
DEAF_CONNECTS = f'''
print("now")
while True:
    try:
        bt.connect("{ABSENT}")
    except:
        pass
'''
# It is in the middle of what no other thread can do meanwhile.
STARTS_THREADS = '''
bt.start_scan(-1)
print("now")
with threading._active_limbo_lock:
    try:
        time.sleep(1000)
    except BaseException:
        time.sleep(1000)
'''
CLEANS_UP = f'''
connection = bt.connect("{HEART}")
try:
    print("now")
    time.sleep(1000)
finally:
    connection.disconnect()
    print("cleaned up")
'''

ANY_PROGRAM = {'connects': CONNECTS, 'reads': READS, 'sleeps': SLEEPS, 'scans': SCANS, 'blocks': BLOCKS_AND_SLEEPS,
               'locks': LOCKS, 'cleans up': CLEANS_UP}
SCRIPTS = {**ANY_PROGRAM, 'blocks and stays': BLOCKS, 'serves and stays': SERVES, 'deaf': DEAF,
           'deaf, connects': DEAF_CONNECTS, 'starts threads': STARTS_THREADS}
IMPATIENT = ('connects', 'scans', 'serves and stays', 'deaf', 'starts threads')
TOLD = (signal.SIGINT, signal.SIGTERM)
WAIT_FOR_DAEMON = ('connects', 'reads', 'deaf, connects')

# Python reads it before all else: it has the process told where it imports a certain module.
AT_IMPORT = '''
import os, sys
class Finder:
    def find_spec(self, name, *_):
        if name == os.environ["AT_IMPORT"]:
            os.kill(os.getpid(), int(os.environ["SIGNAL"]))
sys.meta_path.insert(0, Finder())
'''
MODULES = ['bluebroker', 'bluebroker.pycom', 'argparse', 'gi', 'gi.repository.Gio', 'bluebroker.bus',
           'bluebroker.board.machine', 'bluebroker.board.pycom', 'of_the_script']


class Ends(WorldTest):
    def begin(self, name, is_script):
        """The program, at its moment."""
        imports = 'from network import' if is_script else 'from bluebroker import'
        code = START.format(imports=imports) + SCRIPTS[name]
        program = self.world.script(code) if is_script else self.world.python(code)
        if 'blocks' in name:
            program.expect('ready')
            self.air.ask('notify heart 000B 01')
        if name == 'reads':
            program.expect('ready')
            self.air.ask('silent heart on')
            program.say('')
        program.expect('now')
        if name in WAIT_FOR_DAEMON:
            self.until(self.is_asked, 'its call')
        return program

    def is_asked(self):
        return any(row['QueuedCalls']['data'] for row in self.world.stats()['Charged']['data'])

    def told(self, program, number, times=1):
        """Its exit status. It has a second for that; of virtual time, for the clock of a busy
        machine says nothing."""
        begin = time.monotonic()
        for _ in range(times):
            program.child.send_signal(number)
        status = self.status(program)
        if REAL:
            self.assertLess(time.monotonic() - begin, 1.0)
        self.world.expect_nothing_left()
        self.air.ask('silent heart off')
        return status

    @staticmethod
    def status(program):
        """As a shell has it."""
        status = program.child.wait(timeout=20)
        program.reader.join(5)
        return status if status >= 0 else 128 - status

    def test_scripts(self):
        self.world.add_peripheral()
        for name in SCRIPTS:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL) if 'stays' in name else TOLD:
                with self.subTest(name, number=number):
                    program = self.begin(name, True)
                    self.assertEqual(self.told(program, number), 128 + number, program.lines)
                    self.assertEqual([line for line in program.lines if 'Traceback' in line], [], program.lines)
                    if name == 'cleans up' and number != signal.SIGKILL:
                        self.assertIn('cleaned up', program.lines)

    def test_programs(self):
        """Those of Python without the runner."""
        self.world.add_peripheral()
        for name in ANY_PROGRAM:
            for number in signal.SIGINT, signal.SIGKILL:
                with self.subTest(name, number=number):
                    program = self.begin(name, False)
                    self.assertEqual(self.told(program, number), 128 + number, program.lines)

    def test_imports(self):
        path = os.path.join(self.world.directory.name, 'sitecustomize.py')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(AT_IMPORT)
        for module in MODULES:
            for number in signal.SIGINT, signal.SIGTERM, signal.SIGKILL:
                with self.subTest(module, number=number), mock.patch.dict(os.environ, {
                        'PYTHONPATH': f'{self.world.directory.name}:{os.environ["PYTHONPATH"]}',
                        'AT_IMPORT': module, 'SIGNAL': str(int(number))}):
                    program = self.world.script('import of_the_script')
                    self.assertEqual(self.status(program), 128 + number, program.lines)
        self.world.expect_nothing_left()

    def test_impatient(self):
        self.world.add_peripheral()
        for name in IMPATIENT:
            with self.subTest(name):
                program = self.begin(name, True)
                self.assertEqual(self.told(program, signal.SIGINT, 3), 128 + signal.SIGINT, program.lines)


if __name__ == '__main__':
    unittest.main(verbosity=2)
