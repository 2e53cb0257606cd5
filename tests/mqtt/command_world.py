# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of commands share: a gateway that takes them, a peripheral, and somebody who asks."""

import itertools
import json
import secrets

from face_world import PEER
from mqtt_world import SOON, V5, V311, Broker, Client, Gateway, wait_for
from pyworld import WorldTest

HEART, OTHER = PEER, 'C4:00:00:00:00:02'
RATE, LOCATION, CONTROL, LEVEL = '2a37', '2a38', '2a39', '2a19'
BASE = 'bluebroker/gw1'
ALL = 'connect disconnect services read write notify pair forget scan'
OTHER_PEER = [
    f'peer other {OTHER} random 020106',
    'service other 0010 180f primary',
    'char other 0011 2a19 read,notify 32',
    'desc other 0013 2902 read,write 0000',
    'service other 0020 12345678-1234-5678-1234-56789abcdef0 primary',
    'char other 0021 2a19 read,write 0a0b',
    'char other 0023 f002 write-without-response -',
    'char other 0025 f003 read,write,reliable-write 00',
]


def full(number):
    """The long form of a UUID, as answers have it."""
    return f'0000{number}-0000-1000-8000-00805f9b34fb'


class Asker(Client):
    """Somebody who gives commands, and gets the answers: by MQTT 5's properties, or by fields of the payload."""

    def __init__(self, broker, protocol=V5, name='', gateway='gw1', will=None):
        self.numbers, self.inbox = itertools.count(1), f'answers/{secrets.token_hex(4)}'
        self.gateway = f'bluebroker/{gateway}'
        super().__init__(broker, f'{self.inbox}/#', f'{self.gateway}/#', 'home/#', protocol=protocol, name=name,
                         will=will)

    def send(self, command, **fields):
        """Publishes a command, and returns where its answer will come."""
        topic = f'{self.inbox}/{next(self.numbers)}'
        number = topic      # nobody else has that
        fields = {'command': command, **fields}
        if self.protocol == V311:
            fields |= {'response_topic': topic, 'correlation': number}
            self.publish(f'{self.gateway}/command', json.dumps(fields))
        else:
            self.publish(f'{self.gateway}/command', json.dumps(fields), topic, number.encode())
        return topic, number

    def answer(self, sent, seconds=3 * SOON):
        """The one answer to what was sent."""
        topic, number = sent
        message = self.wait(topic, seconds=seconds)[-1]
        answer = json.loads(message.payload)
        if self.protocol == V311:
            assert answer.pop('correlation') == number, answer
        else:
            assert message.properties.CorrelationData == number.encode(), message.properties
        return answer

    def ask(self, command, **fields):
        return self.answer(self.send(command, **fields))

    def last(self, topic, count=1):
        """What came at a topic below the gateway's, as JSON."""
        return [json.loads(message.payload) for message in self.wait(f'{self.gateway}/{topic}', count)]


class CommandTest(WorldTest):
    """A world a case, with a gateway that allows what ALLOW says."""
    ALLOW, COMMANDS, SETTINGS, PROTOCOL = ALL, '', '', 'auto'

    def setUp(self):
        super().setUp()
        self.world.add_peripheral()
        for line in OTHER_PEER:
            self.air.ask(line)
        self.broker = Broker()
        self.addCleanup(self.broker.close)
        self.gateway = Gateway(self.broker, self.world.address,
                               f'{self.SETTINGS}\n[Commands]\nAllow={self.ALLOW}\n{self.COMMANDS}',
                               protocol=self.PROTOCOL)
        self.addCleanup(self.gateway.close)
        if self.ALLOW:
            self.gateway.wait_subscribed()
        self.me = self.asker()
        self.wait_heard()

    def wait_heard(self):
        """The gateway is at the broker before it has found the daemon."""
        self.me.forget()
        self.me.wait(f'{BASE}/report/+', 1, 3 * SOON)

    def asker(self, **options):
        asker = Asker(self.broker, **options)
        self.addCleanup(asker.close)
        return asker

    def fails(self, answer, error, *words):
        self.assertEqual(answer.get('error'), error, answer)
        for word in words:
            self.assertIn(word, answer['message'])
        return answer

    def good(self, answer):
        self.assertNotIn('error', answer)
        return answer

    def is_up(self, peer='heart'):
        return 'up=1' in self.air.ask(f'link {peer}')

    def wait_down(self, peer='heart'):
        wait_for(lambda: not self.is_up(peer), f'the link to {peer} to end')

    def holders(self, address=HEART):
        """How many sessions hold the link."""
        path = f'/com/example/Bluetooth/hci0/device/{address.replace(":", "_")}'
        answer = self.world.busctl('get-property', 'com.example.Bluetooth', path, 'com.example.Bluetooth.Connection1',
                                   'Holders').stdout
        return json.loads(answer)['data'] if answer else 0
