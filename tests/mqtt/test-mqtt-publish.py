#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a gateway publishes: reports in each format, its status and health, and nothing anywhere else."""

import json
import re
import struct
import time
import unittest

from face_world import RADIO
from mqtt_world import V5, V311, Broker, Client, Gateway, wait_for
from pyworld import REAL, WorldTest

DEVICE = 'C0:00:00:00:00:01'
RUUVI = 'ff990405' + '12fc5394c37c0004fffc040cac364200cdcbb8334c884f'
MAC = r'(?:[0-9A-F]{2}:){5}[0-9A-F]{2}'


def ad(*structures):
    """AD bytes: each structure is its type and data, in hex."""
    return ''.join(f'{len(each) // 2:02x}{each}' for each in structures)


def name(text):
    return '09' + (text if isinstance(text, bytes) else text.encode()).hex()


class PublishTest(WorldTest):
    FORMATS, SETTINGS, PROTOCOL, VERSION, NAME = 'json', '', 'auto', V5, 'gw1'

    def setUp(self):
        super().setUp()
        self.broker = Broker()
        self.addCleanup(self.broker.close)
        self.client = Client(self.broker, '#', protocol=self.VERSION)
        self.addCleanup(self.client.close)
        self.gateway = self.start()
        self.base = f'bluebroker/{self.NAME or RADIO}'
        self.client.wait(f'{self.base}/status')
        wait_for(lambda: 'scanning on' in self.gateway.text(), 'the scan')

    def start(self):
        gateway = Gateway(self.broker, self.world.address,
                          f'[Publish]\nFormats={self.FORMATS}\nBatchMs=20\n[Gateway]\nHealthSeconds=1\n{self.SETTINGS}',
                          name=self.NAME, protocol=self.PROTOCOL)
        self.addCleanup(gateway.close)
        return gateway

    def hear(self, data, address=DEVICE, rssi=-60, kind=3):
        """Until the radio has heard it: a scan begins a moment after it was asked for."""
        self.until(lambda: self.air.ask(f'adv * {address} random {kind} {rssi} {data}') != '0', 'the scan')

    def json_at(self, topic, count=1):
        return [json.loads(message.payload) for message in self.client.wait(topic, count)]


