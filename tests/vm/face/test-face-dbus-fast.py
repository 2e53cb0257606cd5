#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dbus-fast, which bleak is built on, on the daemon's socket: its message bus, and proxies made of introspection."""

import asyncio
import os
import unittest

from dbus_fast import BusType, DBusError, InterfaceNotFoundError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from face_world import PEER_PATH, SOON, FaceWorld

ADAPTER = '/org/bluez/hci0'
SERVICE = f'{PEER_PATH}/service000a'
HEART, LOCATION, CONTROL = f'{SERVICE}/char000b', f'{SERVICE}/char000e', f'{SERVICE}/char0010'


class DbusFast(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.world = FaceWorld()
        self.addCleanup(self.world.close)
        self.world.add_peripheral()
        self.bus = await self.connect_bus()

    async def connect_bus(self):
        """As programs find the system bus, on the daemon's socket."""
        os.environ['DBUS_SYSTEM_BUS_ADDRESS'] = f'unix:path={self.world.socket}'
        try:
            bus = await MessageBus(bus_type=BusType.SYSTEM, negotiate_unix_fd=True).connect()
        finally:
            # not for the world's own looks at the real one
            del os.environ['DBUS_SYSTEM_BUS_ADDRESS']
        self.addCleanup(bus.disconnect)
        return bus

    async def proxy(self, path, interface):
        return self.proxy_of(await self.bus.introspect('org.bluez', path), path, interface)

    def proxy_of(self, node, path, interface):
        return self.bus.get_proxy_object('org.bluez', path, node).get_interface(interface)

    async def until(self, condition, what):
        async def ask():
            while not await condition():
                await asyncio.sleep(0.02)
        try:
            await asyncio.wait_for(ask(), SOON)
        except asyncio.TimeoutError as error:
            raise AssertionError(f'{what} does not come about') from error

    async def find_peer(self):
        adapter = await self.proxy(ADAPTER, 'org.bluez.Adapter1')
        manager = await self.proxy('/', 'org.freedesktop.DBus.ObjectManager')
        added = asyncio.get_running_loop().create_future()

        def on_added(path, interfaces):
            if path == PEER_PATH and 'org.bluez.Device1' in interfaces and not added.done():
                added.set_result(interfaces)

        manager.on_interfaces_added(on_added)
        await adapter.call_set_discovery_filter({'Transport': Variant('s', 'le')})
        await adapter.call_start_discovery()
        interfaces = await asyncio.wait_for(added, SOON)
        await adapter.call_stop_discovery()
        self.assertIn(PEER_PATH, await manager.call_get_managed_objects())
        return interfaces

    async def connect(self):
        await self.find_peer()
        device = await self.proxy(PEER_PATH, 'org.bluez.Device1')
        await device.call_connect()
        await self.until(device.get_services_resolved, 'the services')
        return device

    async def test_proxies(self):
        adapter = await self.proxy(ADAPTER, 'org.bluez.Adapter1')
        self.assertTrue(await adapter.get_powered())
        await adapter.set_alias('mine')
        self.assertEqual(await adapter.get_alias(), 'mine')
        self.assertIn('Transport', await adapter.call_get_discovery_filters())
        node = await self.bus.introspect('org.bluez', '/org/bluez')
        self.assertEqual([child.name for child in node.nodes], ['hci0'])
        with self.assertRaises(InterfaceNotFoundError):
            await self.proxy('/org/bluez/hci7', 'org.bluez.Adapter1')
        with self.assertRaises(DBusError) as refused:
            await adapter.call_stop_discovery()
        self.assertEqual((refused.exception.type, refused.exception.text),
                         ('org.bluez.Error.Failed', 'No discovery started'))

    async def test_discovery(self):
        interfaces = await self.find_peer()
        self.assertEqual(interfaces['org.bluez.Device1']['Address'].value, 'C4:00:00:00:00:01')
        self.assertEqual(interfaces['org.bluez.Device1']['RSSI'].signature, 'n')

    async def test_link(self):
        device = await self.connect()
        location = await self.proxy(LOCATION, 'org.bluez.GattCharacteristic1')
        self.assertEqual(await location.call_read_value({}), b'\1')
        control = await self.proxy(CONTROL, 'org.bluez.GattCharacteristic1')
        await control.call_write_value(b'\1\2', {'type': Variant('s', 'request')})
        self.assertEqual(self.world.air.ask('value heart 0010'), '0102')
        node = await self.bus.introspect('org.bluez', HEART)
        heart = self.proxy_of(node, HEART, 'org.bluez.GattCharacteristic1')
        properties = self.proxy_of(node, HEART, 'org.freedesktop.DBus.Properties')
        values = asyncio.Queue()

        def on_changed(_interface, changed, _invalidated):
            if 'Value' in changed:
                values.put_nowait(bytes(changed['Value'].value))

        properties.on_properties_changed(on_changed)
        await heart.call_start_notify()
        for value in '01', '0203':
            self.world.air.ask(f'notify heart 000B {value}')
        self.assertEqual([await asyncio.wait_for(values.get(), SOON) for _ in range(2)], [b'\1', b'\2\3'])
        await heart.call_stop_notify()
        await device.call_disconnect()
        self.assertFalse(await device.get_connected())

    async def test_acquire_notify(self):
        await self.connect()
        reply = await self.bus.call(Message(
            destination='org.bluez', path=HEART, interface='org.bluez.GattCharacteristic1', member='AcquireNotify',
            signature='a{sv}', body=[{}]))
        self.assertEqual((reply.message_type, reply.signature, reply.body[1]), (MessageType.METHOD_RETURN, 'hq', 517))
        fd = reply.unix_fds[reply.body[0]]
        os.set_blocking(fd, True)
        self.world.air.ask('notify heart 000B 0708')
        reading = asyncio.get_running_loop().run_in_executor(None, os.read, fd, 600)
        self.assertEqual(await asyncio.wait_for(reading, SOON), b'\7\x08')
        os.close(fd)

    async def test_two_buses(self):
        """Two connections of one process are one program: what one has connected, the other may use."""
        await self.connect()
        first, self.bus = self.bus, await self.connect_bus()
        location = await self.proxy(LOCATION, 'org.bluez.GattCharacteristic1')
        first.disconnect()
        await first.wait_for_disconnect()
        self.assertEqual(await location.call_read_value({}), b'\1')


if __name__ == '__main__':
    unittest.main(verbosity=2)
