#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices told by their names, what their values mean, and several commands over one link: on the simulated BlueZ, and
in the guest on the real one. The odd cases are in test-ctl-names and test-ctl-batch."""

import json
import os
import re
import subprocess
import unittest

from pyworld import WorldTest, wait_for

CTL = os.environ['BLUEBROKERCTL']


class Device(WorldTest):
    peers = 0

    def add_peer(self, name):
        """A heart rate sensor of that name. Its address is new, for bluetoothd remembers devices."""
        Device.peers += 1
        address = f'C4:00:00:00:01:{Device.peers:02X}'
        field = f'020106{len(name) + 1:02x}09{name.encode().hex()}'
        for line in (f'peer p{Device.peers} {address} random {field}', f'service p{Device.peers} 10 180d primary',
                     f'char p{Device.peers} 11 2a37 notify -', f'desc p{Device.peers} 13 2902 read,write 0000',
                     f'char p{Device.peers} 14 2a38 read 01', f'char p{Device.peers} 16 2a39 read,write 00'):
            self.air.ask(line)
        return f'p{Device.peers}', address

    def ctl(self, *words, code=0):
        result = subprocess.run([CTL, '--bus', self.world.address, *words], env=self.world.environment(), check=False,
                                capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
        self.assertEqual(result.returncode, code, (words, result.stdout, result.stderr))
        return result.stdout if code == 0 else result.stderr

    def connects(self, peer):
        return int(re.search(r'connects=(\d+)', self.air.ask(f'link {peer}'))[1])

    def test_name(self):
        """Listened for, and then known."""
        _, address = self.add_peer('Heart Rate')
        self.assertEqual(self.ctl('read', 'Heart Rate', '2a38'), '01 (chest)\n')
        self.assertEqual(self.ctl('connect', 'Heart Rate').split()[0], address)
        self.assertIn('within 2 s', self.ctl('read', 'Heart', '2a38', '--timeout', '2', code=6))

    def test_twins(self):
        addresses = [self.add_peer('Twin')[1] for _ in range(2)]
        says = self.ctl('read', 'Twin', '2a38', code=2)
        for address in addresses:
            self.assertIn(address, says)
        self.assertEqual(self.ctl('read', addresses[1], '2a38', '--format', 'u8'), '1\n')

    def test_bonded(self):
        """Its many addresses are one device's."""
        peer, _ = self.add_peer('Lock')
        identity = 'C4:00:00:00:02:01'
        self.air.ask(f'private {peer} {identity} random 000102030405060708090a0b0c0d0e0f')
        self.air.ask(f'pairing {peer} display 7')
        self.ctl('pair', 'Lock', '--passkey', '7')
        wait_for(lambda: 'up=0' in self.air.ask(f'link {peer}'), 'the link to close')
        self.air.ask(f'rotate {peer}')
        self.assertEqual(self.ctl('read', 'Lock', '2a38', '--format', 'u8'), '1\n')
        self.assertEqual(self.ctl('forget', 'Lock'), f'{identity} is forgotten\n')

    def test_batch(self):
        """The peer sees one link, which is closed at the end."""
        peer, address = self.add_peer('Heart Rate')
        program = self.world.run(CTL, '--bus', self.world.address, 'batch', '-')
        for number in range(1, 4):
            program.say(f'write {address} 2a39 0{number}')
            program.say(f'read {address} 2a39 --format u8')
            wait_for(lambda: len(program.lines) == number, 'the value')
            self.assertIn('up=1', self.air.ask(f'link {peer}'))
        program.child.stdin.close()
        self.assertEqual((program.result(), self.connects(peer)), (['1', '2', '3'], 1))
        wait_for(lambda: 'up=0' in self.air.ask(f'link {peer}'), 'the link to close')

    def test_meaning(self):
        peer, address = self.add_peer('Heart Rate')
        program = self.world.run(CTL, '--bus', self.world.address, 'notify', address, '2a37', '--count', '2', '--json')
        wait_for(lambda: 'subscribed=0011' in self.air.ask(f'link {peer}'), 'the subscription')
        self.air.ask(f'notify {peer} 11 1648000400020000')
        self.air.ask(f'notify {peer} 11 0148')
        rows = [json.loads(line) for line in program.result()]
        self.assertEqual(rows[0]['decoded'], {'contact': 'yes', 'heart_rate': 72, 'rr_interval': [1, 0.5, 0]})
        self.assertEqual(rows[0]['units'], {'heart_rate': 'bpm', 'rr_interval': 's'})
        self.assertEqual((rows[1]['decoded'], rows[1]['malformed']), (None, 'too short, ends in heart_rate'))


if __name__ == '__main__':
    unittest.main(verbosity=2)
