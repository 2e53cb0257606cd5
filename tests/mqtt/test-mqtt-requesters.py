#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who gives commands over MQTT, and what is left of it when he, the time, the link, the daemon or the broker goes."""

import json
import re
import signal
import time
import unittest

from command_world import BASE, CONTROL, HEART, LOCATION, OTHER, RATE, CommandTest, full
from mqtt_world import SOON, V5, V311, wait_for

NEWS = f'link/{HEART}'
VALUES = f'notify/{HEART}/{full(RATE)}'
LONG = 120000       # ms: until the test says otherwise


class Leases(CommandTest):
    COMMANDS = 'LeaseSeconds=2'

    def test_lease(self):
        """Who says nothing any more loses his links; the others keep theirs."""
        self.good(self.me.ask('connect', requester='a', address=HEART))
        self.good(self.me.ask('notify', requester='a', address=OTHER, handle=0x11))
        self.wait_down('heart')
        self.wait_down('other')
        self.assertEqual(self.me.last(NEWS)[0], {'address': HEART, 'requester': 'a', 'connected': False,
                                                 'reason': 'lease', 'reconnects': False})
        self.assertEqual(self.me.last(f'link/{OTHER}')[0]['reason'], 'lease')
        self.fails(self.me.ask('renew', requester='a'), 'DoesNotExist')

    def test_renewed(self):
        """By renew, and by any command; a machine that is too slow for that says nothing."""
        self.good(self.me.ask('connect', requester='a', address=HEART))
        begin = said = time.monotonic()
        while time.monotonic() < begin + 4:
            command = {'command': 'renew'} if int(said) % 2 else {'command': 'read', 'address': HEART, 'uuid': LOCATION}
            answer = self.me.ask(**command, requester='a')
            now = time.monotonic()
            if now < said + 1.5:
                self.good(answer)
                self.assertTrue(self.is_up())
            elif 'error' in answer:
                self.good(self.me.ask('connect', requester='a', address=HEART))
            said = now
            time.sleep(0.1)

    def test_long_command(self):
        """A lease does not end before the commands do."""
        self.good(self.me.ask('connect', address=HEART))
        self.air.ask('latency heart 4000')
        self.assertEqual(self.good(self.me.ask('read', address=HEART, uuid=LOCATION))['value'], '01')
        self.assertTrue(self.is_up())


