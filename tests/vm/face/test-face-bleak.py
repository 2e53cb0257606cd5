#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bleak, as Debian has it, on the daemon's socket: scanners and clients, several at once."""

import json
import unittest

from face_world import PEER, FaceWorld, wait_for

# Prints a line for each callback: address, name, RSSI, company data, service UUIDs.
SCAN = '''
import asyncio, json, sys
from bleak import BleakScanner
from bleak.backends.bluezdbus.advertisement_monitor import OrPattern
from bleak.backends.bluezdbus.scanner import BlueZScannerArgs

def heard(device, data):
    print(json.dumps([device.address, data.local_name, data.rssi,
                      {str(k): v.hex() for k, v in data.manufacturer_data.items()}, data.service_uuids]))

async def main(how):
    options = {}
    if how.get('patterns'):
        options = dict(scanning_mode='passive', bluez=BlueZScannerArgs(
            or_patterns=[OrPattern(start, kind, bytes.fromhex(data)) for start, kind, data in how['patterns']]))
    elif how.get('filters'):
        options = dict(bluez=BlueZScannerArgs(filters=how['filters']))
    async with BleakScanner(heard, service_uuids=how.get('uuids'), **options):
        print('scanning')
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)

asyncio.run(main(json.loads(sys.argv[1])))
'''

CLIENT = '''
import asyncio, sys
from bleak import BleakClient, BleakScanner

HEART, LOCATION, CONTROL = (f'0000{n}-0000-1000-8000-00805f9b34fb' for n in ('2a37', '2a38', '2a39'))

async def main(address):
    device = await BleakScanner.find_device_by_address(address, timeout=20)
    print('found', device.address)
    def gone(client):
        print('gone')
    async with BleakClient(device, disconnected_callback=gone) as client:
        print('connected')
        print('services', sorted(s.uuid[4:8] for s in client.services))
        print('read', (await client.read_gatt_char(LOCATION)).hex())
        await client.write_gatt_char(CONTROL, b'\\x01\\x02', response=True)
        print('written', (await client.read_gatt_char(CONTROL)).hex())
        await client.write_gatt_char(CONTROL, b'\\x03', response=False)
        descriptor = client.services.get_characteristic(CONTROL).descriptors[0]
        print('descriptor', (await client.read_gatt_descriptor(descriptor.handle)).hex())
        await client.write_gatt_descriptor(descriptor.handle, b'CD')
        print('descriptor', (await client.read_gatt_descriptor(descriptor.handle)).hex())
        await client._backend._acquire_mtu()
        print('mtu', client.mtu_size)
        await client.start_notify(HEART, lambda _, value: print('notified', value.hex()))
        print('listening')
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await client.stop_notify(HEART)
    print('left')

asyncio.run(main(sys.argv[1]))
'''

# Scans with a link of its own; prints the address for each callback.
HOLDER = '''
import asyncio, json, sys
from bleak import BleakClient, BleakScanner

async def main(address):
    device = await BleakScanner.find_device_by_address(address, timeout=20)
    async with BleakClient(device), BleakScanner(lambda device, _: print(json.dumps([device.address]))):
        print('scanning')
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)

asyncio.run(main(sys.argv[1]))
'''


def reports(program):
    return [json.loads(line) for line in program.lines if line.startswith('[')]


def addresses(program):
    return {report[0] for report in reports(program)}


