#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""BlueZ's own scripts that serve and advertise, on the daemon's socket: example-gatt-server, example-advertisement,
test-gatt-profile, example-battery-provider. On the system bus, a central has to find the same."""

import unittest

from face_scripts import ScriptTest
from face_world import RADIO, SOON, VERSION, wait_for

BASE = '-0000-1000-8000-00805f9b34fb'
TEST = '12345678-1234-5678-1234-56789abcdef'
HEART, BATTERY = f'0000180d{BASE}', f'0000180f{BASE}'
MEASUREMENT, LOCATION, CONTROL, LEVEL = (f'0000{n}{BASE}' for n in ('2a37', '2a38', '2a39', '2a19'))
DESCRIPTION = b'This is a characteristic for testing'.hex()
LONG = (b'This is what the central has to say about it. ' * 8).hex()

# Flags, the UUIDs 180D and 180F, company ffff, data of 9999 and of type 26; in the scan response the name
FIELDS = {'01': '04', '03': '0d180f18', 'ff': 'ffff00010203', '16': '99990001020304', '26': '010100'}
RESPONSE = {'09': b'TestAdvertisement'.hex()}


def fields(data):
    """AD structures by type."""
    rest, found = bytes.fromhex(data), {}
    while rest:
        found[f'{rest[1]:02x}'] = rest[2:1 + rest[0]].hex()
        rest = rest[1 + rest[0]:]
    return found


class Central(ScriptTest):
    """With a central on the test radio."""

    def connect(self):
        self.air.ask('central phone C0:00:00:00:00:77 random')
        self.air.ask(f'connect phone {RADIO}')
        return self.tree()

    def tree(self):
        """Handles of values and descriptors by UUID: of one that is there twice, the first."""
        handles = {}
        for item in self.air.ask('discover phone').split():
            part = item.split(':')
            handles.setdefault(part[-1] if part[0] != 's' else part[3], part[3] if part[0] == 'c' else part[1])
        return handles

    def read(self, handle):
        return self.air.ask(f'read phone {handle}')

    def events(self, count):
        """The next that the central is notified of."""
        heard = []

        def enough():
            heard.extend(self.air.ask('events phone').split())
            return len(heard) >= count
        wait_for(enough, f'{count} notifications', 2 * SOON)
        return heard


class Server(Central):
    config = '[Links]\nJustWorks=1\n'

    def serve(self, plain=False):
        server = self.start('example-gatt-server', plain=plain)
        advertisement = self.start('example-advertisement', plain=plain)
        server.expect('GATT application registered')
        advertisement.expect('Advertisement registered')
        return server

    def leave(self):
        for program in self.world.programs:
            program.kill()
        self.air.ask('disconnect phone')
        self.air.ask('uncentral phone')
        wait_for(lambda: self.air.ask('onair *') == '', 'the end of the advertisement')

    def check_reads_and_writes(self, server, at):
        self.assertEqual(self.read(at[LOCATION]), '01')
        self.assertEqual(self.read(at[LEVEL]), '64')
        server.expect('Battery Level read: 100')
        self.assertEqual(self.ask(f'write phone {at[CONTROL]} 01'), 'ok')
        server.expect('Energy Expended field reset!')
        # what the script refuses, in its own words and as bytes that are too many
        self.assertEqual(self.ask(f'write phone {at[CONTROL]} 02'), 'error att 0x80')
        self.assertEqual(self.ask(f'write phone {at[CONTROL]} 0101'), 'error att 0x0d')
        self.assertEqual(self.read(at[TEST + '1']), '-')
        self.air.ask(f'write phone {at[TEST + "1"]} 0a0b0c')
        self.assertEqual(self.read(at[TEST + '1']), '0a0b0c')
        # D-Bus has no bytes for what this one returns, on any bus
        self.assertEqual(self.ask(f'read phone {at[TEST + "2"]}'), 'error att 0x0e')
        self.assertEqual(self.read(at[f'00002900{BASE}']), '0200')
        description = at[f'00002901{BASE}']
        self.assertEqual(self.read(description), DESCRIPTION)
        self.air.ask(f'write phone {description} {LONG}')
        self.assertEqual(self.read(description), LONG)

    def check_notifications(self, server, at):
        self.air.ask(f'subscribe phone {at[MEASUREMENT]} notify')
        server.expect('Update HR Measurement Simulation')
        beats = [event.split(':') for event in self.events(3)]
        self.assertEqual([(handle.lower(), value[:2], len(value)) for handle, value in beats[:3]],
                         [(at[MEASUREMENT].lower(), flags, size)
                          for flags, size in (('0e', 8), ('06', 4), ('06', 4))])
        begin = len(server.lines)
        self.air.ask(f'subscribe phone {at[MEASUREMENT]} off')
        server.expect('Update HR Measurement Simulation', begin=begin)
        self.air.ask('events phone')
        self.air.ask(f'subscribe phone {at[LEVEL]} notify')
        levels = [event.split(':')[1] for event in self.events(3) if event.lower().startswith(at[LEVEL].lower())]
        self.assertEqual(levels[:3], ['64', '62', '60'])

    def check_guarded(self, at):
        """What needs encryption, and what needs more."""
        for characteristic, descriptor, error in ('3', '4', '0x0f'), ('5', '6', '0x05'):
            self.assertEqual(self.ask(f'read phone {at[TEST + characteristic]}'), f'error att {error}')
            self.assertEqual(self.ask(f'write phone {at[TEST + characteristic]} 01'), f'error att {error}')
            self.assertEqual(self.ask(f'read phone {at[TEST + descriptor]}'), f'error att {error}')

    def test_as_on_the_system_bus(self):
        for plain in True, False:
            server = self.serve(plain)
            at = self.connect()
            self.check_reads_and_writes(server, at)
            self.check_notifications(server, at)
            self.check_guarded(at)
            self.leave()
        self.check_nothing_left()

    def test_encrypted(self):
        server = self.serve()
        at = self.connect()
        self.air.ask('secure phone on')
        self.air.ask(f'write phone {at[TEST + "3"]} 0102')
        server.expect('TestEncryptCharacteristic Write')
        self.assertEqual(self.read(at[TEST + '3']), '0102')
        # it was paired, but nobody has compared a number
        self.assertEqual(self.ask(f'read phone {at[TEST + "5"]}'), 'error att 0x05')
        self.leave()
        self.say('test-device', 'remove', 'C0:00:00:00:00:77')
        self.check_nothing_left()

    def test_two(self):
        """Two of them, with the same paths and services: each has its own, and takes only that with it."""
        first, second = self.serve(), self.serve()
        self.connect()
        hearts = [item for item in self.air.ask('discover phone').split() if item.split(':')[-1] == CONTROL]
        self.assertEqual(len(hearts), 2)
        for item in hearts:
            self.air.ask(f'write phone {item.split(":")[3]} 01')
        for server in first, second:
            self.assertEqual(server.lines.count('Energy Expended field reset!'), 1)
        first.kill()
        wait_for(lambda: self.air.ask('discover phone').count(f':{CONTROL}') == 1, 'the end of the first')
        at = self.tree()
        self.air.ask(f'write phone {at[CONTROL]} 01')
        wait_for(lambda: second.lines.count('Energy Expended field reset!') == 2, 'the write')
        self.leave()
        self.check_nothing_left()


class Advertisement(Central):
    def test_as_on_the_system_bus(self):
        said = []
        for plain in True, False:
            program = self.start('example-advertisement', '--timeout', '5', plain=plain)
            program.expect('Advertisement registered')
            data, response = wait_for(lambda: self.air.ask('onair *'), 'the advertisement').split(':')[4:]
            self.assertEqual((fields(data), fields(response)), (FIELDS, RESPONSE))
            said.append(sorted(program.result()))
            self.assertIn('Advertisement unregistered', said[-1])
            wait_for(lambda: self.air.ask('onair *') == '', 'the end of the advertisement')
        self.assertEqual(*said)
        self.check_nothing_left()

    def test_two(self):
        first, second = (self.start('example-advertisement') for _ in range(2))
        for program in first, second:
            program.expect('Advertisement registered')
        first.kill()
        wait_for(lambda: len(self.world.stats()['BlueZPrograms']['data']) == 1, 'the end of the first')
        self.connect()
        self.air.ask('disconnect phone')
        second.kill()
        self.check_nothing_left()


class Profiles(ScriptTest):
    def test_gatt_profile(self):
        for plain in True, False:
            program = self.start('test-gatt-profile', '-u', HEART, plain=plain)
            program.expect('GATT application registered')
            program.kill()
        self.check_nothing_left()

    def test_battery_provider(self):
        """It is not of LE: the script says so, as where bluetoothd keeps it for its experimental half."""
        said = self.say('example-battery-provider')
        self.assertEqual(said, ['BatteryProviderManager1 interface not found'])
        if VERSION < (5, 82):
            self.assertEqual(said, self.say('example-battery-provider', plain=True))


if __name__ == '__main__':
    unittest.main(verbosity=2)
