#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two bleak programs at one radio and one device, which want what contradicts: one leaves or is killed, and the other
notices nothing. And pairing."""

import json
import unittest

from face_world import PEER, FaceWorld, wait_for

# A line of stdin is an order: listen, read N, write HEX N, pair, secret, unpair, leave.
CLIENT = '''
import asyncio, sys
from bleak import BleakClient, BleakScanner

HEART, LOCATION, CONTROL, SECRET = (f'0000{n}-0000-1000-8000-00805f9b34fb' for n in ('2a37', '2a38', '2a39', 'f001'))

async def obey(client, order, *words):
    if order == 'listen':
        await client.start_notify(HEART, lambda _, value: print('notified', value.hex()))
    elif order == 'read':
        for value in await asyncio.gather(*[client.read_gatt_char(LOCATION) for _ in range(int(words[0]))]):
            assert value == b'\\x01', value
    elif order == 'write':
        for _ in range(int(words[1])):
            await client.write_gatt_char(CONTROL, bytes.fromhex(words[0]), response=True)
    elif order == 'pair':
        print('paired', await client.pair())
    elif order == 'secret':
        print('secret', (await client.read_gatt_char(SECRET)).hex())
    elif order == 'unpair':
        print('unpaired', await client.unpair())
    print('done', order)

async def main(address):
    device = await BleakScanner.find_device_by_address(address, timeout=20)
    async with BleakClient(device, disconnected_callback=lambda client: print('gone')) as client:
        print('it is connected')
        while True:
            line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
            if line.split()[0] == 'leave':
                break
            await obey(client, *line.split())
    print('left')

asyncio.run(main(sys.argv[1]))
'''

# A scan that goes on: with patterns passive, else active with BlueZ's filters.
SCAN = '''
import asyncio, json, sys
from bleak import BleakScanner
from bleak.backends.bluezdbus.advertisement_monitor import OrPattern
from bleak.backends.bluezdbus.scanner import BlueZScannerArgs

async def main(how):
    if 'filters' in how:
        options = dict(bluez=BlueZScannerArgs(filters=how['filters']))
    else:
        options = dict(scanning_mode='passive', bluez=BlueZScannerArgs(
            or_patterns=[OrPattern(start, kind, bytes.fromhex(data)) for start, kind, data in how['patterns']]))
    async with BleakScanner(lambda device, data: print('heard', device.address, data.rssi), **options):
        print('scanning')
        await asyncio.sleep(3600)

asyncio.run(main(json.loads(sys.argv[1])))
'''

NEAR, FAR = 'C0:00:00:00:00:01', 'C0:00:00:00:00:02'


class Two(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld('[Links]\nJustWorks=1\n')
        self.addCleanup(self.world.close)
        self.world.add_peripheral()

    def connect(self):
        program = self.world.python(CLIENT, PEER)
        program.expect('it is connected', 60)
        return program

    def do(self, program, order, answer=None):
        begin = len(program.lines)
        program.say(order)
        return program.expect(answer or f'done {order.split()[0]}', 60, begin)

    def is_whole(self, program, count):
        """It has got each notification from the first on, has its link, and it can be used."""
        values = [f'notified {value:02x}' for value in range(count)]
        wait_for(lambda: [line for line in program.lines if line.startswith('notified')] == values, values)
        self.assertIsNone(program.find('gone'))
        self.do(program, 'read 1')

    def test_one_is_killed(self):
        """In the midst of writes and reads; notifications go on without a gap."""
        stays = self.connect()
        self.do(stays, 'listen')
        for count, orders in enumerate((['listen'], ['write 05 100000'], ['read 20', 'write 06 100000'], []), 1):
            other = self.connect()
            for order in orders:
                other.say(order)
            if 'listen' in orders:
                other.expect('done listen')
            elif orders:
                value = orders[-1].split()[1]
                wait_for(lambda value=value: self.world.air.ask('value heart 0010') == value, 'a write of its')
            other.kill()
            self.world.air.ask(f'notify heart 000B {count - 1:02x}')
            self.is_whole(stays, count)
        self.do(stays, 'write 77 3')
        self.assertEqual(self.world.air.ask('value heart 0010'), '77')
        stays.say('leave')
        stays.result()
        wait_for(lambda: 'up=0' in self.world.air.ask('link heart'), 'the link is closed')

    def test_one_leaves(self):
        stays = self.connect()
        self.do(stays, 'listen')
        other = self.connect()
        self.do(other, 'listen')
        self.world.air.ask('notify heart 000B 00')
        other.expect('notified 00')
        other.say('leave')
        other.result()
        self.assertIn('gone', other.lines)
        self.world.air.ask('notify heart 000B 01')
        self.is_whole(stays, 2)
        self.assertIsNone(other.find('notified 01'))

    def test_at_once(self):
        """Reads and writes of both: neither is told InProgress."""
        programs = self.connect(), self.connect()
        for program in programs:
            program.say('write 0102 30')
            program.say('read 30')
        for program in programs:
            program.expect('done write', 60)
            program.expect('done read', 60)
            self.assertIsNone(program.find('Error'))

    def scan(self, **how):
        program = self.world.python(SCAN, json.dumps(how))
        program.expect('scanning')
        return program

    @staticmethod
    def heard(program):
        return {line.split()[1] for line in program.lines if line.startswith('heard')}

    def test_filters_beside_a_link(self):
        """An active scan for what is near, a passive one for what is a beacon, and a link: one is killed at a time."""
        stays = self.connect()
        self.do(stays, 'listen')
        for line in (f'repeat * near {NEAR} random 3 -40 020106 100 0',
                     f'repeat * far {FAR} random 3 -80 02010605FF4C000215 100 0'):
            self.world.air.ask(line)
        active, passive = self.scan(filters={'RSSI': -50}), self.scan(patterns=[[0, 0xff, '4c0002']])
        wait_for(lambda: self.heard(active) == {NEAR} and self.heard(passive) == {FAR}, 'each its own')
        passive.kill()
        begin = len(active.lines)
        wait_for(lambda: len(active.lines) > begin + 10, 'more of the near one')
        passive = self.scan(patterns=[[0, 0xff, '4c0002']])
        passive.expect(FAR)
        active.kill()
        begin = len(passive.lines)
        wait_for(lambda: len(passive.lines) > begin + 10, 'more of the far one')
        self.assertEqual((self.heard(active), self.heard(passive)), ({NEAR}, {FAR}))
        self.world.air.ask('notify heart 000B 00')
        self.is_whole(stays, 1)

    def test_pair(self):
        first, second = self.connect(), self.connect()
        self.do(first, 'pair', 'paired True')
        self.do(first, 'secret', 'secret 7e')
        # the link is one, and encrypted
        self.do(second, 'secret', 'secret 7e')
        # not while another program uses it
        second.say('leave')
        second.result()
        self.do(first, 'unpair', 'unpaired True')
        first.expect('gone')


if __name__ == '__main__':
    unittest.main(verbosity=2)
