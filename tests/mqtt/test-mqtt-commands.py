#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands over MQTT: each of them, with both versions of the protocol."""

import json
import time
import unittest

from command_world import BASE, CONTROL, HEART, LEVEL, LOCATION, OTHER, RATE, CommandTest, full
from mqtt_world import V5, V311, wait_for


class Commands(CommandTest):
    PROTOCOL = '5'
    VERSION = V5

    def asker(self, **options):
        return super().asker(protocol=self.VERSION, **options)

    def test_connect(self):
        self.assertEqual(self.me.ask('connect', address=HEART.lower().replace(':', '')),
                         {'command': 'connect', 'address': HEART})
        self.assertTrue(self.is_up())
        self.assertEqual(self.me.ask('disconnect', address=HEART), {'command': 'disconnect', 'address': HEART})
        self.wait_down()
        self.fails(self.me.ask('disconnect', address=HEART), 'NotConnected')

    def test_services(self):
        answer = self.good(self.me.ask('services', address=OTHER))
        battery, mine = (service for service in answer['services'] if service['handle'] >= 0x10)
        self.assertEqual(battery, {'uuid': full('180f'), 'handle': 0x10, 'primary': True, 'characteristics': [
            {'uuid': full('2a19'), 'handle': 0x11, 'flags': ['read', 'notify'],
             'descriptors': [{'uuid': full('2902'), 'handle': 0x13}]}]})
        self.assertEqual([each['handle'] for each in mine['characteristics']], [0x21, 0x23, 0x25])
        self.wait_down('other')         # for it was connected for that alone

    def test_read(self):
        self.assertEqual(self.me.ask('read', address=HEART, uuid=LOCATION),
                         {'command': 'read', 'address': HEART, 'uuid': full(LOCATION), 'handle': 0x0e, 'format': 'hex',
                          'value': '01'})
        self.wait_down()
        self.good(self.me.ask('connect', address=HEART))
        self.assertEqual(self.me.ask('read', address=HEART, handle='0x000e', format='u8')['value'], 1)
        self.assertTrue(self.is_up())
        answer = self.me.ask('read', address=HEART, uuid=CONTROL, descriptor='2901', format='text')
        self.assertEqual((answer['uuid'], answer['handle'], answer['value']), (full('2901'), 0x12, 'AB'))
        self.assertEqual(self.me.ask('read', address=HEART, handle=0x12)['value'], '4142')
        self.assertEqual(self.holders(), 1)

    def test_write(self):
        answer = self.me.ask('write', address=HEART, uuid=CONTROL, value='0a0b')
        self.assertEqual(answer, {'command': 'write', 'address': HEART, 'uuid': full(CONTROL), 'handle': 0x10})
        self.assertEqual(self.air.ask('value heart 10'), '0a0b')
        self.good(self.me.ask('write', address=HEART, uuid=CONTROL, value=513, format='u16', write_type='command'))
        wait_for(lambda: self.air.ask('value heart 10') == '0102', 'the written value')
        self.good(self.me.ask('write', address=OTHER, uuid='f003', value='ä', format='text', write_type='reliable'))
        self.assertEqual(self.air.ask('value other 25'), 'c3a4')
        self.good(self.me.ask('write', address=HEART, uuid=CONTROL, descriptor='2901', value='43'))
        self.assertEqual(self.me.ask('read', address=HEART, handle=0x12)['value'], '43')
        # it takes writes without an answer only: nobody has to say so
        self.good(self.me.ask('write', address=OTHER, uuid='f002', value='77'))
        wait_for(lambda: self.air.ask('value other 23') == '77', 'the written value')

    def test_which_attribute(self):
        """A UUID that is there twice: the answer says how to tell them apart."""
        self.fails(self.me.ask('read', address=OTHER, uuid=LEVEL), 'InvalidArguments', '0x0011, 0x0021', 'handle')
        answer = self.me.ask('read', address=OTHER, uuid=LEVEL, service='180f')
        self.assertEqual((answer['handle'], answer['value']), (0x11, '32'))
        self.assertEqual(self.me.ask('read', address=OTHER, handle=0x21)['value'], '0a0b')
        self.fails(self.me.ask('read', address=OTHER, uuid='2a00', service='180f'), 'DoesNotExist', full('2a00'))
        self.fails(self.me.ask('read', address=OTHER, handle=0x99), 'DoesNotExist', '0x0099')
        self.fails(self.me.ask('notify', address=OTHER, handle=0x13), 'DoesNotExist')

    def test_notify(self):
        answer = self.me.ask('notify', address=HEART, uuid=RATE)
        self.assertEqual(answer, {'command': 'notify', 'address': HEART, 'uuid': full(RATE), 'handle': 0x0b,
                                  'on': True})
        self.air.ask('notify heart 0b 00000000 3')
        heard = self.me.last(f'notify/{HEART}/{full(RATE)}', 3)
        self.assertEqual([(each['address'], each['uuid'], each['handle'], each['value']) for each in heard],
                         [(HEART, full(RATE), 0x0b, f'0{number}000000') for number in range(3)])
        self.assertNotIn('lost', heard[0])
        self.assertTrue(self.is_up())
        self.assertFalse(self.good(self.me.ask('notify', address=HEART, uuid=RATE, on=False))['on'])
        self.wait_down()                # nothing else needs it
        self.fails(self.me.ask('notify', address=HEART, uuid=LOCATION), 'NotPermitted')

    def test_notify_time(self):
        """It is that of the day, in milliseconds."""
        self.good(self.me.ask('notify', address=HEART, uuid=RATE))
        before = time.time()
        self.air.ask('notify heart 0b 0041')
        heard = self.me.last(f'notify/{HEART}/{full(RATE)}')[0]
        self.assertTrue(before - 2 <= heard['time_ms'] / 1000 <= time.time() + 2, heard)

    def test_pair(self):
        self.air.ask('pairing heart display 123456')
        self.fails(self.me.ask('pair', address=HEART), 'NotPermitted', 'passkey')
        self.good(self.me.ask('pair', address=HEART, passkey=123456))
        self.good(self.me.ask('read', address=HEART, uuid='f001'))
        self.assertEqual(self.me.ask('forget', address=HEART), {'command': 'forget', 'address': HEART})
        self.fails(self.me.ask('forget', address=HEART), 'DoesNotExist')

    def test_pair_at_the_device(self):
        """What is to be entered there is told to whoever asked, before the answer."""
        self.air.ask('pairing heart keyboard')
        sent = self.me.send('pair', address=HEART)
        news = json.loads(self.me.wait(sent[0])[0].payload)
        self.assertEqual((news['command'], news['event']), ('pair', 'display'))
        self.air.ask(f'passkey heart {int(news["passkey"])}')
        self.me.wait(sent[0], 2)
        self.good(self.me.answer(sent))
        self.good(self.me.ask('forget', address=HEART))

    def test_renew(self):
        self.fails(self.me.ask('renew', requester='r1'), 'DoesNotExist')
        self.good(self.me.ask('connect', requester='r1', address=HEART))
        self.assertEqual(self.me.ask('renew', requester='r1'), {'command': 'renew', 'requester': 'r1', 'lease': 120})

    def test_disconnect_all(self):
        for address in HEART, OTHER:
            self.good(self.me.ask('connect', requester='r1', address=address))
        self.assertEqual(self.me.ask('disconnect', requester='r1'), {'command': 'disconnect', 'requester': 'r1'})
        self.wait_down('heart')
        self.wait_down('other')
        self.fails(self.me.ask('renew', requester='r1'), 'DoesNotExist')
        self.assertEqual(self.me.at(f'{BASE}/link/+'), [])      # whoever asked knows

    def test_request_and_response(self):
        """As mosquitto's own program does it."""
        command = {'command': 'read', 'address': HEART, 'uuid': LOCATION}
        if self.VERSION == V311:
            command['response_topic'] = 'my/answers'
        answer = self.broker.run('mosquitto_rr', '-V', '311' if self.VERSION == V311 else '5', '-t', f'{BASE}/command',
                                 '-e', 'my/answers', '-m', json.dumps(command))
        self.assertEqual(json.loads(answer)['value'], '01')

    def test_att_error(self):
        self.air.ask('atterror heart 0e read 80')
        self.fails(self.me.ask('read', address=HEART, uuid=LOCATION), 'AttError', '0x80')
        self.air.ask('atterror heart 10 write 81')
        self.fails(self.me.ask('write', address=HEART, uuid=CONTROL, value='00'), 'AttError', '0x81')

    def test_not_permitted(self):
        self.fails(self.me.ask('write', address=HEART, uuid=LOCATION, value='00'), 'NotPermitted')
        self.fails(self.me.ask('write', address=OTHER, uuid='f003', value='00' * 512, write_type='command'),
                   'NotPermitted')


class CommandsOf311(Commands):
    PROTOCOL = '3.1.1'
    VERSION = V311


if __name__ == '__main__':
    unittest.main()
