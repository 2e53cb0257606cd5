#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The documented class and its helpers: each method, with its arguments, their defaults and what it returns, is a row
of a table (class_rows); each constant is the daemon's. What the package has and the table has not fails, too."""

import inspect
import json
import unittest

from bluebroker import (Advertisement, Bluetooth, GATTCCharacteristic, GATTCConnection, GATTCService,
                        GATTSCharacteristic, GATTSService)
from class_rows import (CLIENT_ROWS, CONTROL, FILTER, INIT_KEYS, LOCATION, MEASUREMENT, RADIO_ROWS, REFUSALS, RESOLVED,
                        SECRET, SERVER_ROWS, SIGNATURES)
from pyworld import HEART, WorldTest

LOPY = 'C0:00:00:00:00:09'       # who is only heard


class Table(unittest.TestCase):
    """Without a daemon."""

    @staticmethod
    def public(kind):
        return {name for base in kind.__mro__ if base.__module__.startswith('bluebroker')
                for name, member in vars(base).items()
                if callable(getattr(kind, name)) and not name.startswith('_') and not inspect.isclass(member)}

    def test_signatures(self):
        for kind, methods in SIGNATURES.items():
            self.assertEqual(self.public(kind), set(methods) - {'__init__'}, kind.__name__)
            for name, arguments in methods.items():
                plain = inspect.signature(getattr(kind, name))
                plain = plain.replace(return_annotation=plain.empty, parameters=[
                    parameter.replace(annotation=parameter.empty) for parameter in plain.parameters.values()])
                self.assertEqual(str(plain), arguments, f'{kind.__name__}.{name}')

    def test_each_says_what_it_does(self):
        for kind, methods in SIGNATURES.items():
            self.assertTrue(kind.__doc__)
            for name in methods:
                self.assertTrue(name == '__init__' or getattr(kind, name).__doc__, f'{kind.__name__}.{name}')

    def test_each_is_tried(self):
        rows = {Bluetooth: {row[0] for row in RADIO_ROWS + REFUSALS}}
        for owner, name, *_ in SERVER_ROWS:
            rows.setdefault({'service': GATTSService, 'level': GATTSCharacteristic}[owner], set()).add(name)
        for owner, name, *_ in CLIENT_ROWS:
            kind = {'connection': GATTCConnection, 'service': GATTCService}.get(owner, GATTCCharacteristic)
            rows.setdefault(kind, set()).add(name)
        elsewhere = {'__init__', 'resolve_adv_data', 'close', 'read_advertisements', 'stream', 'pair'}
        for kind, tried in rows.items():
            names = {name for name in SIGNATURES[kind] if not name.endswith('_async')}
            self.assertEqual(names - tried - elsewhere, set(), kind.__name__)

    def test_resolve_adv_data(self):
        for data, kind, value in RESOLVED:
            resolved = Bluetooth.resolve_adv_data(bytes.fromhex(data), kind)
            self.assertEqual((type(resolved), resolved), (type(value), value), data)


