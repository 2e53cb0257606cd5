#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program has registered, when bluetoothd is restarted or the radio is unplugged."""

import subprocess
import unittest

from face_world import RADIO, FaceWorld, wait_for

# Registers an advertisement and an application; a line of stdin, and it does so again.
REGISTERS = '''
import sys, threading
import dbus, dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
SERVICE, CHARACTERISTIC = 'org.bluez.GattService1', 'org.bluez.GattCharacteristic1'

class Advertisement(dbus.service.Object):
    @dbus.service.method('org.freedesktop.DBus.Properties', in_signature='s', out_signature='a{sv}')
    def GetAll(self, interface):
        return {'Type': 'peripheral', 'LocalName': 'lamp'}

    @dbus.service.method('org.bluez.LEAdvertisement1')
    def Release(self):
        print('released')

class Application(dbus.service.Object):
    @dbus.service.method('org.freedesktop.DBus.ObjectManager', out_signature='a{oa{sa{sv}}}')
    def GetManagedObjects(self):
        return {dbus.ObjectPath('/app/s'): {SERVICE: {'UUID': '1819', 'Primary': True}},
                dbus.ObjectPath('/app/s/c'): {CHARACTERISTIC: {
                    'UUID': '2a6e', 'Service': dbus.ObjectPath('/app/s'), 'Flags': ['read']}}}

class Characteristic(dbus.service.Object):
    @dbus.service.method(CHARACTERISTIC, in_signature='a{sv}', out_signature='ay')
    def ReadValue(self, options):
        return [1, 2, 3]

objects = Advertisement(bus, '/advert'), Application(bus, '/app'), Characteristic(bus, '/app/s/c')

def register(kind, path):
    manager = dbus.Interface(bus.get_object('org.bluez', '/org/bluez/hci0', introspect=False), 'org.bluez.' + kind)
    def done(*_):
        print('registered', path)
    def failed(error):
        print('failed', path, error.get_dbus_name())
    call = manager.RegisterAdvertisement if path == '/advert' else manager.RegisterApplication
    call(dbus.ObjectPath(path), dbus.Dictionary(signature='sv'), reply_handler=done, error_handler=failed)

class Agent(dbus.service.Object):
    pass

agent = Agent(bus, '/agent')

def register_agent():
    manager = dbus.Interface(bus.get_object('org.bluez', '/org/bluez', introspect=False), 'org.bluez.AgentManager1')
    manager.RegisterAgent(dbus.ObjectPath('/agent'), 'NoInputNoOutput')
    print('registered /agent')

def register_all():
    try:
        register_agent()
    except dbus.DBusException as error:
        print('failed /agent', error.get_dbus_name())
    register('LEAdvertisingManager1', '/advert')
    register('GattManager1', '/app')

def read():
    for line in sys.stdin:
        GLib.idle_add(register_all)

register_all()
threading.Thread(target=read, daemon=True).start()
GLib.MainLoop().run()
'''

NAME = '05096c616d70'   # lamp


class Restart(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld()
        self.addCleanup(self.world.close)
        self.program = self.world.python(REGISTERS)
        self.registered()
        self.world.air.ask('central phone C0:00:00:00:00:77 random')

    def registered(self, begin=0):
        self.program.expect('registered /agent', begin=begin)
        self.program.expect('registered /advert', begin=begin)
        self.program.expect('registered /app', begin=begin)

    def is_served(self, times=1):
        """The advertisement is on air, and the application can be used: once."""
        air = self.world.air
        wait_for(lambda: NAME in air.ask(f'onair {RADIO}'), 'the advertisement')
        self.assertEqual(air.ask(f'onair {RADIO}').count(NAME), 1)
        wait_for(self.connects, 'a connection')
        tree = air.ask('discover phone').split()
        services = [at for at, item in enumerate(tree) if item.startswith('s:') and '00001819' in item]
        self.assertEqual(len(services), times)
        for at in services:
            self.assertEqual(air.ask('read phone ' + tree[at + 1].split(':')[3]), '010203')
        air.ask('disconnect phone')

    def connects(self):
        try:
            self.world.air.ask(f'connect phone {RADIO}')
        except AssertionError:      # nobody is there
            return False
        return True

    def restart(self):
        subprocess.run(['bluetoothd-ctl', 'restart'], check=True)
        wait_for(self.world.powered, 'the radio')

    def test_bluetoothd(self):
        self.is_served()
        self.restart()
        self.is_served()
        self.assertIsNone(self.program.find('released'))

    def test_unplugged(self):
        self.world.air.ask(f'unplug {RADIO}')
        wait_for(lambda: not self.world.powered(), 'the radio is gone')
        self.world.air.ask(f'plug {RADIO}')
        wait_for(self.world.powered, 'the radio')
        self.is_served()
        self.assertIsNone(self.program.find('released'))

    def test_registers_again(self):
        """As programs do that look after it themselves; but not twice."""
        self.restart()
        begin = len(self.program.lines)
        self.program.say('')
        self.registered(begin)
        self.is_served()
        begin = len(self.program.lines)
        self.program.say('')
        self.program.expect('failed /agent org.bluez.Error.AlreadyExists', begin=begin)
        self.program.expect('failed /advert org.bluez.Error.AlreadyExists', begin=begin)
        self.program.expect('failed /app org.bluez.Error.AlreadyExists', begin=begin)
        self.is_served()

    def test_ends_meanwhile(self):
        subprocess.run(['bluetoothd-ctl', 'stop'], check=True)
        wait_for(lambda: not self.world.powered(), 'the radio is gone')
        self.program.kill()
        subprocess.run(['bluetoothd-ctl', 'start'], check=True)
        wait_for(self.world.powered, 'the radio')
        self.assertEqual(self.world.air.ask(f'onair {RADIO}'), '')
        self.assertEqual(self.world.stats()['Sessions']['data'], [])


if __name__ == '__main__':
    unittest.main(verbosity=2)