class Json(PublishTest):
    def test_report(self):
        before = time.time()
        self.hear(ad(name('Thing'), 'ff4c000215'))
        self.hear(ad(name('Other')), address='C0:00:00:00:00:02', rssi=-71)
        report, = self.json_at(f'{self.base}/report/{DEVICE}')
        other, = self.json_at(f'{self.base}/report/C0:00:00:00:00:02')
        self.assertEqual((report['gateway'], report['address'], report['address_type'], report['rssi'], report['name']),
                         (self.NAME or RADIO, DEVICE, 'random', -60, 'Thing'))
        self.assertIn('ff4c000215', report['data'])
        self.assertTrue(before - 1 <= report['time_ms'] / 1000 <= time.time() + 1, report)
        self.assertEqual((other['sequence'] - report['sequence'], other['lost'], other['rssi']), (1, 0, -71))
        self.assertFalse(self.client.at(f'{self.base}/report/+')[0].retain)
        # in the guest the daemon has the monitor, which sees what is on the air
        self.assertEqual(report['adv_type'], 3 if REAL else 255)

    def test_names_reach_no_topic(self):
        """Whatever a name is, it is text in a payload."""
        names = [b'../../+/#', b'bluebroker/gw1/status', b'#', b'+', b'a\0b/c', b'\xff\xfe/\xc0', 'ünï/côdé'.encode(),
                 b'\x1b[2J', '\u202e/\ufffe'.encode(), b'"}\n{"', b'$SYS/broker']
        for i, each in enumerate(names):
            self.hear(ad(name(each)), address=f'C0:00:00:00:01:{i:02X}')
        reports = self.json_at(f'{self.base}/report/+', len(names))
        self.assertEqual({report['address'] for report in reports},
                         {f'C0:00:00:00:01:{i:02X}' for i in range(len(names))})
        for message in self.client.at('#'):
            self.assertRegex(message.topic, rf'^{self.base}/(status|health|report/{MAC})$')
            message.payload.decode()

    def test_status(self):
        late = Client(self.broker, f'{self.base}/status')
        self.addCleanup(late.close)
        status = late.wait(f'{self.base}/status')[0]
        self.assertEqual((status.payload, status.retain), (b'online', 1))
        self.assertEqual(self.gateway.stop(), 0)
        late.wait(f'{self.base}/status', 2)
        self.assertEqual(late.at('#')[-1].payload, b'offline')
        self.gateway.start()
        late.wait(f'{self.base}/status', 3)
        self.assertEqual(late.at('#')[-1].payload, b'online')
        self.gateway.process.kill()
        self.gateway.process.wait()
        self.gateway.process = None
        late.wait(f'{self.base}/status', 4)
        self.assertEqual(late.at('#')[-1].payload, b'offline')

    def test_health(self):
        self.hear(ad(name('Thing')))
        self.client.wait(f'{self.base}/report/{DEVICE}')
        # the daemon's counts are asked for before our own are looked at
        health = wait_for(lambda: [each for each in self.json_at(f'{self.base}/health')
                                   if each['reports']['published'] == 1 and each['stats'] and
                                   each['stats']['Sessions'][0]['Delivered'] == 1], 'the next health')[-1]
        self.assertEqual((health['gateway'], health['daemon'], health['scanning']), (self.NAME or RADIO, True, True))
        self.assertEqual(health['lost'], {'daemon': 0, 'queue': 0, 'unsent': 0, 'refused': 0})
        self.assertEqual(health['queue'], {'reports': 0, 'bytes': 0, 'bytes_max': 1048576})
        self.assertEqual(health['adapter']['Address'], RADIO)
        self.assertEqual(health['broker']['connects'], 1)
        self.assertEqual(health['commands'], dict.fromkeys(
            ('waiting', 'requesters', 'done', 'failed', 'refused', 'notifications', 'lost'), 0))
        self.assertRegex(health['version'], r'^\d+\.\d+\.\d+$')
        self.assertFalse(self.client.at(f'{self.base}/health')[-1].retain)

    def test_mosquitto_sub(self):
        """The tools that everybody has see the same."""
        self.hear(ad(name('Thing')))
        self.client.wait(f'{self.base}/report/{DEVICE}')
        text = self.broker.run('mosquitto_sub', '-t', f'{self.base}/#', '-C', '1', '-F', '%t %r %p')
        self.assertEqual(text, f'{self.base}/status 1 online\n')


class Json311(Json):
    PROTOCOL, VERSION = '3.1.1', V311


class Address(Json):
    """Without an id, the gateway is its radio's address."""
    NAME = ''
    test_status = test_mosquitto_sub = test_names_reach_no_topic = None


class Filter(PublishTest):
    SETTINGS = f'[Scan]\nAddresses={DEVICE} C0:00:00:00:00:03\nRssi=-80\nDedupMs=3600000\n'

    def test_filter(self):
        self.hear(ad(name('Thing')))
        self.hear(ad(name('Thing')))
        self.hear(ad(name('Other')), address='C0:00:00:00:00:02')
        self.hear(ad(name('Weak')), address='C0:00:00:00:00:03', rssi=-81)
        self.hear(ad(name('Third')), address='C0:00:00:00:00:03')
        names = [report['name'] for report in self.json_at(f'{self.base}/report/+', 2)]
        self.assertEqual(names, ['Thing', 'Third'])


