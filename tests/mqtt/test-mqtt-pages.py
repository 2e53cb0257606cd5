#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the manual pages say of bluebroker-mqtt, tried: the rights that they give at a broker, the keys of messages."""

import json
import os
import re
import subprocess
import unittest

from face_world import PEER
from mqtt_world import PASSWORD, USER, Broker, Client, Gateway, wait_for
from pyworld import WorldTest

MAN = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../man')
GATEWAY, RADIO = 'hall', '00:AA:01:00:00:01'      # of the pages
TAG = 'C4:00:00:00:00:77'                       # with a name, manufacturer data and service data
# what is there only where it is known, or is so
NOT_ALWAYS = {'tx_power', 'primary_phy', 'secondary_phy', 'sid', 'extended', 'synthesized', 'truncated'}


def page(name):
    with open(f'{MAN}/{name}.scd', encoding='utf-8') as file:
        return file.read()


def documented(heading):
    """The keys of the first table below a heading of bluebroker-mqtt.conf(5)."""
    text = page('bluebroker-mqtt.conf.5').split(f'\n{heading}\n', 1)[1]
    table = text[text.index('\n[[ *Key'):].split('\n\n', 1)[0]
    return {key for row in re.findall(r'^\|  (.*)$', table, re.MULTILINE) for key in row.split(', ')}


class Pages(WorldTest):
    def setUp(self):
        super().setUp()
        self.world.add_peripheral()
        self.air.ask(f'peer tag {TAG} random 02010605ff9904050105160d1801400409414243')
        self.radio = self.world.address_of('hci0')
        self.broker = Broker(settings=self.rights())
        self.addCleanup(self.broker.close)
        for user in GATEWAY, 'listener', 'operator':
            subprocess.run(['mosquitto_passwd', '-b', f'{self.broker.directory}/passwords', user, PASSWORD], check=True)
        self.broker.stop()
        self.broker.start()

    def rights(self):
        """The lines of the page, for this radio. The user that comes with the broker has none of them."""
        blocks = re.findall(r'```\n(.*?)```', page('bluebroker-mqtt.8'), re.DOTALL)
        block, = [block for block in blocks if 'pattern ' in block]
        self.assertEqual(block.count(RADIO), 1)
        path = f'/tmp/mqtt-rights-{os.getpid()}'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(block.replace(RADIO, self.radio))
        os.chmod(path, 0o600)
        self.addCleanup(os.unlink, path)
        return f'acl_file {path}'

    def client(self, user, *filters):
        self.broker.user = user
        client = Client(self.broker, *filters)
        self.addCleanup(client.close)
        return client

    def gateway(self, settings):
        self.broker.user = GATEWAY
        gateway = Gateway(self.broker, self.world.address, settings, name=GATEWAY)
        self.addCleanup(gateway.close)

    def test_rights(self):
        """They are enough for all that a gateway does, for listeners and for those who give commands; and no more."""
        listener = self.client('listener', 'bluebroker/#', 'home/#', 'ruuvi/#')
        operator = self.client('operator', 'bluebroker/#')
        self.gateway('[Publish]\nFormats=json ruuvi theengs binary\n[Commands]\nAllow=read connect\n[Scan]\nActive=1')
        for below in 'status', 'health', f'report/{PEER}', 'reports':
            listener.wait(f'bluebroker/{GATEWAY}/{below}')
        for topic in f'home/{GATEWAY}/BTtoMQTT/undecoded', f'ruuvi/{self.radio}/{PEER}', 'ruuvi/+/gw_status':
            listener.wait(topic)
        answers = f'bluebroker/{GATEWAY}/response/me'
        wait_for(lambda: self.broker.text().count(f'\tbluebroker/{GATEWAY}/gone/+'), 'the gateway to subscribe')
        command = {'command': 'connect', 'address': PEER, 'requester': 'operator'}
        operator.publish(f'bluebroker/{GATEWAY}/command', json.dumps(command), answers)
        self.assertEqual(json.loads(operator.wait(answers)[0].payload), command)
        operator.publish(f'bluebroker/{GATEWAY}/gone/operator', '')
        self.assertEqual(json.loads(operator.wait(f'bluebroker/{GATEWAY}/link/{PEER}')[0].payload)['reason'], 'gone')
        self.assertNotIn('Denied', self.broker.text())

        # who only listens gives no commands; a gateway is not another one; who has no rights sees and does nothing
        others = self.client(USER, 'bluebroker/#')
        gateway = self.client(GATEWAY)
        for client, topic in (
                (listener, f'bluebroker/{GATEWAY}/command'), (listener, f'bluebroker/{GATEWAY}/status'),
                (gateway, 'bluebroker/yard/status'), (gateway, 'bluebroker/yard/command'),
                (gateway, 'ruuvi/00:00:00:00:00:00/gw_status'), (operator, 'bluebroker/yard/status'),
                (others, f'bluebroker/{GATEWAY}/command')):
            with self.subTest(topic=topic):
                before = self.broker.text().count('Denied PUBLISH')
                client.publish(topic, '{"command":"renew"}')
                self.assertEqual(self.broker.text().count('Denied PUBLISH'), before + 1)
        self.assertEqual(others.at('#'), [])

    def test_keys(self):
        """Each key of a message is on the page, and the other way around."""
        listener = self.client('listener', 'bluebroker/#', 'home/#', 'ruuvi/#')
        self.gateway(f'[Publish]\nFormats=json ruuvi theengs\n[Scan]\nAddresses={TAG}')
        for topic, heading in (
                (f'bluebroker/{GATEWAY}/report/{TAG}', '## Format json'), (f'ruuvi/+/{TAG}', '## Format ruuvi'),
                ('home/+/BTtoMQTT/undecoded', '## Format theengs'), ('bluebroker/+/health', '# PRESENCE')):
            with self.subTest(heading=heading):
                there, told = set(json.loads(listener.wait(topic)[0].payload)), documented(heading)
                self.assertEqual(there - told, set(), 'the page does not have these')
                self.assertEqual(told - there - NOT_ALWAYS, set(), 'the message does not have these')


if __name__ == '__main__':
    unittest.main(verbosity=2)
