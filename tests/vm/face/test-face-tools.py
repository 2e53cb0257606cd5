#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""busctl, gdbus and dbus-send on the daemon's socket, as people use them to look at org.bluez and call it by hand."""

import subprocess
import unittest

from face_world import RADIO, FaceWorld, wait_for

ADAPTER, ADAPTER1 = '/org/bluez/hci0', 'org.bluez.Adapter1'
LAMP = 'C0:00:00:00:00:05'
LAMP_PATH = f'{ADAPTER}/dev_C0_00_00_00_00_05'
MANAGED = 'org.freedesktop.DBus.ObjectManager.GetManagedObjects'
SCAN = '''
import asyncio
from bleak import BleakScanner

async def main():
    async with BleakScanner(lambda device, data: print(device.address)):
        await asyncio.sleep(3600)

asyncio.run(main())
'''


class Tools(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = FaceWorld()
        cls.addClassCleanup(cls.world.close)

    def ask(self, *argv, real=False):
        """Runs it to its end, on the socket or on the system bus: status, stdout, stderr."""
        done = subprocess.run(argv, env=None if real else self.world.environment(), capture_output=True, text=True,
                              timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr.strip()

    def good(self, *argv):
        status, out, err = self.ask(*argv)
        self.assertEqual((status, err), (0, ''), argv)
        return out

    def refused(self, *argv):
        status, _out, err = self.ask(*argv)
        self.assertNotEqual(status, 0, argv)
        return err

    def busctl(self, *argv):
        return self.good('busctl', f'--address=unix:path={self.world.socket}', *argv)

    def gdbus(self, verb, path, *argv):
        return self.good('gdbus', verb, '--system', '--dest', 'org.bluez', '--object-path', path, *argv)


class Busctl(Tools):
    def test_look(self):
        lines = self.busctl('tree', 'org.bluez').splitlines()
        self.assertEqual([line.strip('│├└─ ') for line in lines if line], ['/org', '/org/bluez', ADAPTER])
        rows = [line.split() for line in self.busctl('introspect', 'org.bluez', ADAPTER, ADAPTER1).splitlines()]
        self.assertIn(['.StartDiscovery', 'method', '-', '-', '-'], rows)
        self.assertIn(['.ConnectDevice', 'method', 'a{sv}', 'o', '-'], rows)
        self.assertIn(['.Address', 'property', 's', f'"{RADIO}"', 'emits-change'], rows)
        self.assertIn(['.Powered', 'property', 'b', 'true', 'emits-change', 'writable'], rows)
        names = [line.split()[0] for line in self.busctl('list').splitlines()[1:] if line]
        self.assertLessEqual({'org.bluez', 'org.freedesktop.DBus'}, set(names))

    def test_status(self):
        # what is more than that it reads in /proc and of the cgroup, which the guest has not
        out = self.busctl('--augment-creds=no', 'status', 'org.bluez')
        self.assertIn(f'PID={self.daemon_pid()}\n', out)
        self.assertIn('EUID=', out)

    def daemon_pid(self):
        """Of the daemon itself, which its wrapper may have become."""
        out = self.good('busctl', '--json=short', 'call', 'org.freedesktop.DBus', '/', 'org.freedesktop.DBus',
                        'GetConnectionUnixProcessID', 's', 'org.bluez')
        with open(f'/proc/{int(out.split("[")[1].split("]")[0])}/comm', encoding='utf-8') as file:
            self.assertEqual(file.read(), 'bluebrokerd\n')
        return int(out.split('[')[1].split(']')[0])

    def test_properties(self):
        self.assertEqual(self.busctl('get-property', 'org.bluez', ADAPTER, ADAPTER1, 'Address', 'Powered'),
                         f's "{RADIO}"\nb true\n')
        self.busctl('set-property', 'org.bluez', ADAPTER, ADAPTER1, 'Alias', 's', 'mine')
        # that was another program's wish
        self.assertNotIn('mine', self.busctl('get-property', 'org.bluez', ADAPTER, ADAPTER1, 'Alias'))

    def test_calls(self):
        self.assertIn('"Transport"', self.busctl('call', 'org.bluez', ADAPTER, ADAPTER1, 'GetDiscoveryFilters'))
        self.busctl('call', 'org.bluez', ADAPTER, ADAPTER1, 'SetDiscoveryFilter', 'a{sv}', '1', 'Transport', 's',
                    'le')

    def test_errors_as_on_the_system_bus(self):
        for words in (('call', 'org.bluez', ADAPTER, ADAPTER1, 'StopDiscovery'),
                      ('call', 'org.bluez', ADAPTER, ADAPTER1, 'RemoveDevice', 'o', '/nothing'),
                      ('call', 'org.bluez', ADAPTER, ADAPTER1, 'SetDiscoveryFilter', 'a{sv}', '1', 'Transport', 's',
                       'x'),
                      ('call', 'org.bluez', ADAPTER, ADAPTER1, 'Nothing'),
                      ('call', 'org.bluez', ADAPTER, ADAPTER1, 'StartDiscovery', 's', 'much'),
                      ('get-property', 'org.bluez', ADAPTER, ADAPTER1, 'Nothing'),
                      ('get-property', 'org.bluez', ADAPTER, 'org.bluez.Nothing1', 'Nothing'),
                      ('set-property', 'org.bluez', ADAPTER, ADAPTER1, 'Address', 's', 'x'),
                      ('set-property', 'org.bluez', ADAPTER, ADAPTER1, 'Powered', 's', 'x'),
                      ('get-property', 'org.bluez', '/org/bluez', ADAPTER1, 'Powered')):
            with self.subTest(words):
                real = self.ask('busctl', *words, real=True)
                self.assertNotEqual(real[0], 0)
                self.assertEqual(self.ask('busctl', *words), real)

    def test_no_such_object(self):
        words = ('busctl', 'introspect', 'org.bluez', '/org/bluez/hci7')
        self.assertEqual(self.ask(*words), self.ask(*words, real=True))
        self.assertEqual(self.refused('busctl', 'call', 'org.bluez', '/org/bluez/hci7', ADAPTER1, 'StartDiscovery'),
                         'Call failed: there is no object /org/bluez/hci7')

    def test_monitor(self):
        for words in ('monitor',), ('monitor', 'org.bluez'):
            self.assertIn('each program is alone on it', self.refused('busctl', *words))

    def test_other_services(self):
        self.assertIn('this is the socket of bluebrokerd',
                      self.refused('busctl', 'call', 'org.freedesktop.login1', '/org/freedesktop/login1',
                                   'org.freedesktop.login1.Manager', 'ListSessions'))


class Gdbus(Tools):
    def test_introspect(self):
        out = self.gdbus('introspect', '/', '--recurse')
        for text in (f'node {ADAPTER} {{', 'GetManagedObjects(out a{oa{sa{sv}}} objects);', 'StartDiscovery();',
                     f"readonly s Address = '{RADIO}';", 'RegisterAgent(in  o agent,'):
            self.assertIn(text, out)
        out = self.gdbus('introspect', ADAPTER, '--only-properties')
        self.assertIn('readwrite b Powered = true;', out)
        self.assertIn('readonly y ActiveInstances = 0x00;', out)

    def test_call(self):
        self.assertIn(f"'Address': <'{RADIO}'>", self.gdbus('call', '/', '--method', MANAGED))
        self.assertEqual(self.gdbus('call', ADAPTER, '--method', f'{ADAPTER1}.SetDiscoveryFilter',
                                    "{'Transport': <'le'>, 'UUIDs': <['180d']>}"), '()\n')
        self.assertEqual(self.gdbus('call', ADAPTER, '--method', f'{ADAPTER1}.StartDiscovery'), '()\n')
        words = ('gdbus', 'call', '--system', '--dest', 'org.bluez', '--object-path', ADAPTER, '--method',
                 f'{ADAPTER1}.StopDiscovery')
        self.assertEqual(self.ask(*words), self.ask(*words, real=True))

    def test_dbus_send(self):
        out = self.good('dbus-send', '--system', '--print-reply', '--dest=org.bluez', '/', MANAGED)
        self.assertIn(f'object path "{ADAPTER}"', out)

    def test_monitor(self):
        """It hears of bluetoothd, and nothing of what another program finds."""
        monitor = self.world.run('gdbus', 'monitor', '--system', '--dest', 'org.bluez')
        monitor.expect('The name org.bluez is owned by')
        self.world.air.ask(f'repeat * lamp {LAMP} random 3 -60 020106 100 0')
        other = self.world.python(SCAN)
        other.expect(LAMP)
        subprocess.run(['bluetoothd-ctl', 'stop'], check=True)
        monitor.expect("InterfacesRemoved (objectpath '/org/bluez', [")
        monitor.expect('The name org.bluez does not have an owner')
        begin = len(monitor.lines)
        subprocess.run(['bluetoothd-ctl', 'start'], check=True)
        monitor.expect('The name org.bluez is owned by', begin=begin)
        monitor.expect("InterfacesAdded (objectpath '/org/bluez', {", begin=begin)
        monitor.expect(f"InterfacesAdded (objectpath '{ADAPTER}'", begin=begin)
        self.assertIsNone(monitor.find(LAMP_PATH))
        wait_for(self.world.powered, 'the radio')

    def test_wait(self):
        self.assertEqual(self.good('gdbus', 'wait', '--system', 'org.bluez'), '')


if __name__ == '__main__':
    unittest.main(verbosity=2)