class Formats(PublishTest):
    """Side by side: one report, each of them."""
    FORMATS = 'json, ruuvi theengs,binary'

    def test_ruuvi(self):
        before = time.time()
        self.hear(ad(RUUVI))
        report, = self.json_at(f'ruuvi/{RADIO}/{DEVICE}')
        self.assertEqual((report['gw_mac'], report['rssi'], report['aoa'], report['coords']), (RADIO, -60, [], ''))
        self.assertRegex(report['data'], RUUVI.upper())
        for key in 'ts', 'gwts':
            self.assertTrue(before - 2 <= int(report[key]) <= time.time() + 2, report)

    def test_ruuvi_status(self):
        topic = f'ruuvi/{RADIO}/gw_status'
        self.assertEqual(self.json_at(topic), [{'state': 'online'}])
        late = Client(self.broker, topic)
        self.addCleanup(late.close)
        self.assertEqual((late.wait(topic)[0].retain, late.at(topic)[0].payload), (1, b'{"state":"online"}'))
        self.gateway.process.kill()
        self.gateway.process.wait()
        self.gateway.process = None
        self.assertEqual(json.loads(late.wait(topic, 2)[1].payload), {'state': 'offline'})
        self.client.wait(f'{self.base}/status', 2)
        self.gateway.start()
        late.wait(topic, 3)
        self.assertEqual(self.gateway.stop(), 0)
        self.assertEqual(json.loads(late.wait(topic, 4)[3].payload), {'state': 'offline'})

    def test_theengs(self):
        """A message for each service data; the name may have come in another packet."""
        topic = f'home/{self.NAME}/BTtoMQTT/undecoded'
        self.hear(ad(name('Sensor')))
        self.assertEqual(self.json_at(topic), [{'id': DEVICE, 'rssi': -60, 'name': 'Sensor'}])
        self.hear(ad('ff4c000215aa', '1695fe3058', '160f1857'))
        found = self.json_at(topic, 3)
        for each, uuid, data in zip(found[1:], ('fe95', '180f'), ('3058', '57')):
            self.assertEqual({key: each[key] for key in ('id', 'rssi', 'name', 'manufacturerdata', 'servicedatauuid',
                                                         'servicedata')},
                             {'id': DEVICE, 'rssi': -60, 'name': 'Sensor', 'manufacturerdata': '4c000215aa',
                              'servicedatauuid': uuid, 'servicedata': data})

    def test_binary(self):
        """The stream's layout, in which each report has the number that it has elsewhere."""
        for i in range(5):
            self.hear(ad(name(f'Thing {i}')), address=f'C0:00:00:00:02:{i:02X}', rssi=-50 - i)
        wanted = {report['sequence']: report for report in self.json_at(f'{self.base}/report/+', 5)}
        wait_for(lambda: sum(struct.unpack_from('<H', message.payload, 4)[0]
                             for message in self.client.at(f'{self.base}/reports')) == 5, 'all records')
        for message in self.client.at(f'{self.base}/reports'):
            magic, version, length, count, _, lost, to_unix = struct.unpack_from('<HBBHHQq', message.payload)
            self.assertEqual((magic, version, length, lost), (0x6262, 1, 24, 0))
            at = length
            for _ in range(count):
                size, when, sequence, address = struct.unpack_from('<HQQ6s', message.payload, at)
                data = message.payload[at + 34:at + size]
                report = wanted.pop(sequence)
                self.assertEqual((address.hex(':').upper(), data.hex(), (when + to_unix) // 1000),
                                 (report['address'], report['data'], report['time_ms']))
                at += size
            self.assertEqual(at, len(message.payload))
        self.assertEqual(wanted, {})


class Discovery(PublishTest):
    SETTINGS = '[Gateway]\nDiscoveryPrefix=homeassistant\n'

    def test_discovery(self):
        """Each entity's topics are published, and its template finds what it names."""
        health = wait_for(lambda: [each for each in self.json_at(f'{self.base}/health') if each['adapter']],
                          'the radio')[0]
        late = Client(self.broker, 'homeassistant/#')
        self.addCleanup(late.close)
        found = late.wait('homeassistant/+/+/+/config', 7)
        ids = set()
        for message in found:
            self.assertTrue(message.retain)
            entity = json.loads(message.payload)
            ids.add(entity['unique_id'])
            self.assertEqual(message.topic.split('/')[2], 'bluebroker_gw1')
            self.assertEqual(entity['device']['identifiers'], ['bluebroker_gw1'])
            self.assertTrue(self.client.at(entity['state_topic']), entity)
            for path in re.findall(r'value_json((?:\.\w+)+)', entity.get('value_template', '')):
                value = health
                for key in path[1:].split('.'):
                    value = value[key]
        self.assertEqual(len(ids), len(found))


if __name__ == '__main__':
    unittest.main()
