#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that bluebrokerctl is told by their names, against the real daemon and peripherals of the simulated BlueZ.

usage: test-ctl-names.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import json
import sys
import unittest

from broker_world import WorldTest, wait_for

HEART = 'C4:00:00:00:00:01'
OTHER = 'C4:00:00:00:00:02'


def name_field(name, complete=True):
    text = name if isinstance(name, bytes) else name.encode()
    return f'020106{len(text) + 1:02x}{9 if complete else 8:02x}{text.hex()}'


class Names(WorldTest):
    def peer(self, name, address=HEART, level='64', kind='random', complete=True):
        """A device of that name, with a battery."""
        word = 'peer' + address[-2:]
        for line in (f'peer {word} {address} {kind} {name_field(name, complete)}', f'service {word} 10 180f primary',
                     f'char {word} 11 2a19 read {level}'):
            self.world.air(line)
        return word

    def read(self, name, code=0):
        result = self.ctl('read', name, '2a19', '--format', 'u8', code=code)
        return result.stdout if code == 0 else result.stderr

    def hear(self, count=1):
        """The daemon's table knows the devices then."""
        def heard():
            self.world.ctl('scan', '--timeout', '1')
            return len(self.world.ctl('devices').stdout.splitlines()) >= count

        wait_for('the devices', heard, 30)

    def wait_closed(self, word):
        wait_for('the link to close', lambda: 'up=0' in self.world.air(f'link {word}'))
        wait_for('the daemon to see it', lambda: self.world.ctl('links').returncode == 5)

    def test_unheard(self):
        """It is listened for, as it is for an address."""
        self.peer('Heart Rate')
        self.assertEqual(self.read('Heart Rate'), '100\n')
        self.assertEqual(self.ctl('connect', 'Heart Rate').stdout.split()[:2], [HEART, 'random'])

    def test_commands(self):
        """All that take an address."""
        word = self.peer('Heart Rate')
        self.hear()
        self.world.air(f'char {word} 14 2a39 write,notify 00')
        self.ctl('write', 'Heart Rate', '2a39', '05')
        self.assertEqual(self.world.air(f'value {word} 14'), '05')
        self.wait_closed(word)
        self.assertIn(f'no link to {HEART}', self.ctl('disconnect', 'Heart Rate', code=5).stderr)
        self.world.air(f'pairing {word} display 7')
        self.assertEqual(self.ctl('pair', 'Heart Rate', '--passkey', '7').stdout, f'{HEART} is paired\n')
        self.wait_closed(word)
        self.assertEqual(self.ctl('forget', 'Heart Rate').stdout, f'{HEART} is forgotten\n')

    def test_linked(self):
        """One that is connected, and was not heard since: nobody scanned."""
        self.peer('Heart Rate')
        connect = self.world.ctl_start('connect', HEART, '--stay',
                                       until=lambda: HEART in self.world.ctl('links').stdout)
        self.addCleanup(connect.communicate)
        self.addCleanup(connect.kill)
        self.assertEqual(self.ctl('devices', code=5).stdout, '')
        # neither listens for a name
        self.assertIn(f'{HEART} on hci0 is linked', self.ctl('disconnect', 'Heart Rate', code=5).stderr)
        self.assertIn(f'no bond with {HEART}', self.ctl('forget', 'Heart Rate', code=5).stderr)
        self.assertEqual(self.read('Heart Rate'), '100\n')
        self.assertRegex(self.ctl('links').stdout, f'^{HEART} random hci0 .* "Heart Rate"\n$')
        self.assertEqual(json.loads(self.ctl('links', '--json').stdout)['name'], 'Heart Rate')
        # another one of that name
        self.peer('Heart Rate', OTHER)
        self.hear()
        self.assertRegex(self.read('Heart Rate', code=2), rf'{HEART} \(linked.*{OTHER} \(heard|{OTHER} \(heard.*{HEART} \(linked')

    def test_several(self):
        """Whoever has the same name, too: nobody is chosen."""
        self.peer('Heart Rate')
        self.peer('Heart Rate', OTHER, level='01')
        for _ in 'listened for', 'in the table':
            says = self.read('Heart Rate', code=2)
            self.assertIn('"Heart Rate" is several devices', says)
            for address in HEART, OTHER:
                self.assertIn(f'{address} (heard ', says)
        self.assertEqual(self.read(HEART), '100\n')
        self.assertIn(OTHER, self.ctl('forget', 'Heart Rate', code=2).stderr)

    def test_many(self):
        for i in range(12):
            self.peer('Twin', f'C4:00:00:00:00:{i + 0x10:02X}')
        self.hear(12)
        says = self.read('Twin', code=2)
        self.assertEqual(says.count('C4:00:00:00:00:'), 8)
        self.assertIn('and 4 more', says)

    def test_exactly(self):
        """Case, blanks and beginnings count; what looks like a pattern is none."""
        self.peer('Heart Rate')
        self.peer('*', OTHER, level='01')
        self.hear(2)
        self.assertEqual(self.read('*'), '1\n')
        self.assertEqual(self.read('Heart Rate'), '100\n')
        for name in 'heart rate', 'Heart', 'Heart Rate ', 'Heart*', '[H]eart Rate', 'Heart?Rate', r'Heart\ Rate':
            with self.subTest(name):
                self.assertIn('no device of that name', self.ctl('forget', name, code=5).stderr)

    def test_odd(self):
        """Patterns, control characters, other scripts, and the longest that fits."""
        names = '[a-z]', 'back\\slash', 'a?b', '\x1b[31mred', 'Zwölf 時計', 'tab\there', ' ', '-h', 'x' * 26
        for i, name in enumerate(names):
            self.peer(name, f'C4:00:00:00:00:{i + 0x20:02X}', level=f'{i:02x}')
        self.hear(9)
        for i, name in enumerate(names):
            with self.subTest(name):
                self.assertEqual(self.ctl('read', '--format', 'u8', '--', name, '2a19').stdout, f'{i}\n')

    def test_address(self):
        """An address is one, whoever is called so."""
        self.peer('Heart Rate')
        for i, name in enumerate((HEART, HEART.lower().replace(':', ''))):
            self.peer(name, f'D4:00:00:00:00:{i + 2:02X}', level='01')
        self.hear(3)
        self.assertEqual(self.read(HEART), '100\n')
        self.assertEqual(self.read('c40000000001'), '100\n')

    def test_almost_address(self):
        """Somebody who mistypes one hears of it at once; but a device may be called so."""
        self.assertIn('is not an address', self.read('C4:00', code=2))
        self.peer('C4:00')
        self.hear()
        self.assertEqual(self.read('C4:00'), '100\n')

    def test_nobody(self):
        says = self.ctl('read', 'Nobody', '2a19', '--timeout', '1', code=6).stderr
        self.assertEqual(says, 'bluebrokerctl: "Nobody": no device of that name was heard within 1 s, or is bonded; '
                               'bluebrokerctl scan shows names and addresses\n')
        for name in '', 'x' * 249, b'\xff':
            with self.subTest(name):
                self.assertIn('is not an address', self.read(name, code=2))

    def test_shortened(self):
        """A name that is cut counts as it is, until the whole one is heard."""
        self.peer('Heart', complete=False)
        self.hear()
        self.assertEqual(self.read('Heart'), '100\n')

    def test_bonded(self):
        """It has many addresses, and is one device; so it is when it has not been heard since the daemon began."""
        word = self.peer('Lock')
        self.world.air(f'private {word} {HEART} random 000102030405060708090a0b0c0d0e0f')
        self.world.air(f'pairing {word} display 7')
        self.ctl('pair', 'Lock', '--passkey', '7')
        self.wait_closed(word)
        self.world.air(f'rotate {word}')
        self.hear()
        self.assertEqual(self.read('Lock'), '100\n')
        self.world.end('daemon')
        self.world.start_daemon()
        self.assertEqual(self.ctl('forget', 'Lock').stdout, f'{HEART} is forgotten\n')

    def test_random_or_public(self):
        """Its type comes with its name."""
        self.peer('Public', '00:11:22:33:44:55', kind='public')
        self.assertEqual(self.read('Public'), '100\n')

    def test_radio(self):
        self.peer('Heart Rate')
        self.ctl('read', 'Heart Rate', '2a19', '--adapter', 'hci9', code=4)
        self.ctl('forget', 'Heart Rate', '--adapter', 'hci9', code=4)
        self.ctl('disconnect', 'Heart Rate', '--adapter', 'hci9', code=4)
        self.world.end('daemon')
        self.ctl('read', 'Heart Rate', '2a19', code=3)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v', *sys.argv[4:]])