class Requesters(CommandTest):
    COMMANDS = 'TimeoutSeconds=60'

    def test_will(self):
        """It is what a requester leaves to be published."""
        for protocol in V5, V311:
            self.me.forget()
            it = self.asker(protocol=protocol, will=(f'{BASE}/gone/it', ''))
            self.good(it.ask('connect', requester='it', address=HEART))
            self.good(self.me.ask('connect', requester='other', address=OTHER))
            it.vanish()
            self.wait_down('heart')
            self.assertEqual(self.me.last(NEWS)[0]['reason'], 'gone')
            self.assertTrue(self.is_up('other'))

    def test_gone_while_busy(self):
        """Its commands are answered, and not done."""
        self.air.ask(f'latency heart {LONG}')
        sent = [self.me.send('write', requester='it', address=HEART, uuid=CONTROL, value='07') for _ in range(3)]
        mine = self.me.send('read', address=HEART, uuid=LOCATION)
        wait_for(self.is_up, 'the link')
        self.me.publish(f'{BASE}/gone/it', '')
        for each in sent:
            self.fails(self.me.answer(each), 'NotConnected', 'gone')
        self.air.ask('latency heart 0')
        self.good(self.me.answer(mine))
        self.assertIn(self.air.ask('value heart 10'), ('00', '07'))     # what bluetoothd had is done, or not
        self.good(self.me.ask('write', address=HEART, uuid=CONTROL, value='00'))
        self.assertEqual(self.air.ask('value heart 10'), '00')

    def test_shared_link(self):
        """Two hold one link: each lets go of its own share alone."""
        self.good(self.me.ask('connect', requester='a', address=HEART))
        self.good(self.me.ask('connect', requester='b', address=HEART))
        self.assertEqual(self.holders(), 2)
        self.good(self.me.ask('disconnect', requester='b', address=HEART))
        self.fails(self.me.ask('disconnect', requester='b', address=HEART), 'NotConnected')
        self.assertEqual(self.holders(), 1)
        self.good(self.me.ask('disconnect', requester='a', address=HEART))
        self.wait_down()

    def test_shared_notifications(self):
        """Two listen: each value is published once, as long as one of them does."""
        for name in 'a', 'b':
            self.good(self.me.ask('notify', requester=name, address=HEART, uuid=RATE))
        self.air.ask('notify heart 0b 00000000 5')
        self.me.last(VALUES, 5)
        self.good(self.me.ask('notify', requester='a', address=HEART, uuid=RATE, on=False))
        self.air.ask('notify heart 0b 0000000001 5')
        values = [each['value'] for each in self.me.last(VALUES, 10)]
        self.good(self.me.ask('disconnect', requester='b'))     # whatever came twice has come by now
        self.assertEqual([each['value'] for each in self.me.last(VALUES, 10)], values)
        self.assertEqual(len(values), 10)
        self.assertEqual(len(set(values)), 10)
        self.assertEqual(values[:5], [f'0{number}000000' for number in range(5)])
        self.wait_down()

    def test_order(self):
        """For one device in the order in which they came, whoever asked; for others beside it."""
        self.air.ask('latency heart 30')
        sent = [self.me.send('write', requester=f'r{number % 3}', address=HEART, uuid=CONTROL, value=f'{number:02x}')
                for number in range(12)]
        for each in sent:
            self.good(self.me.answer(each))
        came = [message.topic for message in self.me.at(f'{self.me.inbox}/+')]
        self.assertEqual(came, [topic for topic, _ in sent])
        self.assertEqual(self.air.ask('value heart 10'), '0b')

    def test_side_by_side(self):
        self.air.ask(f'latency heart {LONG}')
        slow = self.me.send('read', address=HEART, uuid=LOCATION)
        wait_for(self.is_up, 'the link')
        self.good(self.me.ask('read', address=OTHER, uuid='f003'))
        self.assertEqual(self.me.at(slow[0]), [])
        self.air.ask('latency heart 0')
        self.good(self.me.answer(slow))

    def test_time_over_in_line(self):
        """One that waits behind another when its time is over is never done."""
        self.air.ask(f'latency heart {LONG}')
        slow = self.me.send('read', address=HEART, uuid=LOCATION)
        self.fails(self.me.ask('write', address=HEART, uuid=CONTROL, value='09', timeout=1), 'TimedOut')
        self.assertEqual(self.me.at(slow[0]), [])
        self.air.ask('latency heart 0')
        self.good(self.me.answer(slow))
        self.good(self.me.ask('read', address=HEART, uuid=LOCATION))
        self.assertEqual(self.air.ask('value heart 10'), '00')

    def test_time_over_in_the_daemon(self):
        """What bluetoothd does not have yet is dropped with the requester's share of the link, which is told."""
        link = '/com/example/Bluetooth/hci0/device/' + HEART.replace(':', '_')
        control = f'{link}/service000a/char0010'

        def call(path, interface, *words):
            return ['busctl', f'--address={self.world.address}', 'call', 'com.example.Bluetooth', path,
                    f'com.example.Bluetooth.{interface}', *words]
        self.world.run(*call('/com/example/Bluetooth/hci0', 'Session1', 'Connect', 'sa{sv}', HEART, '0')).result()
        self.good(self.me.ask('connect', address=HEART))
        self.air.ask(f'latency heart {LONG}')
        reader = self.world.run(*call(control, 'RemoteCharacteristic1', 'Read', 'a{sv}', '0'))
        wait_for(lambda: 'reads=1' in self.air.ask('counts heart 10'), 'the read')
        self.fails(self.me.ask('write', address=HEART, uuid=CONTROL, value='09', timeout=1), 'TimedOut')
        self.assertEqual(self.me.last(NEWS)[0]['reason'], 'timeout')
        wait_for(lambda: self.holders() == 1, 'its share to go')    # the other program's stays
        self.air.ask('latency heart 0')
        reader.result()
        self.good(self.me.ask('read', address=HEART, uuid=LOCATION))
        self.assertEqual(self.air.ask('value heart 10'), '00')

    def test_time_over_while_connecting(self):
        """The attempt ends with it, and the next command finds all in order."""
        self.fails(self.me.ask('connect', address='C4:00:00:00:00:99', timeout=1), 'TimedOut')
        self.fails(self.me.ask('disconnect', address='C4:00:00:00:00:99'), 'NotConnected')
        wait_for(lambda: self.holders('C4:00:00:00:00:99') == 0, 'the attempt to end')
        self.good(self.me.ask('connect', address=HEART))

    def test_link_lost(self):
        self.good(self.me.ask('notify', requester='a', address=HEART, uuid=RATE))
        self.air.ask('drop heart')
        self.assertEqual(self.me.last(NEWS)[0], {'address': HEART, 'requester': 'a', 'connected': False,
                                                 'reason': 'disconnected', 'reconnects': False})
        self.good(self.me.ask('read', requester='a', address=HEART, uuid=LOCATION))     # which connects anew
        self.wait_down()

    def test_reconnects(self):
        """With its notifications."""
        self.good(self.me.ask('notify', address=HEART, uuid=RATE, auto_reconnect=True))
        self.air.ask('drop heart')
        lost, again = self.me.last(NEWS, 2)
        self.assertEqual((lost['connected'], lost['reason'], lost['reconnects']), (False, 'disconnected', True))
        self.assertEqual(again, {'address': HEART, 'connected': True})
        wait_for(lambda: re.search('connects=2 .*,000b', self.air.ask('link heart')), 'the subscription to come back')
        self.air.ask('notify heart 0b 00000000')
        self.assertEqual(self.me.last(VALUES)[0]['value'], '00000000')
        self.good(self.me.ask('disconnect', address=HEART))
        self.wait_down()

    def test_link_lost_meanwhile(self):
        self.good(self.me.ask('connect', address=HEART))
        self.air.ask(f'latency heart {LONG}')
        sent = self.me.send('read', address=HEART, uuid=LOCATION)
        self.me.ask('read', address=OTHER, uuid='f003')
        self.air.ask('drop heart')
        self.fails(self.me.answer(sent), 'NotConnected')

    def test_daemon_restarts(self):
        """All that was held ends, and is told; then it works again, by itself."""
        self.good(self.me.ask('connect', requester='a', address=HEART))
        self.air.ask(f'latency other {LONG}')
        waits = [self.me.send('read', address=OTHER, uuid='f003') for _ in range(2)]
        wait_for(lambda: self.is_up('other'), 'the link')
        self.world.stop_daemon()
        for each in waits:
            self.fails(self.me.answer(each), 'NotReady')
        self.assertEqual(self.me.last(NEWS)[0]['reason'], 'daemon-gone')
        self.fails(self.me.ask('connect', address=HEART), 'NotReady', 'daemon')
        self.fails(self.me.ask('renew', requester='a'), 'DoesNotExist')
        self.air.ask('latency other 0')
        self.world.start_daemon()
        wait_for(lambda: 'error' not in self.me.ask('read', address=HEART, uuid=LOCATION), 'the daemon to be found',
                 3 * SOON)
        self.good(self.me.ask('connect', requester='a', address=HEART))

    def test_daemon_hangs(self):
        """Nobody knows what it will do when it goes on: the requester goes, and it does nothing."""
        self.good(self.me.ask('read', requester='a', address=OTHER, uuid='f003'))
        self.wait_down('other')
        self.world.daemon.send_signal(signal.SIGSTOP)
        try:
            self.fails(self.me.ask('connect', requester='a', address=HEART, timeout=1), 'TimedOut')
            wait_for(lambda: self.me.ask('renew', requester='a').get('error') == 'DoesNotExist', 'it to go', 60)
        finally:
            self.world.daemon.send_signal(signal.SIGCONT)
        self.good(self.me.ask('read', requester='b', address=OTHER, uuid='f003'))
        self.assertEqual(self.holders(), 0)
        self.wait_down()

    def test_gateway_ends(self):
        """Who waits is told, and the links end."""
        self.good(self.me.ask('connect', address=HEART))
        self.air.ask(f'latency heart {LONG}')
        sent = self.me.send('read', address=HEART, uuid=LOCATION)
        self.me.ask('read', address=OTHER, uuid='f003')
        self.assertEqual(self.gateway.stop(), 0)
        self.fails(self.me.answer(sent), 'NotReady', 'gateway')
        self.assertEqual(self.me.last(NEWS)[0]['reason'], 'gateway-ends')
        self.wait_down()

    def test_broker_restarts(self):
        """Links stay; what was notified meanwhile is lost and counted, or comes late."""
        self.good(self.me.ask('notify', address=HEART, uuid=RATE))
        self.broker.kill()
        wait_for(lambda: 'trying again' in self.gateway.text(), 'the gateway to notice')
        self.air.ask('notify heart 0b 00000000 20')
        self.gateway.come_back_after(self.me)
        self.gateway.wait_subscribed(2)
        again = self.asker()
        self.assertTrue(self.is_up())
        self.good(again.ask('read', address=HEART, uuid=LOCATION))
        self.air.ask('notify heart 0b ff000000')
        for who in self.me, again:
            wait_for(lambda who=who: any(each['value'] == 'ff000000' for each in who.last(VALUES)), 'the last value')
        heard = {each['value'] for each in self.me.last(VALUES) + again.last(VALUES)}
        lost = again.last(VALUES)[-1].get('lost', 0)
        self.assertEqual(len(heard) - 1 + lost, 20, (heard, lost))


