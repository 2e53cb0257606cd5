#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on libdbus (python3-dbus with GLib's loop) on the daemon's socket: scan, link, values, sockets; and what
it is refused, word for word as bluetoothd refuses it."""

import select
import socket
import unittest

import dbus

from bus_client import ADAPTER_PATH, BusClient
from face_world import PEER_PATH, SOON, VERSION, FaceWorld, wait_for

SERVICE = f'{PEER_PATH}/service000a'
CHANGED, HEART, LOCATION, CONTROL = (f'{PEER_PATH}/service0006/char0007', f'{SERVICE}/char000b',
                                     f'{SERVICE}/char000e', f'{SERVICE}/char0010')
DESCRIPTION = f'{CONTROL}/desc0012'
NOTHING = dbus.Dictionary(signature='sv')
DEVICE1, CHARACTERISTIC1 = 'org.bluez.Device1', 'org.bluez.GattCharacteristic1'


def options(**values):
    return dbus.Dictionary(values, signature='sv')


class Libdbus(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld()
        self.addCleanup(self.world.close)
        self.world.add_peripheral()

    def client(self, real=False):
        client = BusClient(None if real else f'unix:path={self.world.socket}')
        self.addCleanup(client.close)
        return client

    @staticmethod
    def find_peer(client):
        client.adapter().SetDiscoveryFilter(options(Transport='le'))
        client.adapter().StartDiscovery()
        client.wait(lambda: PEER_PATH in client.managed(), 'the peer')
        client.adapter().StopDiscovery()

    def connect(self, client):
        self.find_peer(client)
        client.interface(PEER_PATH, DEVICE1).Connect()
        client.wait(lambda: client.get(PEER_PATH, 'Device1', 'ServicesResolved') and HEART in client.managed(),
                    'the services')

    @staticmethod
    def char(client, path):
        return client.interface(path, CHARACTERISTIC1)

    @staticmethod
    def values(client, path):
        """What PropertiesChanged has told of Value."""
        return [bytes(args[1]['Value']) for at, _, member, args in client.signals
                if member == 'PropertiesChanged' and at == path and 'Value' in args[1]]

    def test_scan(self):
        client = self.client()
        client.adapter().SetDiscoveryFilter(options(UUIDs=dbus.Array(['180d'], signature='s'), RSSI=dbus.Int16(-70)))
        client.adapter().StartDiscovery()
        for line in ('repeat * far C0:00:00:00:00:01 random 3 -80 02010603030D18 100 0',
                     'repeat * other C0:00:00:00:00:02 random 3 -40 02010603031118 100 0',
                     'repeat * near C0:00:00:00:00:03 random 3 -40 02010603030D1805FF4C000102 100 0'):
            self.world.air.ask(line)
        near = f'{ADAPTER_PATH}/dev_C0_00_00_00_00_03'
        client.wait(lambda: [signal for signal in client.signals if signal[0] == near], 'a changed RSSI')
        added = {str(args[0]) for _, _, member, args in client.signals if member == 'InterfacesAdded'}
        self.assertEqual(added, {near, PEER_PATH})
        data = client.get(near, 'Device1', 'ManufacturerData')
        self.assertEqual({int(company): bytes(data[company]) for company in data}, {0x4c: b'\1\2'})
        client.adapter().StopDiscovery()
        client.wait(lambda: 'RSSI' not in client.managed()[near][DEVICE1], 'the end')

    def test_values(self):
        client = self.client()
        self.connect(client)
        self.assertEqual(bytes(self.char(client, LOCATION).ReadValue(NOTHING)), b'\1')
        self.char(client, CONTROL).WriteValue(dbus.ByteArray(b'\1\2\3'), NOTHING)
        self.assertEqual(self.world.air.ask('value heart 0010'), '010203')
        self.assertEqual(bytes(self.char(client, CONTROL).ReadValue(options(offset=dbus.UInt16(1)))), b'\2\3')
        self.char(client, CONTROL).WriteValue(dbus.ByteArray(b'\4'), options(type='command'))
        wait_for(lambda: self.world.air.ask('value heart 0010') == '04', 'the command')
        description = client.interface(DESCRIPTION, 'org.bluez.GattDescriptor1')
        self.assertEqual(bytes(description.ReadValue(NOTHING)), b'AB')
        description.WriteValue(dbus.ByteArray(b'CDE'), NOTHING)
        self.assertEqual(bytes(description.ReadValue(NOTHING)), b'CDE')
        client.take_signals()

    def test_calls_at_once(self):
        """Answers come to the calls that they belong to."""
        client = self.client()
        self.connect(client)
        answers = []
        for path in [LOCATION, CONTROL] * 10:
            self.char(client, path).ReadValue(
                NOTHING, reply_handler=lambda value, path=path: answers.append((path, bytes(value))),
                error_handler=answers.append)
        client.wait(lambda: len(answers) == 20, 'all answers')
        self.assertEqual(sorted(answers), sorted([(LOCATION, b'\1'), (CONTROL, b'\0')] * 10))

    def test_notify(self):
        client = self.client()
        self.connect(client)
        self.char(client, HEART).StartNotify()
        self.assertTrue(client.get(HEART, 'GattCharacteristic1', 'Notifying'))
        for value in range(3):
            self.world.air.ask(f'notify heart 000B {value:02x}')
        client.wait(lambda: len(self.values(client, HEART)) >= 3, 'the values')
        self.assertEqual(self.values(client, HEART), [b'\0', b'\1', b'\2'])
        self.char(client, HEART).StopNotify()
        self.assertFalse(client.get(HEART, 'GattCharacteristic1', 'Notifying'))

    def acquired(self, client, path, prop, value):
        client.wait(lambda: client.get(path, 'GattCharacteristic1', prop) == value, f'{prop} {value}')

    def test_acquire_notify(self):
        client = self.client()
        self.connect(client)
        fd, mtu = self.char(client, HEART).AcquireNotify(NOTHING)
        self.assertEqual(int(mtu), 517)
        self.acquired(client, HEART, 'NotifyAcquired', True)
        with socket.socket(fileno=fd.take()) as pipe:
            for value in '01', '0203':
                self.world.air.ask(f'notify heart 000B {value}')
            for value in b'\1', b'\2\3':
                self.assertTrue(select.select([pipe], [], [], SOON)[0])
                self.assertEqual(pipe.recv(600), value)
            self.assertEqual(self.refused(self.char(client, HEART).StartNotify),
                             'org.bluez.Error.NotPermitted: Notify acquired')
        self.acquired(client, HEART, 'NotifyAcquired', False)
        self.char(client, HEART).StartNotify()

    def test_acquire_write(self):
        client = self.client()
        self.connect(client)
        fd, _mtu = self.char(client, CONTROL).AcquireWrite(NOTHING)
        self.acquired(client, CONTROL, 'WriteAcquired', True)
        with socket.socket(fileno=fd.take()) as pipe:
            pipe.send(b'\x55\x66')
            wait_for(lambda: self.world.air.ask('value heart 0010') == '5566', 'the value')
        self.acquired(client, CONTROL, 'WriteAcquired', False)

    def test_pipe_ends_with_link(self):
        client = self.client()
        self.connect(client)
        fd, _mtu = self.char(client, HEART).AcquireNotify(NOTHING)
        with socket.socket(fileno=fd.take()) as pipe:
            self.world.air.ask('drop heart')
            self.assertTrue(select.select([pipe], [], [], SOON)[0])
            self.assertEqual(pipe.recv(600), b'')

    @staticmethod
    def refused(method, *args):
        """The error of a call, or what it gave."""
        try:
            return f'gave {method(*args)}'
        except dbus.DBusException as error:
            # whose text names the method there, and the object here
            if error.get_dbus_name() == 'org.freedesktop.DBus.Error.UnknownObject':
                return error.get_dbus_name()
            return str(error).rstrip()

    def refusals(self, client):
        """What a program without a link, and with one, is refused."""
        errors = {}

        def ask(what, method, *args):
            errors[what] = self.refused(method, *args)

        adapter = client.adapter()
        ask('stop of none', adapter.StopDiscovery)
        adapter.SetDiscoveryFilter(options(Transport='le'))
        adapter.StartDiscovery()
        ask('start of two', adapter.StartDiscovery)
        client.wait(lambda: PEER_PATH in client.managed(), 'the peer')
        adapter.StopDiscovery()
        ask('stop of two', adapter.StopDiscovery)
        for what, values in {'transport': options(Transport='x'), 'rssi': options(RSSI='x'),
                             'key': options(Nothing=True),
                             'uuid': options(UUIDs=dbus.Array(['x'], signature='s')),
                             'both': options(RSSI=dbus.Int16(-50), Pathloss=dbus.UInt16(50))}.items():
            ask(f'filter {what}', adapter.SetDiscoveryFilter, values)
        ask('remove', adapter.RemoveDevice, dbus.ObjectPath('/nothing'))
        for manager, member in (('GattManager1', 'UnregisterApplication'),
                                ('LEAdvertisingManager1', 'UnregisterAdvertisement')):
            ask(member, getattr(client.interface(ADAPTER_PATH, 'org.bluez.' + manager), member), dbus.ObjectPath('/a'))
        agents = client.interface('/org/bluez', 'org.bluez.AgentManager1')
        ask('default agent', agents.RequestDefaultAgent, dbus.ObjectPath('/a'))
        ask('no agent', agents.UnregisterAgent, dbus.ObjectPath('/a'))
        ask('capability', agents.RegisterAgent, dbus.ObjectPath('/a'), 'Mouth')
        agents.RegisterAgent(dbus.ObjectPath('/a'), '')
        ask('two agents', agents.RegisterAgent, dbus.ObjectPath('/b'), '')
        ask('another agent', agents.UnregisterAgent, dbus.ObjectPath('/b'))

        device = client.interface(PEER_PATH, DEVICE1)
        properties = client.interface(PEER_PATH, 'org.freedesktop.DBus.Properties')
        ask('cancel', device.CancelPairing)
        ask('disconnect', device.Disconnect)
        ask('read-only', properties.Set, DEVICE1, 'Connected', dbus.Boolean(True, variant_level=1))
        ask('type', properties.Set, DEVICE1, 'Trusted', dbus.String('x', variant_level=1))
        ask('no property', properties.Get, DEVICE1, 'Name')
        ask('no interface', properties.GetAll, 'org.bluez.Nothing1')
        ask('no method', device.Nothing)
        ask('no attribute', client.interface(HEART, CHARACTERISTIC1).ReadValue, NOTHING)
        device.Connect()
        client.wait(lambda: client.get(PEER_PATH, 'Device1', 'ServicesResolved') and HEART in client.managed(),
                    'the services')
        ask('connect again', device.Connect)
        heart, location, control, changed = (self.char(client, path) for path in (HEART, LOCATION, CONTROL, CHANGED))
        ask('read', heart.ReadValue, NOTHING)
        ask('offset', location.ReadValue, options(offset=dbus.UInt16(9)))
        ask('offset type', location.ReadValue, options(offset='x'))
        ask('write', location.WriteValue, dbus.ByteArray(b'1'), NOTHING)
        ask('long', control.WriteValue, dbus.ByteArray(bytes(600)), NOTHING)
        ask('notify', control.StartNotify)
        ask('stop', heart.StopNotify)
        heart.StartNotify()
        ask('notify again', heart.StartNotify)
        ask('acquire', heart.AcquireNotify, NOTHING)
        heart.StopNotify()
        ask('acquire of indications', changed.AcquireNotify, NOTHING)
        ask('acquire write', location.AcquireWrite, NOTHING)
        device.Disconnect()
        return errors

    def test_refusals(self):
        real = self.refusals(self.client(real=True))
        wait_for(lambda: 'up=0' in self.world.air.ask('link heart'), 'the link is closed')
        face = self.refusals(self.client())
        self.maxDiff = None
        # in 5.82 a characteristic that only indicates can be acquired, too: not through the daemon
        if VERSION >= (5, 82):
            self.assertIn('NotSupported', face.pop('acquire of indications'))
            self.assertIn('gave', real.pop('acquire of indications'))
        self.assertEqual(face, real)


if __name__ == '__main__':
    unittest.main(verbosity=2)
