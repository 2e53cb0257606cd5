#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The documented class and its helpers: each method, with its arguments, their defaults and what it returns, is a row
of a table here; each constant is the daemon's. What the package has and the table has not fails, too."""

import inspect
import json
import unittest

from bluebroker import (Advertisement, Bluetooth, GATTCCharacteristic, GATTCConnection, GATTCService,
                        GATTSCharacteristic, GATTSService)
from pyworld import HEART, WorldTest

LOPY = 'C0:00:00:00:00:09'       # who is only heard
MEASUREMENT, LOCATION, CONTROL, SECRET = 0x2a37, 0x2a38, 0x2a39, 0xf001

# Method, arguments as the page and the notes beyond it have them.
SIGNATURES = {
    Bluetooth: {
        '__init__': '(self, id=0, mode=0, antenna=None, *, adapter=None, **how)',
        'init': '(self, id=0, mode=0, antenna=None, **how)',
        'deinit': '(self)',
        'start_scan': '(self, timeout)',
        'stop_scan': '(self)',
        'isscanning': '(self)',
        'get_adv': '(self)',
        'get_advertisements': '(self)',
        'resolve_adv_data': '(data, data_type)',
        'connect': '(self, mac_addr, timeout=None, addr_type=None)',
        'callback': '(self, trigger=None, handler=None, arg=None)',
        'events': '(self)',
        'set_advertisement': '(self, *, name=None, manufacturer_data=None, service_data=None, service_uuid=None)',
        'set_advertisement_params': '(self, *, adv_int_min=32, adv_int_max=64, adv_type=0, own_addr_type=0, '
                                    'channel_map=7, adv_filter_policy=0)',
        'set_advertisement_raw': "(self, data, scan_rsp=b'')",
        'advertise': '(self, enable=True)',
        'service': '(self, uuid, *, isprimary=True, nbr_chars=1, start=True)',
        'disconnect_client': '(self)',
        'set_pin': '(self, pin)',
        'gatts_mtu': '(self)',
        'tx_power': '(self, type, level=None)',
        'modem_sleep': '(self, enable=None)',
        'nvram_erase': '(self)',
        # beyond the page
        'close': '(self)',
        'forget': '(self, mac_addr)',
        'set_scan_filter': '(self, **keys)',
        'read_advertisements': '(self, max=0)',
        'stream': '(self, batch_ms=None, batch_max=None)',
        'get_adv_async': '(self)',
        'connect_async': '(self, mac_addr, timeout=None, addr_type=None)',
    },
    GATTCConnection: {
        'disconnect': '(self)',
        'isconnected': '(self)',
        'services': '(self)',
        'get_mtu': '(self)',
        'disconnect_async': '(self)',
        'pair': '(self, passkey=None, handler=None)',
        'pair_async': '(self, passkey=None, handler=None)',
    },
    GATTCService: {
        'isprimary': '(self)',
        'uuid': '(self)',
        'instance': '(self)',
        'characteristics': '(self)',
    },
    GATTCCharacteristic: {
        'uuid': '(self)',
        'instance': '(self)',
        'properties': '(self)',
        'read': '(self)',
        'value': '(self)',
        'write': '(self, value)',
        'callback': '(self, trigger=None, handler=None, arg=None)',
        'events': '(self)',
        'read_descriptor': '(self, uuid)',
        'read_async': '(self)',
        'write_async': '(self, value)',
        'read_descriptor_async': '(self, uuid)',
    },
    GATTSService: {
        'start': '(self)',
        'stop': '(self)',
        'characteristic': '(self, uuid, *, permissions=None, properties=26, value=None)',
    },
    GATTSCharacteristic: {
        'value': '(self, value=None)',
        'callback': '(self, trigger=None, handler=None, arg=None)',
        'events': '(self)',
        'config': '(self)',
    },
}

# Arguments of init() that are not in its signature.
INIT_KEYS = {'pin': 123456, 'secure': False, 'privacy': False, 'mtu': 200, 'modem_sleep': True,
             'secure_connections': True, 'fifo': 100, 'overflow': 'drop-newest'}

