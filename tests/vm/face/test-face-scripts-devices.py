#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""BlueZ's own scripts that use devices, on the daemon's socket: test-device, simple-agent."""

import unittest

from face_scripts import ScriptTest
from face_world import PEER, PEER_PATH, wait_for


class Devices(ScriptTest):
    """The peripheral is paired first, for a device that is not is there for who finds it only."""

    def setUp(self):
        super().setUp()
        self.world.add_peripheral()

    def pair(self, passkey='123456'):
        self.air.ask('pairing heart display 123456')
        agent = self.start('simple-agent', 'hci0', PEER, first='found')
        agent.expect('Agent registered')
        agent.expect(f'RequestPasskey ({PEER_PATH})', 60)
        agent.say(passkey)
        return agent

    def test_device(self):
        self.assertEqual(self.say('test-device', 'list'), [])
        self.pair().result()
        name = PEER.replace(':', '-')
        self.assertEqual(self.say('test-device', 'list'), [f'{PEER} {name}'])
        self.assertEqual(self.say('test-device', 'list'), self.say('test-device', 'list', plain=True))
        self.assertEqual(self.say('test-device', 'alias', PEER), [name])
        # what it sets is its own, and gone with it
        for what, value, before in ('alias', 'Heart', [name]), ('trusted', 'yes', ['0']), ('blocked', 'yes', ['0']):
            self.assertEqual(self.say('test-device', what, PEER, value), [])
            self.assertEqual(self.say('test-device', what, PEER), before)
        for face, plain in ((self.say('test-device', *arguments, status=1)[-1:],
                             self.say('test-device', *arguments, status=1, plain=True)[-1:])
                            for arguments in (('name', PEER), ('class', PEER))):
            self.assertEqual(face, plain)
        self.assertIn('NotSupported', self.say('test-device', 'connect', PEER, '180d', status=1)[-1])
        # a method that BlueZ 5 has no more
        self.assertIn('UnknownMethod', '\n'.join(self.say('test-device', 'create', PEER, status=1)))
        self.say('test-device', 'remove', PEER)
        self.assertEqual(self.say('test-device', 'list'), [])
        wait_for(lambda: self.say('test-device', 'list', plain=True) == [], 'the bond is gone')
        self.check_nothing_left()

    def test_connect(self):
        """The link is there as long as somebody wants it: the end of a script that connects is its end."""
        self.pair().result()
        wait_for(lambda: 'up=0' in self.air.ask('link heart'), 'the end of the link')
        self.say('test-device', 'connect', PEER)
        wait_for(lambda: 'up=0' in self.air.ask('link heart'), 'the end of the link')
        # another program's link is none of its own
        client = self.start('example-gatt-client', first='connected')
        client.expect('HR Measurement notifications enabled', 60)
        self.say('test-device', 'connect', PEER)
        self.say('test-device', 'disconnect', PEER)
        self.air.ask('notify heart 000B 0650')
        client.expect('\tHR: 80')
        client.kill()
        wait_for(lambda: 'up=0' in self.air.ask('link heart'), 'the end of the link')
        self.say('test-device', 'remove', PEER)
        self.check_nothing_left()

    def test_wrong_passkey(self):
        agent = self.pair('654321')
        agent.expect('Creating device failed: org.bluez.Error.Authentication')
        agent.result()
        self.assertEqual(self.say('test-device', 'list'), [])
        self.check_nothing_left()

    def test_displayed_passkey(self):
        self.air.ask('pairing heart keyboard')
        agent = self.start('simple-agent', 'hci0', PEER, first='found')
        line = agent.expect(f'DisplayPasskey ({PEER_PATH}, ', 60)
        self.air.ask('passkey heart ' + line.split(', ')[1].split()[0])
        agent.expect('Device paired')
        agent.result()
        self.say('test-device', 'remove', PEER)
        self.check_nothing_left()


if __name__ == '__main__':
    unittest.main(verbosity=2)