class Class(WorldTest):
    def setUp(self):
        super().setUp()
        self.bt = Bluetooth()
        self.addCleanup(self.bt.close)

    def check(self, returned, wanted, what):
        if isinstance(wanted, type):
            self.assertIs(type(returned), wanted, what)
        else:
            self.assertEqual((type(returned), returned), (type(wanted), wanted), what)

    def test_constants(self):
        """They are the daemon's, all of them."""
        answer = self.world.busctl('get-property', 'com.example.Bluetooth', '/com/example/Bluetooth',
                                   'com.example.Bluetooth.Manager1', 'Constants')
        own = {name: value for name, value in inspect.getmembers(Bluetooth) if name.isupper()}
        self.assertEqual(own, json.loads(answer.stdout)['data'])

    def test_resolved_as_by_the_daemon(self):
        for data, kind, value in RESOLVED:
            content = [str(byte) for byte in bytes.fromhex(data)]
            answer = self.world.busctl('call', 'com.example.Bluetooth', '/com/example/Bluetooth/hci0',
                                       'com.example.Bluetooth.Session1', 'ResolveAdvData', 'ayy', str(len(content)),
                                       *content, str(kind))
            found = [item['data'] for item in json.loads(answer.stdout)['data'][0]]
            first = found[0] if found else None
            self.assertEqual(bytes(first) if isinstance(first, list) else first, value, data)

    def test_radio(self):
        for name, arguments, keywords, wanted in RADIO_ROWS:
            self.check(getattr(self.bt, name)(*arguments, **keywords), wanted, name)

    def test_refusals(self):
        for name, arguments, keywords, kind, named in REFUSALS:
            with self.assertRaises(kind, msg=f'{name}{arguments}{keywords}') as caught:
                getattr(self.bt, name)(*arguments, **keywords)
            self.assertIn(named, str(caught.exception), name)
            self.assertTrue(str(caught.exception))

    def test_init_keys(self):
        for key, value in INIT_KEYS.items():
            self.bt.init(**{key: value})
            with Bluetooth(**{key: value}):
                pass
        for adapter in None, 0, 'hci0':
            with Bluetooth(adapter=adapter):
                pass
        for adapter, kind in ('hci7', OSError), ('radio', ValueError), (7, OSError):
            with self.assertRaises(kind):
                Bluetooth(adapter=adapter)

    def test_filter_keys(self):
        for key, value in FILTER.items():
            self.bt.set_scan_filter(**{key: value})
        self.bt.set_scan_filter(**FILTER)
        self.bt.set_scan_filter()

    def hear(self, data, kind=3):
        self.until(lambda: self.air.ask(f'adv * {LOPY} random {kind} -61 {data}') != '0', 'the scan')

    def test_reports(self):
        self.bt.start_scan(-1)
        self.hear('05094C6F5079')
        adv = self.until(self.bt.get_adv, 'the report')
        self.assertIs(type(adv), Advertisement)
        mac, addr_type, adv_type, rssi, data = adv
        self.assertEqual((mac, addr_type, rssi, data),
                         (bytes.fromhex(LOPY.replace(':', '')), Bluetooth.RANDOM_ADDR, -61, b'\5\tLoPy'))
        self.assertEqual((adv.mac, adv.addr_type, adv.adv_type, adv.rssi, adv.data), tuple(adv))
        self.assertIn(adv_type, (Bluetooth.NON_CONN_ADV, 255))
        self.assertIsNone(self.bt.get_adv())
        self.hear('05094C6F5078')
        advs = self.until(self.bt.get_advertisements, 'the report')
        self.assertEqual([adv.data for adv in advs], [b'\5\tLoPx'])
        self.hear('05094C6F5077')
        reports = self.until(self.bt.read_advertisements, 'the report')
        self.assertEqual((reports[0].mac, reports[0].rssi, reports[0].lost), (mac, -61, 0))
        with self.bt.stream(batch_ms=0) as stream:
            self.hear('05094C6F5076')
            report = next(stream)
        self.assertEqual((report.mac, report.data, report.sequence), (mac, b'\5\tLoPv', reports[0].sequence + 1))
        self.assertGreater(report.time, reports[0].time)

    def test_events(self):
        self.bt.start_scan(-1)
        self.hear('020106')
        self.until(lambda: self.bt.events() == Bluetooth.NEW_ADV_EVENT, 'the event')
        self.assertEqual(self.bt.events(), 0)

    def test_client(self):
        self.world.add_peripheral()
        connection = self.bt.connect(HEART)
        service = next(item for item in connection.services() if item.uuid() == 0x180d)
        found = {char.uuid(): char for char in service.characteristics()}
        objects = {'connection': connection, 'service': service, 'location': found[LOCATION],
                   'control': found[CONTROL], 'measurement': found[MEASUREMENT]}
        for owner, name, arguments, wanted in CLIENT_ROWS:
            self.check(getattr(objects[owner], name)(*arguments), wanted, f'{owner}.{name}{arguments}')
        for method in connection.services, connection.get_mtu, found[LOCATION].read, found[LOCATION].value:
            with self.assertRaises(OSError, msg=method):
                method()

    def test_client_refusals(self):
        self.world.add_peripheral()
        with self.bt.connect(HEART, addr_type=Bluetooth.RANDOM_ADDR) as connection:
            found = {char.uuid(): char for service in connection.services() for char in service.characteristics()}
            for method, arguments, kind in (
                    (found[MEASUREMENT].read, (), PermissionError),
                    (found[LOCATION].write, (b'1',), PermissionError),
                    (found[CONTROL].write, ([1],), ValueError),
                    (found[CONTROL].write, (bytes(513),), ValueError),
                    (found[CONTROL].read_descriptor, ('x',), ValueError),
                    (found[LOCATION].callback, (Bluetooth.CHAR_NOTIFY_EVENT, print), PermissionError),
                    (found[MEASUREMENT].callback, (Bluetooth.CHAR_READ_EVENT, print), ValueError)):
                with self.assertRaises(kind, msg=method):
                    method(*arguments)
        self.assertFalse(connection.isconnected())

    def test_pair(self):
        """The sealed characteristic is read after it. A handler is asked; or the answer is known; or refused."""
        asked = []

        def handler(kind, passkey):
            asked.append((kind, passkey))
            return 123456
        for how, error in (({'handler': handler}, None), ({'passkey': 123456}, None), ({}, OSError),
                           ({'handler': lambda kind, _: None}, OSError), ({'passkey': -1}, ValueError)):
            self.world.add_peripheral()
            self.air.ask('pairing heart display 123456')
            connection = self.bt.connect(HEART)
            if error:
                self.assertRaises(error, connection.pair, **how)
            else:
                self.assertIsNone(connection.pair(**how))
                sealed = next(char for service in connection.services() for char in service.characteristics()
                              if char.uuid() == SECRET)
                self.assertEqual(sealed.read(), b'\x7e')
                self.bt.forget(HEART)
            connection.disconnect()
            self.air.ask('unpeer heart')
        self.assertEqual(asked, [('enter', 0)])

    def test_timeout(self):
        with self.assertRaises(Bluetooth.timeout) as caught:
            self.bt.connect('00:11:22:33:44:55', timeout=100)
        self.assertIsInstance(caught.exception, TimeoutError)

    def test_ways_to_write_an_address(self):
        self.world.add_peripheral()
        mac = bytes.fromhex(HEART.replace(':', ''))
        for way in mac, HEART, mac.hex(), HEART.lower(), mac.hex().encode():
            connection = self.bt.connect(way)
            self.assertEqual(connection.mac, mac)
            connection.disconnect()

    def test_server(self):
        service = self.bt.service(0x180f, nbr_chars=3)
        level = service.characteristic(0x2a19, value=5)
        for owner, name, arguments, keywords, wanted in SERVER_ROWS:
            method = getattr({'service': service, 'level': level}[owner], name)
            self.check(method(*arguments, **keywords), wanted, f'{owner}.{name}{arguments}')
        for method, arguments in ((level.callback, (Bluetooth.CHAR_NOTIFY_EVENT, print)), (level.value, (bytes(513),)),
                                  (level.value, ([1],)), (service.characteristic, ('no uuid',))):
            with self.assertRaises(ValueError, msg=method):
                method(*arguments)
        self.bt.deinit()
        with self.assertRaises(OSError):
            level.value()

    def test_after_close(self):
        self.bt.close()
        self.bt.close()
        with self.assertRaisesRegex(OSError, 'closed'):
            self.bt.start_scan(1)

    def test_after_deinit(self):
        self.bt.deinit()
        with self.assertRaises(OSError) as caught:
            self.bt.start_scan(1)
        self.assertTrue(str(caught.exception))
        self.bt.init()
        self.bt.start_scan(1)

    def test_daemon_gone(self):
        """Objects of the old session say so; a new one works."""
        self.world.add_peripheral()
        connection = self.bt.connect(HEART)
        characteristic = connection.services()[1].characteristics()[1]
        service = self.bt.service(0x180f)
        self.world.stop_daemon()
        for method in (self.bt.isscanning, connection.isconnected, connection.services, characteristic.read,
                       service.start, connection.get_mtu, self.bt.events):
            with self.assertRaises(ConnectionResetError, msg=method) as caught:
                method()
            self.assertIn('new Bluetooth()', str(caught.exception))
        with self.assertRaises(OSError):
            Bluetooth()
        self.world.start_daemon()
        with self.assertRaises(ConnectionResetError):
            self.bt.isscanning()
        with Bluetooth() as new:
            self.assertFalse(new.isscanning())


if __name__ == '__main__':
    unittest.main(verbosity=2)