# Of the client: object, method, arguments, what comes: a value, or a type
CLIENT_ROWS = [
    ('connection', 'isconnected', (), True),
    ('connection', 'get_mtu', (), int),
    ('connection', 'services', (), list),
    ('service', 'isprimary', (), True),
    ('service', 'uuid', (), 0x180d),
    ('service', 'instance', (), 0x000a),
    ('service', 'characteristics', (), list),
    ('location', 'uuid', (), LOCATION),
    ('location', 'instance', (), 0x000e),
    ('location', 'properties', (), Bluetooth.PROP_READ),
    ('location', 'value', (), 0),
    ('location', 'read', (), b'\x01'),
    ('location', 'value', (), b'\x01'),
    ('location', 'read_descriptor', (0x2901,), None),
    ('control', 'read_descriptor', (0x2901,), b'AB'),
    ('control', 'read_descriptor', ('2901',), b'AB'),
    ('control', 'write', (b'\x07\x08',), None),
    ('control', 'read', (), b'\x07\x08'),
    ('control', 'write', ('abc',), None),
    ('control', 'read', (), b'abc'),
    ('control', 'write', (5,), None),
    ('control', 'read', (), b'\x05'),
    ('control', 'write', (0x1234,), None),
    ('control', 'read', (), b'\x34\x12'),
    ('control', 'write', (-2,), None),
    ('control', 'read', (), b'\xfe'),
    ('measurement', 'properties', (), Bluetooth.PROP_NOTIFY),
    ('measurement', 'callback', (Bluetooth.CHAR_NOTIFY_EVENT, print), None),
    ('measurement', 'events', (), 0),
    ('measurement', 'callback', (), None),
    ('connection', 'disconnect', (), None),
    ('connection', 'isconnected', (), False),
    ('connection', 'disconnect', (), None),
]

# Of a radio that does nothing else.
RADIO_ROWS = [
    ('isscanning', (), {}, False),
    ('stop_scan', (), {}, None),
    ('get_adv', (), {}, None),
    ('get_advertisements', (), {}, []),
    ('start_scan', (10,), {}, None),
    ('isscanning', (), {}, True),
    ('start_scan', (-1,), {}, None),
    ('isscanning', (), {}, True),
    ('stop_scan', (), {}, None),
    ('isscanning', (), {}, False),
    ('events', (), {}, 0),
    ('callback', (), {'trigger': Bluetooth.NEW_ADV_EVENT, 'handler': print}, None),
    ('callback', (), {}, None),
    ('gatts_mtu', (), {}, None),
    ('set_pin', (0,), {}, None),
    ('modem_sleep', (), {}, True),
    ('modem_sleep', (False,), {}, None),
    ('modem_sleep', (), {}, False),
    ('set_advertisement', (), {'name': 'LoPy', 'service_uuid': b'1234567890123456'}, None),
    ('set_advertisement', (), {'name': 'advert', 'manufacturer_data': 'lopy_v1'}, None),
    ('set_advertisement', (), {'service_data': b'\x0f\x18\x57', 'service_uuid': 0x180f}, None),
    ('advertise', (), {}, None),
    ('advertise', (False,), {}, None),
    ('set_advertisement_raw', (b'\x02\x01\x06\x03\x03\x0f\x18',), {}, None),
    ('service', ('abc123',), {}, GATTSService),
    ('service', (0x180f,), {'isprimary': True, 'nbr_chars': 2, 'start': False}, GATTSService),
    ('service', (b'1234567890123456',), {}, GATTSService),
    ('init', (), {}, None),
    ('init', (0, Bluetooth.BLE, Bluetooth.INT_ANT), {}, None),
    ('deinit', (), {}, None),
    ('init', (), {'id': 0, 'mode': Bluetooth.BLE, 'antenna': None}, None),
]

# What is refused: method, arguments, exception, what the message names
REFUSALS = [
    ('start_scan', (0,), {}, ValueError, 'timeout'),
    ('start_scan', ('ten',), {}, ValueError, 'timeout'),
    ('init', (1,), {}, ValueError, 'id'),
    ('init', (), {'mode': 1}, OSError, 'mode'),
    ('init', (), {'antenna': Bluetooth.EXT_ANT}, OSError, 'antenna'),
    ('init', (), {'pin': 1000000}, ValueError, 'pin'),
    ('init', (), {'pins': 1}, ValueError, 'pins'),
    ('init', (), {'overflow': 'up'}, ValueError, 'overflow'),
    ('connect', ('11:22:33',), {}, ValueError, 'mac_addr'),
    ('connect', (b'12345',), {}, ValueError, 'mac_addr'),
    ('connect', (112233,), {}, ValueError, 'mac_addr'),
    ('connect', (HEART,), {'timeout': -1}, ValueError, 'timeout'),
    ('connect', (HEART,), {'addr_type': 9}, ValueError, 'addr_type'),
    ('callback', (Bluetooth.CHAR_READ_EVENT, print), {}, ValueError, 'trigger'),
    ('set_advertisement', (), {'name': 'x' * 30}, ValueError, 'name'),
    ('set_advertisement', (), {'manufacturer_data': 5}, ValueError, 'manufacturer_data'),
    ('set_advertisement', (), {'service_uuid': b'123'}, ValueError, 'service_uuid'),
    ('set_advertisement_params', (), {'adv_int_min': 0x10}, ValueError, 'adv_int_min'),
    ('set_advertisement_params', (), {'channel_map': Bluetooth.ADV_CHNL_37}, OSError, 'channel_map'),
    ('set_advertisement_raw', (b'\x05\x01',), {}, ValueError, 'adv'),
    ('advertise', (), {}, OSError, ''),
    ('service', ('no uuid',), {}, ValueError, 'uuid'),
    ('service', (-1,), {}, ValueError, 'uuid'),
    ('service', (0x180f,), {'nbr_chars': 70000}, ValueError, 'nbr_chars'),
    ('service', (0x1800,), {}, OSError, ''),
    ('disconnect_client', (), {}, OSError, ''),
    ('set_pin', (1000000,), {}, ValueError, 'pin'),
    ('tx_power', (5,), {}, ValueError, 'type'),
    ('tx_power', (Bluetooth.TX_PWR_CONN,), {}, OSError, ''),
    ('nvram_erase', (), {}, OSError, 'forget'),
    ('forget', (HEART,), {}, OSError, ''),
    ('set_scan_filter', (), {'rssi': 'near'}, ValueError, 'rssi'),
    ('set_scan_filter', (), {'colour': 1}, ValueError, 'colour'),
]

