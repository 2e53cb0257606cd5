#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands that are not done: malformed, not allowed, replayed, too many; nothing but an answer comes of them."""

import json
import unittest

from command_world import BASE, CONTROL, HEART, LOCATION, OTHER, CommandTest
from mqtt_world import V311, wait_for


class Refused(CommandTest):
    def raw(self, payload, response='answers/raw', **options):
        """The error that a payload is answered with."""
        asker = self.me
        before = len(asker.at(response))
        asker.publish(f'{BASE}/command', payload, response, **options)
        return json.loads(asker.wait(response, before + 1)[-1].payload)

    def setUp(self):
        super().setUp()
        self.me.paho.subscribe('answers/raw', 1)
        self.me.ask('renew')        # so that the broker has got that

    def test_malformed(self):
        for payload, words in (
                ('', 'UTF-8'), ('{', 'not JSON'), ('[]', 'not an object'), ('{"command":"renew"}x', 'not JSON'),
                (b'{"command":"\xff"}', 'UTF-8'), (b'{"command":"renew"}\0', 'UTF-8'),
                ('{"command":"reboot"}', 'reboot'),
                ('{"command":"renew","command":"renew"}', 'command: is there twice'),
                ('{"command":"renew","speed":1}', '"speed"'), ('[' * 10000, 'nesting'),
                ('{"command":"renew","correlation":"' + 'x' * 16384 + '"}', '16384'),
                (f'{{"command":"read","address":"{HEART}"}}', 'uuid'),
                (f'{{"command":"read","address":"{HEART}","uuid":"2a38","timeout":301}}', '1 to 300')):
            with self.subTest(payload=payload[:60]):
                self.fails(self.raw(payload), 'InvalidArguments', words)
        self.assertEqual(self.air.ask('link heart').split()[0], 'up=0')
        self.assertIn('connects=0', self.air.ask('link heart'))

    def test_response_topic(self):
        """Not where gateways and their listeners live: the answer goes where it cannot do harm."""
        for topic in (f'{BASE}/command', 'bluebroker/gw2/command', f'{BASE}/status', 'home/gw1/BTtoMQTT', 'ruuvi/x',
                      'homeassistant/device/x'):
            with self.subTest(topic=topic):
                self.me.forget()
                self.me.publish(f'{BASE}/command', '{"command":"renew"}', topic)
                self.fails(self.me.last('response')[0], 'AccessDenied', topic)
                self.assertEqual([message.topic for message in self.me.at('#') if message.topic == topic and
                                  b'renew' not in message.payload], [])
        self.me.forget()
        self.me.publish(f'{BASE}/command', json.dumps({'command': 'renew', 'response_topic': 'a/#'}))
        self.fails(self.me.last('response')[0], 'InvalidArguments', 'a/#')
        self.me.publish(f'{BASE}/command', json.dumps({'command': 'renew', 'response_topic': f'{BASE}/response/me'}))
        self.fails(self.me.last('response/me')[0], 'DoesNotExist')

    def test_replayed(self):
        """The same requester and correlation: not done again. Another requester may have the same."""
        command = {'command': 'write', 'address': HEART, 'uuid': CONTROL, 'value': '01'}
        self.assertNotIn('error', self.raw(json.dumps(command), correlation=b'\0one'))
        self.air.ask('value heart 10 00')
        self.fails(self.raw(json.dumps(command), correlation=b'\0one'), 'InvalidArguments', 'correlation')
        self.assertEqual(self.air.ask('value heart 10'), '00')
        self.assertNotIn('error', self.raw(json.dumps(command | {'requester': 'other'}), correlation=b'\0one'))
        self.assertEqual(self.air.ask('value heart 10'), '01')
        # the payload's does as well, and what was not taken may come again
        once = json.dumps(command | {'correlation': 'two'})
        self.assertNotIn('error', self.raw(once))
        self.fails(self.raw(once), 'InvalidArguments', 'correlation')

    def test_correlation_too_long(self):
        self.fails(self.raw('{"command":"renew"}', correlation=b'x' * 257), 'InvalidArguments', '256')

    def test_retained(self):
        """MQTT 5 does not send it at all; when the gateway comes again, it is not done."""
        command = json.dumps({'command': 'write', 'address': HEART, 'uuid': CONTROL, 'value': '05'})
        self.me.publish(f'{BASE}/command', command, retain=True)
        self.assertNotIn('error', self.me.last('response')[0])     # live, it is no retained one
        self.air.ask('value heart 10 00')
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start()
        self.gateway.wait_subscribed(2)
        self.wait_heard()
        self.good(self.me.ask('read', address=HEART, uuid=LOCATION))
        self.assertEqual(self.air.ask('value heart 10'), '00')
        self.me.publish(f'{BASE}/command', '', retain=True)

    def test_no_such_device(self):
        """Nobody is there: the daemon gives up when the command's time is over."""
        answer = self.me.ask('read', address='C4:00:00:00:00:99', uuid=LOCATION, timeout=1)
        self.fails(answer, 'TimedOut')
        self.assertEqual(answer['address'], 'C4:00:00:00:00:99')


class RetainedOf311(CommandTest):
    PROTOCOL = '3.1.1'

    def test_retained(self):
        """Here the broker sends it, and says so: an error, and nothing else."""
        me = self.asker(protocol=V311)
        command = {'command': 'write', 'address': HEART, 'uuid': CONTROL, 'value': '05'}
        me.publish(f'{BASE}/command', json.dumps(command), retain=True)
        self.assertNotIn('error', me.last('response')[0])
        self.air.ask('value heart 10 00')
        self.assertEqual(self.gateway.stop(), 0)
        me.forget()
        self.gateway.start()
        self.fails(me.last('response')[0], 'InvalidArguments', 'retained')
        self.assertEqual(self.air.ask('value heart 10'), '00')