class Scanners(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld()
        self.addCleanup(self.world.close)

    def scan(self, **how):
        program = self.world.python(SCAN, json.dumps(how))
        program.expect('scanning')
        return program

    def fill_air(self):
        for line in ('repeat * near C0:00:00:00:00:01 random 3 -40 0201060303aafe 100 0',
                     'repeat * far C0:00:00:00:00:02 random 3 -80 0201060303aafe 100 0',
                     'repeat * apple C0:00:00:00:00:03 random 3 -60 02010604ff4c0001 100 0'):
            self.world.air.ask(line)

    def test_contradictory_filters(self):
        near = self.scan(filters={'RSSI': -50})
        eddystone = self.scan(uuids=['0000feaa-0000-1000-8000-00805f9b34fb'])
        everything = self.scan()
        self.fill_air()
        wait_for(lambda: len(addresses(everything)) == 3, 'all three')
        wait_for(lambda: len(addresses(eddystone)) == 2, 'both')
        wait_for(lambda: len(reports(near)) > 5, 'the near one')
        self.assertEqual(addresses(near), {'C0:00:00:00:00:01'})
        self.assertEqual(addresses(eddystone), {'C0:00:00:00:00:01', 'C0:00:00:00:00:02'})
        # one that stops, and one that is killed, stop nobody else
        near.say('')
        near.result()
        eddystone.kill()
        seen = len(reports(everything))
        wait_for(lambda: len(reports(everything)) > seen + 20, 'more')

    def test_each_report(self):
        program = self.scan()
        for n in range(20):
            self.world.air.ask(f'adv * C0:00:00:00:00:09 random 3 -60 04ff4c00{n:02x}')
        wait_for(lambda: len(reports(program)) >= 20, 'each report')
        self.assertEqual([r[3]['76'] for r in reports(program)], [f'{n:02x}' for n in range(20)])

    def test_passive(self):
        program = self.scan(patterns=[[0, 0xff, '4c00']])
        self.fill_air()
        wait_for(lambda: len(reports(program)) > 5, 'reports')
        self.assertEqual(addresses(program), {'C0:00:00:00:00:03'})
        program.say('')
        program.result()


class Clients(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld()
        self.addCleanup(self.world.close)
        self.world.add_peripheral()

    def connect(self):
        program = self.world.python(CLIENT, PEER)
        program.expect('listening', 60)
        return program

    def test_one(self):
        program = self.connect()
        self.world.air.ask('notify heart 000B 0102')
        program.expect('notified 0102')
        program.say('')
        lines = program.result()
        for line in ("services ['1801', '180d', '180f']", 'read 01', 'written 0102', 'descriptor 4142',
                     'descriptor 4344', 'mtu 517', 'gone', 'left'):
            self.assertIn(line, lines)
        self.assertEqual(self.world.air.ask('value heart 0010'), '03')

    def test_two_at_one_device(self):
        first, second = self.connect(), self.connect()
        self.world.air.ask('notify heart 000B 01')
        first.expect('notified 01')
        second.expect('notified 01')
        first.say('')       # disconnects
        first.result()
        self.world.air.ask('notify heart 000B 02')
        second.expect('notified 02')
        third = self.connect()
        third.kill()
        self.world.air.ask('notify heart 000B 03')
        second.expect('notified 03')
        self.assertIsNone(second.find('gone'))
        second.say('')
        second.result()
        wait_for(lambda: 'up=0' in self.world.air.ask('link heart'), 'the link is closed')

    def hears(self, **how):
        """Who scans so hears of the device for as long as it wants to."""
        program = self.world.python(SCAN, json.dumps(how))
        wait_for(lambda: len(reports(program)) > 3, 'reports')
        self.assertEqual(addresses(program), {PEER})
        self.assertEqual(reports(program)[-1][4], ['0000180d-0000-1000-8000-00805f9b34fb',
                                                   '00001811-0000-1000-8000-00805f9b34fb'])

    def test_scan_beside_a_link(self):
        """A device is silent that another program is connected to: who is alone would find it."""
        holder = self.connect()
        self.hears(uuids=['0000180d-0000-1000-8000-00805f9b34fb'])
        self.hears(patterns=[[0, 1, '06']])
        self.assertNotIn('gone', holder.lines)

    def test_scan_with_a_link(self):
        """But who holds the link itself would not."""
        program = self.world.python(HOLDER, PEER)
        program.expect('scanning', 60)
        self.world.air.ask('repeat * near C0:00:00:00:00:01 random 3 -40 020106 100 0')
        wait_for(lambda: len(reports(program)) > 50, 'seconds of reports')
        self.assertEqual(addresses(program), {'C0:00:00:00:00:01'})

    def test_lost(self):
        program = self.connect()
        self.world.air.ask('drop heart')
        program.expect('gone')


if __name__ == '__main__':
    unittest.main(verbosity=2)