class OpenMqttGateway(CommandTest):
    SETTINGS = '[Publish]\nFormats=json theengs\n'
    TOPIC = 'home/gw1/commands/MQTTtoBT/config'
    ANSWER = 'home/gw1/BTtoMQTT'

    def do(self, **command):
        self.me.forget()
        self.me.publish(self.TOPIC, json.dumps(command))
        return json.loads(self.me.wait(self.ANSWER)[0].payload)

    def read(self, **more):
        return self.do(ble_read_address=HEART, ble_read_service='180d', ble_read_char='2a38', **more)

    def write(self, value, **more):
        return self.do(ble_write_address=HEART, ble_write_service='180d', ble_write_char='2a39',
                       ble_write_value=value, **more)

    def test_read(self):
        self.air.ask('value heart 0e 41420000')
        for kind, value in ('STRING', 'AB'), ('HEX', '41420000'), ('INT', 0x4241):
            self.assertEqual(self.read(value_type=kind, immediate=True),
                             {'id': HEART, 'service': '180d', 'characteristic': '2a38', 'read': value, 'success': True})
        self.air.ask('value heart 0e 000000000000f83f')
        self.assertEqual(self.read(value_type='FLOAT')['read'], 1.5)
        self.wait_down()

    def test_write(self):
        for kind, value, raw in (('STRING', 'TEST', '54455354'), ('HEX', '570101', '570101'), ('INT', '-2', 'feffffff'),
                                 ('FLOAT', '1.5', '000000000000f83f')):
            answer = self.write(value, value_type=kind)
            self.assertEqual(answer, {'id': HEART, 'service': '180d', 'characteristic': '2a39', 'write': value,
                                      'success': True})
            wait_for(lambda wanted=raw: self.air.ask('value heart 10') == wanted, f'the value {raw}')

    def test_fails(self):
        answer = self.do(ble_read_address=HEART, ble_read_service='180f', ble_read_char='2a38')
        self.assertEqual((answer['id'], answer['success'], answer['error']), (HEART, False, 'DoesNotExist'))
        self.assertFalse(self.do(ble_read_address=HEART, ble_read_service='x', ble_read_char='2a38')['success'])
        self.me.publish(self.TOPIC, '{"interval":0}')
        self.fails(self.me.last('response')[-1], 'NotSupported')
        self.me.forget()
        self.me.publish(self.TOPIC, 'nonsense')
        self.fails(self.me.last('response')[-1], 'InvalidArguments')

    def test_attempts(self):
        """ttl: how often the daemon is asked to connect, which tries several times by itself."""
        self.air.ask('refuse heart 0d 4')
        self.assertFalse(self.read()['success'])
        self.air.ask('refuse heart 0d 4')
        self.assertTrue(self.read(ttl=2)['success'])


