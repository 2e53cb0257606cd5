#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""BlueZ's example-gatt-client, on the daemon's socket, and on the system bus."""

import unittest

from face_scripts import ScriptTest
from face_world import PEER_PATH


class Client(ScriptTest):
    def setUp(self):
        super().setUp()
        self.world.add_peripheral()

    def listen(self, **how):
        client = self.start('example-gatt-client', first='connected', **how)
        client.expect('HR Measurement notifications enabled', 60)
        client.expect('Body sensor location value: Chest')
        return client

    def beat(self, client, rate):
        """A measurement with all that it can have, and a plain one."""
        self.air.ask(f'notify heart 000B 0f{rate:02x}010700')
        client.expect(f'\tHR: {rate + 256}')
        client.expect('\tEnergy Expended: 7')
        self.air.ask(f'notify heart 000B 04{rate:02x}')
        client.expect(f'\tHR: {rate}')
        client.expect('\tSensor Contact status: no contact detected')

    def test_client(self):
        client = self.listen()
        self.assertIn(f'Heart Rate Service found: {PEER_PATH}/service000a', client.lines)
        self.beat(client, 70)
        client.kill()
        self.check_nothing_left()
        plain = self.listen(plain=True)
        self.beat(plain, 70)
        self.assertEqual(client.lines, plain.lines)

    def test_two_and_the_end(self):
        first, second = self.listen(), self.listen()
        self.beat(first, 60)
        second.expect('\tHR: 60')
        first.kill()
        self.beat(second, 61)
        self.air.ask('drop heart')
        second.expect('Service was removed')
        second.result()
        self.check_nothing_left()

    def test_without_a_link(self):
        self.assertEqual(self.say('example-gatt-client', status=1),
                         ['Getting objects...', 'No Heart Rate Service found'])


if __name__ == '__main__':
    unittest.main(verbosity=2)
