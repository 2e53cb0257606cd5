# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of faults share: a broker that can be treated badly, and a gateway whose log tells."""

from face_world import RADIO
from mqtt_world import V311, Broker, Client, Gateway, wait_for
from pyworld import WorldTest

RATE, ADVERTISERS = 300, 50
REPORTS, HEALTH = 'bluebroker/gw1/report/+', 'bluebroker/gw1/health'
# as many as the client may be behind, for it may be paused with its broker
PATIENT = 'max_queued_messages 0\nmax_inflight_messages 0'


class FaultTest(WorldTest):
    BROKER, SETTINGS, FORMATS = {}, '', 'json'

    def setUp(self):
        super().setUp()
        self.broker = Broker(**{'settings': PATIENT, **self.BROKER})
        self.addCleanup(self.broker.close)
        self.gateway = Gateway(self.broker, self.world.address,
                               f'ReconnectMaxSeconds=1\n{self.SETTINGS}\n[Gateway]\nHealthSeconds=1\n'
                               f'[Scan]\nDedupMs=0\n[Publish]\nFormats={self.FORMATS}')
        self.addCleanup(self.gateway.close)
        wait_for(self.gateway.text, 'the gateway to begin')     # before that a signal just kills it

    def subscribe(self, *filters):
        client = Client(self.broker, *filters, protocol=V311)
        self.addCleanup(client.close)
        return client

    def wait_up(self, times=1):
        wait_for(lambda: self.gateway.text().count('connected to broker') >= times, 'the broker to take the gateway')

    def wait_scan(self):
        self.wait_up()
        wait_for(lambda: 'scanning on' in self.gateway.text(), 'the scan')

    def storm(self, seconds):
        wait_for(lambda: 'scanning=1' in self.air.ask(f'status {RADIO}'), 'the scan')
        self.air.ask(f'storm {RADIO} {ADVERTISERS} {RATE} {seconds}')

    def says(self, *words):
        wait_for(lambda: all(word in self.gateway.text() for word in words), f'the log to say {words}')

    def memory(self):
        """KiB that are the process's own."""
        with open(f'/proc/{self.gateway.process.pid}/status', encoding='ascii') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('RssAnon'))
