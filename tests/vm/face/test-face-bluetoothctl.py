#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluetoothctl, as Debian has it, on the daemon's socket; two of them at once."""

import unittest

from face_world import PEER, PEER_PATH, RADIO, VERSION, FaceWorld, wait_for

LOCATION, CONTROL, HEART = (f'{PEER_PATH}/{rest}' for rest in
                            ('service000a/char000e', 'service000a/char0010', 'service000a/char000b'))

DISCONNECTED = 'Successful disconnected' if VERSION < (5, 82) else 'Disconnection successful'


class Bluetoothctl(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld('[Links]\nJustWorks=1\n')
        self.addCleanup(self.world.close)
        self.world.add_peripheral()

    def start(self):
        program = self.world.run('bluetoothctl')
        program.expect('Agent registered')
        return program

    def do(self, program, line, answer):
        begin = len(program.lines)
        program.say(line)
        return program.expect(answer, begin=begin)

    def find_peer(self, program):
        self.do(program, 'scan le', f'Device {PEER}')
        self.do(program, 'scan off', 'Discovery stopped')

    def serve(self, program, flags):
        """A characteristic with 01 02 03, to a phone that connects; returns its handle there."""
        program.say('menu gatt')
        self.do(program, 'register-service 0x1819', 'Location and Navigation')
        program.say('yes')
        # what it asks does not end its line
        self.do(program, f'register-characteristic 0x2a6e {flags}', 'Temperature')
        program.say('1 2 3')
        self.do(program, 'register-application', 'Application registered')
        program.say('back')
        self.do(program, 'advertise on', 'Advertising object registered')
        self.world.air.ask('central phone C0:00:00:00:00:77 random')
        self.world.air.ask(f'connect phone {RADIO}')
        tree = self.world.air.ask('discover phone').split()
        at = next(i for i, item in enumerate(tree) if '00001819' in item)
        return tree[at + 1].split(':')[3]

    def test_two_scans(self):
        first, second = self.start(), self.start()
        self.world.air.ask('repeat * lamp C0:00:00:00:00:05 random 3 -60~9 020106 100 0')
        self.do(first, 'scan le', 'Device C0:00:00:00:00:05')
        self.do(second, 'scan le', 'Device C0:00:00:00:00:05')
        self.do(first, 'scan off', 'Discovery stopped')
        begin = len(second.lines)
        second.expect('C0:00:00:00:00:05 RSSI', begin=begin)
        self.assertIsNone(second.find('Discovering: no'))
        # a filter of one is none of the other's
        first.say('menu scan')
        first.say('pattern D1')
        first.say('back')
        begin = len(first.lines)
        self.do(first, 'scan le', 'Discovery started')
        self.world.air.ask('adv * C0:00:00:00:00:06 random 3 -60 020106')
        self.world.air.ask('adv * D1:00:00:00:00:01 random 3 -60 020106')
        first.expect('D1:00:00:00:00:01', begin=begin)
        second.expect('C0:00:00:00:00:06')
        self.assertIsNone(first.find('C0:00:00:00:00:06'))

    def test_gatt(self):
        program = self.start()
        self.find_peer(program)
        self.do(program, f'connect {PEER}', 'Connection successful')
        program.expect('ServicesResolved: yes')
        self.do(program, f'info {PEER}', 'Connected: yes')
        program.say('menu gatt')
        self.do(program, 'list-attributes', CONTROL)
        program.say(f'select-attribute {LOCATION}')
        self.do(program, 'read', '01')
        program.say(f'select-attribute {CONTROL}')
        self.do(program, 'write 0x0a', 'Attempting to write')
        wait_for(lambda: self.world.air.ask('value heart 0010') == '0a', 'the write')
        program.say(f'select-attribute {HEART}')
        self.do(program, 'notify on', 'Notify started')
        begin = len(program.lines)
        self.world.air.ask('notify heart 000B 0708')
        program.expect('07 08', begin=begin)
        self.do(program, 'notify off', 'Notify stopped')
        self.do(program, 'acquire-notify', 'AcquireNotify success')
        begin = len(program.lines)
        self.world.air.ask('notify heart 000B 4142')
        program.expect('41 42', begin=begin)
        program.say('back')
        self.do(program, 'disconnect', DISCONNECTED)
        self.do(program, f'remove {PEER}', 'Device has been removed')

    def test_disconnect_is_ones_own(self):
        first, second = self.start(), self.start()
        for program in first, second:
            self.do(program, 'scan le', f'Device {PEER}')
        for program in first, second:
            self.do(program, 'scan off', 'Discovery stopped')
        for program in first, second:
            self.do(program, f'connect {PEER}', 'Connection successful')
        self.do(first, 'disconnect', DISCONNECTED)
        self.do(second, f'info {PEER}', 'Connected: yes')
        self.assertIn('up=1', self.world.air.ask('link heart'))
        self.assertIsNone(second.find('Connected: no'))
        second.kill()
        wait_for(lambda: 'up=0' in self.world.air.ask('link heart'), 'the link is closed')

    def test_pair_with_passkey(self):
        self.world.air.ask('pairing heart display 123456')
        program = self.start()
        self.find_peer(program)
        self.do(program, f'connect {PEER}', 'Connection successful')
        self.do(program, f'pair {PEER}', 'Request passkey')
        program.say('123456')
        program.expect('Pairing successful')
        self.do(program, f'info {PEER}', 'Paired: yes')
        self.do(program, f'remove {PEER}', 'Device has been removed')

    def test_read_pairs(self):
        """A read that needs a pairing asks whoever reads."""
        self.world.air.ask('pairing heart display 123456')
        program, other = self.start(), self.start()
        self.find_peer(program)
        self.do(program, f'connect {PEER}', 'Connection successful')
        program.expect('ServicesResolved: yes')
        program.say('menu gatt')
        self.do(program, f'select-attribute {PEER_PATH}/service000a/char0013', 'char0013')
        self.do(program, 'read', 'Request passkey')
        program.say('123456')
        program.expect('7e')
        self.assertIsNone(other.find('Request passkey'))
        program.say('back')
        self.do(program, f'remove {PEER}', 'Device has been removed')

    def test_central_pairs(self):
        """Who serves is asked about a central that pairs."""
        program = self.start()
        handle = self.serve(program, 'encrypt-read')
        for answer in 'no', 'yes':
            begin = len(program.lines)
            self.world.air.send('secure phone on')
            program.expect('Request ', begin=begin)
            program.say(answer)
            if answer == 'yes':
                self.assertEqual(self.world.air.answer('secure phone on'), '')
            else:
                with self.assertRaisesRegex(AssertionError, 'smp'):
                    self.world.air.answer('secure phone on')
                self.world.air.ask('disconnect phone')
                wait_for(lambda: self.connects('phone'), 'the radio advertises again')
        self.assertEqual(self.world.air.ask(f'read phone {handle}'), '010203')
        self.do(program, 'remove C0:00:00:00:00:77', 'Device has been removed')

    def connects(self, central):
        try:
            self.world.air.ask(f'connect {central} {RADIO}')
            return True
        except AssertionError:
            return False

    def test_advertise(self):
        program = self.start()
        self.do(program, 'advertise on', 'Advertising object registered')
        self.world.air.ask('central phone C0:00:00:00:00:77 random')
        self.world.air.ask(f'connect phone {RADIO}')
        self.world.air.ask('disconnect phone')
        self.do(program, 'advertise off', 'Advertising object unregistered')

    def test_discoverable_ends(self):
        """For the program alone, and with an advertisement on the air."""
        program, other = self.start(), self.start()
        self.do(program, 'discoverable-timeout 2', 'succeeded')
        self.do(program, 'discoverable on', 'Discoverable: yes')
        program.expect('Discoverable: no')
        self.assertIsNone(other.find('Discoverable'))
        program.say('menu advertise')
        self.do(program, 'discoverable on', 'discoverable')
        self.do(program, 'discoverable-timeout 5', 'discoverable-timeout')
        program.say('back')
        self.do(program, 'advertise on', 'Advertising object registered')
        wait_for(lambda: '020106' in self.world.air.ask(f'onair {RADIO}'), 'it is discoverable')
        wait_for(lambda: '020106' not in self.world.air.ask(f'onair {RADIO}'), 'it is so no more')
        self.do(program, 'advertise off', 'Advertising object unregistered')

    def test_serve(self):
        program = self.start()
        handle = self.serve(program, 'read,write,notify')
        self.assertEqual(self.world.air.ask(f'read phone {handle}'), '010203')
        self.world.air.ask(f'write phone {handle} 0909')
        program.expect('09 09')
        # what was written reads as empty with that of 5.82, on bluetoothd itself, too
        if VERSION < (5, 82):
            self.assertEqual(self.world.air.ask(f'read phone {handle}'), '0909')


if __name__ == '__main__':
    unittest.main(verbosity=2)
