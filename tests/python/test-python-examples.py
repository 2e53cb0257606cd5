#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python programs of examples/, as they are, and what they print."""

import os
import signal
import unittest

from pyworld import HEART, PYTHON, RADIO, WorldTest

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../examples')
LAMP = 'C0:00:00:00:00:02'
SECOND = 'C4:00:00:00:00:02'
COUNTER = '61623334-3536-3738-3930-313233343536'     # b'ab34567890123456'


class Examples(WorldTest):
    def example(self, name, *arguments):
        return self.world.run(PYTHON, os.path.join(EXAMPLES, name), *arguments)

    def add_sensor(self, name, address):
        for line in (f'peer {name} {address} random 02010603030D18', f'service {name} 0010 180D primary',
                     f'char {name} 0011 2A37 notify -', f'desc {name} 0013 2902 read,write 0000',
                     f'char {name} 0014 2A38 read 02'):
            self.air.ask(line)
        self.until(lambda: 'up=0' in self.air.ask(f'link {name}'), 'the sensor')

    def measure(self, name, *values):
        self.until(lambda: 'writes=1' in self.air.ask(f'counts {name} 0013'), 'the subscription')
        for value in values:
            self.air.ask(f'notify {name} 0011 {value}')

    def test_scan(self):
        self.air.ask(f'repeat * lamp {LAMP} random 3 -60 05094C616D70 100 0')
        for name in 'scan.py', 'scan-asyncio.py':
            program = self.example(name)
            program.expect(f'{LAMP} -60 Lamp')
            program.result()
            self.world.expect_nothing_left()

    def test_heart_rate(self):
        self.add_sensor('heart', HEART)
        program = self.example('heart-rate.py', '3')
        program.expect('worn at: wrist')
        self.measure('heart', '003C', '01FF00', '0000')
        self.assertEqual(program.result(), [f'found {HEART}', 'worn at: wrist', '60', '255', '0'])
        self.world.expect_nothing_left()

    def test_heart_rates_at_once(self):
        self.add_sensor('heart', HEART)
        self.add_sensor('second', SECOND)
        program = self.example('heart-rate-asyncio.py', '2')
        program.expect('2 sensors')
        self.measure('heart', '003C', '003D')
        self.measure('second', '0046', '0047')
        lines = program.result()
        self.assertEqual([line for line in lines if HEART in line], [f'{HEART} 60', f'{HEART} 61'])
        self.assertEqual([line for line in lines if SECOND in line], [f'{SECOND} 70', f'{SECOND} 71'])
        self.world.expect_nothing_left()

    def connect(self):
        """A central; the handle of the counter's value."""
        self.air.ask('central phone C0:00:00:00:00:77 random')
        self.air.ask(f'connect phone {RADIO}')
        return next(item.split(':')[3] for item in self.air.ask('discover phone').split() if item.endswith(COUNTER))

    def end(self, program):
        program.child.send_signal(signal.SIGINT)
        program.result()
        self.world.expect_nothing_left()

    def test_lopy(self):
        program = self.example('lopy.py')
        program.expect('Advertising')
        handle = self.connect()
        program.expect('Client connected')
        self.air.ask(f'read phone {handle}')
        program.expect('Read')
        self.air.ask(f'subscribe phone {handle} notify')
        program.expect('Subscribed')
        self.air.ask(f'write phone {handle} 0005')
        program.expect("Written: b'\\x00\\x05'")
        self.until(lambda: f'{handle}:0105' in self.air.ask('events phone'), 'the next value')
        self.air.ask('disconnect phone')
        program.expect('Client disconnected')
        self.end(program)

    def test_lopy_asyncio(self):
        program = self.example('lopy-asyncio.py')
        program.expect('Advertising')
        handle = self.connect()
        self.air.ask(f'subscribe phone {handle} notify')
        self.air.ask(f'write phone {handle} 0005')
        program.expect("Written: b'\\x00\\x05'")
        self.until(lambda: f'{handle}:0105' in self.air.ask('events phone'), 'the next value')
        self.end(program)


if __name__ == '__main__':
    unittest.main(verbosity=2)