class Scan(CommandTest):
    def addresses(self):
        """Whose reports come from now on."""
        self.me.forget()
        self.me.wait(f'{BASE}/report/+', 3, 3 * SOON)
        return {message.topic.rsplit('/', 1)[1] for message in self.me.at(f'{BASE}/report/+')}

    def test_scan(self):
        self.assertEqual(self.me.ask('scan', addresses=[OTHER], dedup_ms=100), {'command': 'scan'})
        wait_for(lambda: self.addresses() == {OTHER}, 'the reports of one alone', 3 * SOON)
        self.good(self.me.ask('scan'))
        wait_for(lambda: HEART in self.addresses(), 'the reports of all', 3 * SOON)
        self.good(self.me.ask('scan', uuids=['180f', '180d'], rssi=-127, active=True, scan_responses=False))
        wait_for(lambda: self.addresses() == {HEART}, 'the reports of those who say so',
                 3 * SOON)
        for fields, words in (({'rssi': 'near'}, 'Rssi'), ({'addresses': ['x']}, 'Addresses'),
                              ({'dedup_ms': -1}, 'DedupMs'), ({'active': 2}, 'Active'),
                              ({'patterns': ['x']}, 'Patterns')):
            self.fails(self.me.ask('scan', **fields), 'InvalidArguments', words)
        self.assertEqual(self.addresses(), {HEART})


if __name__ == '__main__':
    unittest.main()