class Allowed(CommandTest):
    ALLOW = 'read, disconnect'
    COMMANDS = f'Devices={HEART.lower()}'

    def test_allowed(self):
        self.good(self.me.ask('read', address=HEART, uuid=LOCATION))
        for command in 'connect', 'services', 'pair', 'forget':
            self.fails(self.me.ask(command, address=HEART), 'AccessDenied', '[Commands] Allow', f'"{command}"')
        self.fails(self.me.ask('write', address=HEART, uuid=CONTROL, value='00'), 'AccessDenied', '"write"')
        self.fails(self.me.ask('notify', address=HEART, uuid=CONTROL), 'AccessDenied', '"notify"')
        self.fails(self.me.ask('scan', active=True), 'AccessDenied', '"scan"')
        self.fails(self.me.ask('read', address=OTHER, uuid=LOCATION), 'AccessDenied', '[Commands] Devices', OTHER)
        self.assertIn('connects=0', self.air.ask('link other'))
        self.fails(self.me.ask('renew', requester='me'), 'DoesNotExist')     # always allowed


class Off(CommandTest):
    ALLOW, SETTINGS = '', '[Gateway]\nHealthSeconds=1'

    def test_off(self):
        """By default: nothing is subscribed to."""
        self.me.wait(f'{BASE}/health')      # it is connected, and has done all that it does then
        sent = self.me.send('read', address=HEART, uuid=LOCATION)
        self.me.publish(f'{BASE}/marker', 'x')
        self.me.wait(f'{BASE}/marker')
        self.assertEqual(self.me.at(sent[0]), [])
        self.assertNotIn(f'{BASE}/command (QoS', self.broker.text())
        self.assertIn('connects=0', self.air.ask('link heart'))


class Share(CommandTest):
    COMMANDS = 'Waiting=8\nTimeoutSeconds=60'

    def test_flood(self):
        """Who takes all that he gets leaves room for another, and has his places again when they are free."""
        self.air.ask('latency heart 120000')
        sent = [self.me.send('read', requester='greedy', address=HEART, uuid=LOCATION) for _ in range(30)]
        for each in sent[6:]:
            self.fails(self.me.answer(each), 'LimitReached', 'requester', 'three quarters of [Commands] Waiting')
        self.good(self.me.ask('read', requester='modest', address=OTHER, uuid='f003'))
        self.air.ask('latency heart 0')
        for each in sent[:6]:
            self.good(self.me.answer(each))
        self.good(self.me.ask('read', requester='greedy', address=HEART, uuid=LOCATION))


class Limits(CommandTest):
    COMMANDS = 'Waiting=3\nRequesters=2\nTimeoutSeconds=60'

    def test_waiting(self):
        """A flood: three are taken, the others are told at once."""
        self.air.ask('latency heart 120000')
        sent = [self.me.send('read', address=HEART, uuid=LOCATION) for _ in range(30)]
        for each in sent[3:]:
            self.fails(self.me.answer(each), 'LimitReached', '[Commands] Waiting')
        self.air.ask('latency heart 0')
        for each in sent[:3]:
            self.good(self.me.answer(each))
        self.good(self.me.ask('read', address=HEART, uuid=LOCATION))        # it goes on
        for each in sent:
            self.assertEqual(len(self.me.at(each[0])), 1)

    def test_waiting_is_not_replayed(self):
        """What was not taken may come again with the same correlation."""
        self.air.ask('latency heart 120000')
        sent = [self.me.send('read', address=HEART, uuid=LOCATION) for _ in range(3)]
        topic = 'answers/again'
        self.me.paho.subscribe(topic, 1)
        command = json.dumps({'command': 'read', 'address': HEART, 'uuid': LOCATION})
        self.me.publish(f'{BASE}/command', command, topic, b'again')
        self.fails(json.loads(self.me.wait(topic)[0].payload), 'LimitReached')
        self.air.ask('latency heart 0')
        for each in sent:
            self.good(self.me.answer(each))
        self.me.publish(f'{BASE}/command', command, topic, b'again')
        self.good(json.loads(self.me.wait(topic, 2)[1].payload))

    def has_room(self, command, **fields):
        """The requester before has its answer already when it lets go of its link."""
        def answer():
            answer = self.me.ask(command, **fields)
            return answer.get('error') != 'LimitReached' and answer

        self.good(wait_for(answer, 'room'))

    def test_requesters(self):
        """Two may hold something; one that holds nothing makes room."""
        self.good(self.me.ask('connect', requester='a', address=HEART))
        for name in 'b', 'c', 'd':
            self.has_room('read', requester=name, address=OTHER, uuid='f003')
        self.has_room('connect', requester='b', address=HEART)
        self.fails(self.me.ask('read', requester='c', address=OTHER, uuid='f003'), 'LimitReached', 'requester',
                   '[Commands] Requesters')
        self.good(self.me.ask('disconnect', requester='a'))
        self.good(self.me.ask('read', requester='c', address=OTHER, uuid='f003'))
        self.assertTrue(self.is_up())
        wait_for(lambda: self.holders() == 1, 'a to let go')


if __name__ == '__main__':
    unittest.main()
