#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A GLib program's GDBusObjectManagerClient on the daemon's socket (object-watcher.c): objects come and go in order,
properties change, and all of it goes and comes with bluetoothd."""

import os
import subprocess
import unittest

from face_world import PEER_PATH, FaceWorld, wait_for

ADAPTER = '/org/bluez/hci0'
ADAPTER1, DEVICE1, CHARACTERISTIC1 = 'org.bluez.Adapter1', 'org.bluez.Device1', 'org.bluez.GattCharacteristic1'
HEART = f'{PEER_PATH}/service000a/char000b'
LOCATION = f'{PEER_PATH}/service000a/char000e'


class Watching(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld()
        self.addCleanup(self.world.close)
        self.world.add_peripheral()

    def watch(self):
        program = self.world.run(os.environ['OBJECT_WATCHER'])
        program.expect('watching')
        return program

    def call(self, program, path, interface, member, arguments='', answer='()'):
        begin = len(program.lines)
        program.say(f'{path} {interface} {member} {arguments}'.rstrip())
        program.expect(f'{member}: {answer}', begin=begin)

    def find_peer(self, program):
        begin = len(program.lines)
        self.call(program, ADAPTER, ADAPTER1, 'SetDiscoveryFilter', "({'Transport': <'le'>},)")
        self.call(program, ADAPTER, ADAPTER1, 'StartDiscovery')
        program.expect(f'added {PEER_PATH} Device1', begin=begin)
        self.call(program, ADAPTER, ADAPTER1, 'StopDiscovery')

    def connect(self, program):
        self.find_peer(program)
        self.call(program, PEER_PATH, DEVICE1, 'Connect')
        program.expect("'ServicesResolved': <true>")

    @staticmethod
    def at(program, text):
        return next(at for at, line in enumerate(program.lines) if text in line)

    def test_discovery(self):
        program = self.watch()
        self.assertIn('added /org/bluez AgentManager1,ProfileManager1', program.lines)
        self.assertTrue(any(line.startswith(f'added {ADAPTER} Adapter1,') for line in program.lines))
        self.find_peer(program)
        program.expect(f"changed {ADAPTER} {ADAPTER1} {{'Discovering': <true>}} []")
        program.expect(f'changed {PEER_PATH} {DEVICE1} @a{{sv}} {{}} [RSSI]')
        program.expect(f"changed {ADAPTER} {ADAPTER1} {{'Discovering': <false>}} []")
        begin = len(program.lines)
        self.call(program, ADAPTER, ADAPTER1, 'RemoveDevice', f"(objectpath '{PEER_PATH}',)")
        program.expect(f'removed {PEER_PATH}', begin=begin)
        self.call(program, ADAPTER, ADAPTER1, 'RemoveDevice', f"(objectpath '{PEER_PATH}',)",
                  'GDBus.Error:org.bluez.Error.DoesNotExist: Does Not Exist')

    def test_link(self):
        program = self.watch()
        self.connect(program)
        program.expect(f'interface-added {PEER_PATH} org.bluez.Battery1')
        resolved = self.at(program, "'ServicesResolved': <true>")
        self.assertLess(self.at(program, "{'Connected': <true>}"), self.at(program, f'added {PEER_PATH}/service000a '))
        self.assertLess(self.at(program, f'added {PEER_PATH}/service000a GattService1'),
                        self.at(program, f'added {HEART} GattCharacteristic1'))
        self.assertLess(self.at(program, f'added {HEART} GattCharacteristic1'),
                        self.at(program, f'added {HEART}/desc000d GattDescriptor1'))
        self.assertLess(max(at for at, line in enumerate(program.lines) if line.startswith(f'added {PEER_PATH}/')),
                        resolved)
        self.call(program, LOCATION, CHARACTERISTIC1, 'ReadValue', '(@a{sv} {},)', '([byte 0x01],)')
        program.expect(f"changed {LOCATION} {CHARACTERISTIC1} {{'Value': <[byte 0x01]>}} []")
        self.call(program, HEART, CHARACTERISTIC1, 'StartNotify')
        program.expect(f"changed {HEART} {CHARACTERISTIC1} {{'Notifying': <true>}} []")
        for value in 1, 2, 2:
            self.world.air.ask(f'notify heart 000B {value:02x}')
        notified = f"changed {HEART} {CHARACTERISTIC1} {{'Value': <[byte 0x0%d]>}} []"
        wait_for(lambda: program.lines.count(notified % 2) == 2, 'both notifications')
        self.assertEqual(program.lines.count(notified % 1), 1)

    def test_link_ends(self):
        program = self.watch()
        self.connect(program)
        program.expect(f'interface-added {PEER_PATH} org.bluez.Battery1')
        added = [line.split()[1] for line in program.lines if line.startswith(f'added {PEER_PATH}/')]
        self.world.air.ask('drop heart')
        program.expect(f'removed {PEER_PATH}/service0006')
        wait_for(lambda: len([line for line in program.lines if line.startswith(f'removed {PEER_PATH}/')]) ==
                 len(added), 'the end of all objects')
        removed = [line.split()[1] for line in program.lines if line.startswith(f'removed {PEER_PATH}/')]
        self.assertEqual(sorted(removed), sorted(added))
        for at, path in enumerate(removed):
            self.assertFalse([other for other in removed[at + 1:] if other.startswith(path + '/')], path)
        self.assertLess(self.at(program, "{'Connected': <false>, 'ServicesResolved': <false>}"),
                        self.at(program, f'removed {PEER_PATH}/'))
        self.assertIn(f'interface-removed {PEER_PATH} org.bluez.Battery1', program.lines)
        self.assertNotIn(f'removed {PEER_PATH}', program.lines)

    @staticmethod
    def known(program):
        """The objects that it has now."""
        known = []
        for line in program.lines:
            if line.startswith('added '):
                known.append(line.split()[1])
            elif line.startswith('removed '):
                known.remove(line.split()[1])
        return known

    def restart(self, program, how):
        """Takes bluetoothd away and brings it back; all that the program knew goes, and the radio comes again."""
        begin = len(program.lines)
        subprocess.run(['bluetoothd-ctl', how], check=True)
        try:
            program.expect('owner none', begin=begin)
            wait_for(lambda: self.known(program) == [], 'the end of all objects')
        finally:
            subprocess.run(['bluetoothd-ctl', 'start'], check=True)
        program.expect('owner :', begin=begin)
        program.expect('added /org/bluez AgentManager1,ProfileManager1', begin=begin)
        program.expect(f'added {ADAPTER} Adapter1,', begin=begin)
        wait_for(self.world.powered, 'the radio')

    def test_bluetoothd(self):
        program = self.watch()
        self.connect(program)
        for how in 'kill', 'stop':
            begin = len(program.lines)
            self.restart(program, how)
            self.call(program, PEER_PATH, DEVICE1, 'Connect', '',
                      'GDBus.Error:org.freedesktop.DBus.Error.UnknownObject')
            # as before
            self.find_peer(program)
            self.call(program, PEER_PATH, DEVICE1, 'Connect')
            program.expect("'ServicesResolved': <true>", begin=begin)
            self.call(program, LOCATION, CHARACTERISTIC1, 'ReadValue', '(@a{sv} {},)', '([byte 0x01],)')

    def test_apart(self):
        """What one does, another does not see."""
        program, other = self.watch(), self.watch()
        begin = len(other.lines)
        self.connect(program)
        self.call(program, HEART, CHARACTERISTIC1, 'StartNotify')
        self.call(other, PEER_PATH, DEVICE1, 'Disconnect', '', 'GDBus.Error:org.freedesktop.DBus.Error.UnknownObject')
        self.call(program, LOCATION, CHARACTERISTIC1, 'ReadValue', '(@a{sv} {},)', '([byte 0x01],)')
        self.assertEqual([line for line in other.lines[begin:] if not line.startswith('Disconnect: ')], [])


if __name__ == '__main__':
    unittest.main(verbosity=2)