FILTER = {'addresses': [HEART, bytes(6)], 'uuids': [0x180d, b'1234567890123456'], 'manufacturers': [76], 'name': 'H*',
          'rssi': -90, 'pathloss': 70, 'patterns': [(0, 0xff, b'\x4c\x00')], 'adv_types': [0, 3], 'dedup': 100,
          'active': True, 'scan_responses': True}

# AD bytes, type, what comes
RESOLVED = [
    ('020106', Bluetooth.ADV_FLAG, 6),
    ('0101', Bluetooth.ADV_FLAG, 0),
    ('020AF4', Bluetooth.ADV_TX_PWR, -12),
    ('05094C6F5079', Bluetooth.ADV_NAME_CMPL, 'LoPy'),
    ('05084C6F5079', Bluetooth.ADV_NAME_SHORT, 'LoPy'),
    ('05084C6F5079', Bluetooth.ADV_NAME_CMPL, None),
    ('05094C6F0079', Bluetooth.ADV_NAME_CMPL, 'Lo'),
    ('0309FF4C', Bluetooth.ADV_NAME_CMPL, '\ufffdL'),
    ('03030F18', Bluetooth.ADV_T16SRV_CMPL, b'\x0f\x18'),
    ('03020F18', Bluetooth.ADV_16SRV_PART, b'\x0f\x18'),
    ('0416AAFE10', Bluetooth.ADV_SERVICE_DATA, b'\xaa\xfe\x10'),
    ('03194103', Bluetooth.ADV_APPEARANCE, b'\x41\x03'),
    ('04FF4C0002', Bluetooth.ADV_MANUFACTURER_DATA, b'\x4c\x00\x02'),
    ('02010604FF4C0002020AF4', Bluetooth.ADV_MANUFACTURER_DATA, b'\x4c\x00\x02'),
    ('04FF4C000203FF5900', Bluetooth.ADV_MANUFACTURER_DATA, b'\x4c\x00\x02'),
    ('09FF4C00', Bluetooth.ADV_MANUFACTURER_DATA, None),
    ('0002010604', Bluetooth.ADV_FLAG, None),
    ('', Bluetooth.ADV_FLAG, None),
    ('010A', Bluetooth.ADV_TX_PWR, None),
]


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
        self.assertIs(type(level), GATTSCharacteristic)
        text = service.characteristic('2a29', permissions=Bluetooth.PERM_READ, properties=Bluetooth.PROP_READ,
                                      value='abc')
        last = service.characteristic(b'ab34567890123456', properties=Bluetooth.PROP_READ | Bluetooth.PROP_INDICATE)
        self.assertEqual([char.value() for char in (level, text, last)], [b'\x05', b'abc', b''])
        for value, stored in (0x1234, b'\x34\x12'), (b'xyz', b'xyz'), ('ö', 'ö'.encode()), (0, b'\0'):
            self.assertIsNone(level.value(value))
            self.assertEqual(level.value(), stored)
        self.assertEqual((level.config(), level.events()), (0, 0))
        self.assertIsNone(level.callback(Bluetooth.CHAR_READ_EVENT, print))
        self.assertIsNone(level.callback())
        with self.assertRaises(ValueError):
            level.callback(Bluetooth.CHAR_NOTIFY_EVENT, print)
        self.assertIsNone(service.stop())
        self.assertIsNone(service.start())
        with self.assertRaises(ValueError):
            level.value(bytes(513))
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
