#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""BlueZ's own scripts about radios and what they hear, on the daemon's socket: test-adapter, list-devices,
get-managed-objects, test-manager, test-profile, test-discovery, monitor-bluetooth. Where it tells something, the
same script on the system bus has to say the same."""

import unittest

from face_scripts import ScriptTest
from face_world import PEER, PEER_PATH, RADIO, VERSION, wait_for

LAMP = 'C0:00:00:00:00:05'


class Adapters(ScriptTest):
    def both(self, name, *arguments, **how):
        """What the script says on the socket, and on the system bus."""
        return self.say(name, *arguments, **how), self.say(name, *arguments, plain=True, **how)

    def test_reads(self):
        lines = self.say('test-adapter', 'list', plain=True)
        plain = dict(line.strip().split(' = ') for line in lines if ' = ' in line)
        for what in ('Address', 'Name', 'Alias', 'Powered', 'Pairable', 'PairableTimeout', 'Discoverable',
                     'DiscoverableTimeout', 'Discovering'):
            self.assertEqual(self.say('test-adapter', what.lower()), [plain[what]], what)
        self.assertEqual(self.say('test-adapter', '-i', 'hci0', 'address'), [RADIO])
        self.assertEqual(self.say('test-adapter', '-i', RADIO, 'powered'), ['1'])
        self.say('test-adapter', '-i', 'hci7', 'address', status=1)

    def test_lists(self):
        for script in (('test-adapter', 'list'), ('list-devices',)):
            face, plain = self.both(*script)
            # the profiles of the machine are its own
            self.assertEqual([line for line in face if 'UUIDs' not in line],
                             [line for line in plain if 'UUIDs' not in line])
        face, plain = ({line.strip() for line in lines if line.startswith('    org') or line.startswith('[')}
                       for lines in self.both('get-managed-objects'))
        not_le = {'org.bluez.HealthManager1', 'org.bluez.Media1', 'org.bluez.NetworkServer1'}
        if VERSION >= (5, 82):  # what was experimental before
            not_le |= {'org.bluez.BatteryProviderManager1', 'org.bluez.SimAccess1',
                       '[ /org/bluez/test ]', 'org.bluez.SimAccessTest1'}
        self.assertEqual(plain - face, not_le)
        self.assertEqual(face - plain, {'org.bluez.AdvertisementMonitorManager1'})

    def test_writes_are_the_program_s(self):
        """Each is taken, and ends with the process: the radio stays as it was."""
        for what, value in (('alias', 'Bridge'), ('pairable', 'off'), ('pairabletimeout', '5'),
                            ('discoverable', 'on'), ('discoverabletimeout', '30'), ('powered', 'off')):
            before = self.say('test-adapter', what, plain=True)
            self.assertEqual(self.say('test-adapter', what, value), [], what)
            self.assertEqual(self.say('test-adapter', what, plain=True), before, what)
            self.assertEqual(self.say('test-adapter', what), before, what)
        self.check_nothing_left()

    def test_plugged(self):
        for plain in False, True:
            program = self.start('test-manager', plain=plain)
            program.expect('Adapter found at path /org/bluez/hci0')
            self.air.ask('plug 00:AA:01:00:00:09')
            program.expect('Adapter with path /org/bluez/hci1 added')
            self.air.ask('unplug 00:AA:01:00:00:09')
            program.expect('Adapter with path /org/bluez/hci1 removed')
            program.kill()

    def test_no_profiles(self):
        self.assertIn('NotSupported', self.say('test-profile', status=1)[-1])
        self.check_nothing_left()


class Discovery(ScriptTest):
    def setUp(self):
        super().setUp()
        self.world.add_peripheral()
        self.air.ask(f'repeat * lamp {LAMP} random 3 -60 02010605094c616d70 100 0')
        self.air.ask('repeat * far C0:00:00:00:00:06 random 3 -85 02010603030a18 100 0')

    def found(self, program):
        return {line.split()[1] for line in program.lines if line.startswith('[ ') and ':' in line}

    def test_as_it_is(self):
        """Its Python is too old to print more than the addresses of what it finds, whatever the bus."""
        for plain in False, True:
            program = self.start('test-discovery', '-t', 'le', plain=plain)
            wait_for(lambda program=program: self.found(program) == {PEER, LAMP, 'C0:00:00:00:00:06'}, 'all three')
            program.kill()
            wait_for(lambda: 'scanning=0' in self.air.ask('status *'), 'the end of the scan')
        self.check_nothing_left()

    def test_filters_are_one_s_own(self):
        """On the system bus, these three would each get what any of them wants."""
        near = self.start('test-discovery', '-t', 'le', '-r', '-70', old=True)
        heart = self.start('test-discovery', '-t', 'le', '-u', '0000180d-0000-1000-8000-00805f9b34fb', old=True)
        compact = self.start('test-discovery', '-c', old=True)
        wait_for(lambda: LAMP in self.found(near) and PEER in self.found(heart), 'each its own')
        compact.expect("b'C0:00:00:00:00:06'")
        compact.expect(f"b'{LAMP}' b'Lamp'")
        near.expect('    RSSI = -60')
        near.expect("    Name = b'Lamp'")
        self.assertEqual(self.found(near), {LAMP, PEER})
        self.assertEqual(self.found(heart), {PEER})
        heart.kill()
        self.air.ask('adv * C0:00:00:00:00:07 random 3 -50 020106')
        wait_for(lambda: 'C0:00:00:00:00:07' in self.found(near), 'one more')
        self.check_nothing_left()

    def test_monitor_bluetooth(self):
        """It watches the radios; and what others find, on the system bus alone."""
        face, plain = (self.start('monitor-bluetooth', plain=plain) for plain in (False, True))
        self.wait_until_listening(face, plain)
        program = self.start('test-discovery', '-t', 'le', plain=True)
        plain.expect(f'[{PEER_PATH}]')
        program.kill()
        program = self.start('test-discovery', '-t', 'le')
        wait_for(lambda: PEER in self.found(program), 'the peripheral')
        program.kill()
        self.assertFalse([line for line in face.lines if 'Device1' in line])
        face.kill()
        plain.kill()
        self.check_nothing_left()

    def wait_until_listening(self, *watchers):
        """They say nothing at their start: they are ready when each has seen a radio come."""
        def plug():
            self.air.ask('plug 00:AA:01:00:00:09')
            seen = all(watcher.find('{Added org.bluez.Adapter1} [/org/bluez/hci1]') for watcher in watchers)
            wait_for(lambda: 'hci1' in '\n'.join(self.say('list-devices')), 'the radio')
            self.air.ask('unplug 00:AA:01:00:00:09')
            wait_for(lambda: 'hci1' not in '\n'.join(self.say('list-devices')), 'the end of the radio')
            return seen
        wait_for(plug, 'the watchers')
        for watcher in watchers:
            watcher.expect('{Removed org.bluez.Adapter1} [/org/bluez/hci1]')


if __name__ == '__main__':
    unittest.main(verbosity=2)
