#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl clone: what a device has is served on another radio, and a central finds the same there, attribute by
attribute. On the simulated BlueZ, and in the guest on the real one."""

import os
import subprocess
import unittest

from face_world import VERSION
from pyworld import SECOND_RADIO, WorldTest, wait_for

CTL = os.environ['BLUEBROKERCTL']
PHONE = 'C0:00:00:00:00:77'
BASE = '-0000-1000-8000-00805f9b34fb'
VENDOR = '12345678-1234-5678-1234-56789abcdef'
# Bits of a characteristic's declaration
BITS = {'broadcast': 0x01, 'read': 0x02, 'write-without-response': 0x04, 'write': 0x08, 'notify': 0x10,
        'indicate': 0x20}

# UUIDs of all widths, twice the same, primary and secondary, all properties, values of 0 to 512 bytes and with all
# that a file could stumble over, descriptors. bluetoothd gives each characteristic with notifications its 2902.
TREE = [
    's 180d primary',
    'c 2a37 notify',
    'd 2902 read,write 0000',
    'c 2a38 read 01',
    'c 2a39 read,write,write-without-response 00',
    'd 2901 read ' + 'Résumé\n[Service x]\n'.encode().hex(),
    'd 2904 read 04000027010000',
    f's {VENDOR}0 secondary',
    f'c {VENDOR}1 read ' + bytes(range(256)).hex() * 2,
    f'c {VENDOR}1 read,write 0a',
    f'c {VENDOR}1 read -',
    f'd {VENDOR}2 read 00ff00',
    f'd {VENDOR}2 read 01',
    's 180f primary',
    'c 2a19 read,notify 64',
    'd 2902 read,write 0000',
    's 180f primary',
    'c 2a19 read,indicate 32',
    'd 2902 read,write 0000',
    'd 2908 read 0101',
    's 180a primary',
    'c 2a29 read ' + b'A=b;c\\d # "e"'.hex(),
    'c 2a24 read ' + b' leading and trailing '.hex(),
    'c 2a25 read ' + b'text:0x12'.hex(),
    'c 2a26 read ' + b'with\0NUL'.hex(),
    'c 2a27 read ' + b'\xff\xfe\x80'.hex(),
    'c 2a28 write',
    's 00abc123 primary',
    'c 00abc124 write-without-response',
]
ADVERTISED = '0201060303' + '0d18' + '05ff' + '4c000102' + '0416' + '0f1864' + '0319' + '4103'
NAMED = '0b09' + b'Heart;\\Rat'.hex()


def whole(uuid):
    return uuid if len(uuid) == 36 else uuid.rjust(8, '0').lower() + BASE


def expected(tree):
    """What a central should find: (kind, UUID, primary or properties, value or None where it cannot be read)."""
    found = []
    for line in tree:
        kind, uuid, what, *value = line.split()
        flags = what.split(',')
        if kind == 's':
            found.append(('s', whole(uuid), 'p' if what == 'primary' else 's', None))
            continue
        bits = sum({BITS[flag] for flag in flags}) if kind == 'c' else None
        readable = 'read' in flags
        found.append((kind, whole(uuid), bits, (value[0].replace('-', '') if value else '') if readable else None))
    return found


class Clone(WorldTest):
    radios = 2
    peers = 0

    def setUp(self):
        super().setUp()
        # bluetoothd remembers what a device had
        Clone.peers += 1
        self.peer = f'C4:00:00:00:00:{Clone.peers:02X}'
        self.file = os.path.join(self.world.directory.name, 'clone')

    def add_peer(self, tree, data=ADVERTISED):
        """A device with that tree, whose handles have gaps."""
        self.air.ask(f'peer heart {self.peer} random {data}')
        handle, names = 0x10, {'s': 'service', 'c': 'char', 'd': 'desc'}
        for line in tree:
            kind, uuid, *rest = line.split()
            handle += 7 if kind == 's' else 0
            if kind != 's' and len(rest) == 1:
                rest.append('-')
            self.air.ask(f'{names[kind]} heart {handle:04x} {uuid} {" ".join(rest)}')
            handle += 2 if kind == 'c' else 1

    def ctl(self, *words, code=0):
        result = subprocess.run([CTL, '--bus', self.world.address, *words], env=self.world.environment(), check=False,
                                capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
        self.assertEqual(result.returncode, code, (words, result.stdout, result.stderr))
        return result.stdout if code == 0 else result.stderr

    def clone(self, *words):
        text = self.ctl('clone', self.peer, '--adapter', 'hci0', *words)
        with open(self.file, 'w', encoding='utf-8') as out:
            out.write(text)
        return text

    def serve(self):
        program = self.world.run(CTL, '--bus', self.world.address, 'serve', self.file, '--adapter', 'hci1')
        program.expect('serving', 60)
        return program

    def central_finds(self):
        """All that a central finds on the other radio behind what bluetoothd has itself, as expected() has it."""
        found, skip = [], True
        for item in self.air.ask('discover phone').split():
            part = item.split(':')
            if part[0] == 's':
                skip = part[3] in [whole(uuid) for uuid in ('1800', '1801', '180a')] and not found
                entry = ('s', part[3], part[4], None)
            elif part[0] == 'c':
                bits = int(part[2], 16)
                entry = ('c', part[4], bits, self.read(part[3]) if bits & 2 else None)
            else:
                entry = ('d', part[2], None, self.read(part[1]))
            if not skip:
                found.append(entry)
        return found

    def read(self, handle):
        return self.air.ask(f'read phone {handle}').replace('-', '')

    def connect(self):
        self.air.ask(f'central phone {PHONE} random')
        wait_for(lambda: 'hci1' in self.ctl('status'), 'the second radio')
        self.air.ask(f'connect phone {SECOND_RADIO}')

    def test_equal(self):
        """The proof."""
        self.add_peer(TREE)
        text = self.clone()
        self.assertNotIn('Left out', text)
        self.serve()
        self.connect()
        self.assertEqual(self.central_finds(), expected(TREE))

    def test_advertisement(self):
        """It is advertised, too, as far as the file says it."""
        self.add_peer(TREE[:4], ADVERTISED)
        text = self.clone()
        # BlueZ's list has that of service data, too
        more = VERSION >= (5, 69) and 'from: dbus' in self.ctl('status')
        services, field_of_services = ('180d;180f', '05030d180f18') if more else ('180d', '03030d18')
        for line in (f'Services={services}', 'Manufacturer=0x004c:0102', 'ServiceData=180f:64', 'Appearance=0x0341'):
            self.assertIn(f'\n{line}\n', text)
        self.assertIn('\n# OwnAddrType=random: ', text)
        # BlueZ does not tell
        self.assertEqual('\nAdvType=connectable\n' in text, 'from: hci-monitor' in self.ctl('status'))
        self.serve()
        on_air = wait_for(lambda: self.air.ask(f'onair {SECOND_RADIO}'), 'the advertisement').lower()
        for field in field_of_services, '05ff4c000102', '04160f1864', '03194103':
            self.assertIn(field, on_air)

    def test_protected(self):
        """What wants a pairing is in the file with the reason, and wants one of who reads the clone."""
        # not a battery: that bluetoothd reads by itself, and is kept waiting for a pairing
        self.add_peer(['s fff0 primary', 'c fff1 encrypt-read,encrypt-write 64', 'c fff2 read 01'])
        self.air.ask('pairing heart none')
        text = self.clone()
        self.assertRegex(text, r'# 0x0018 characteristic\n# Its value could not be read: 0x(05|0f) .*\n'
                               r'\[Characteristic fff1\]\nService=fff0\nUUID=fff1\nProperties=read;write\n'
                               r'Permissions=read-encrypted;write-encrypted\n\n')
        self.serve()
        self.connect()
        tree = self.air.ask('discover phone').split()
        handle = next(item.split(':')[3] for item in tree if item.startswith('c:') and whole('fff1') in item)
        with self.assertRaisesRegex(AssertionError, 'att 0x0[5f]'):
            self.air.ask(f'read phone {handle}')

    def test_left_out(self):
        """What the server has itself, or cannot have, is said; the rest holds."""
        tree = ['s 1800 primary', 'c 2a00 read 41', 's 1801 primary', 'c 2a05 indicate', 'd 2902 read,write 0000',
                's 180f primary', 'c 2a19 read 64', 's ffe9 primary']
        self.add_peer(tree)
        text = self.clone()
        self.assertIn('Generic Attribute, which bluetoothd has itself', text)
        self.assertIn('Left out: it has no characteristic that can be served', text)
        self.serve()
        self.connect()
        self.assertEqual(self.central_finds(), expected(tree[5:7]))

    def test_nothing_to_serve(self):
        """The file is one all the same."""
        self.add_peer(['s 1801 primary', 'c 2a05 indicate', 'd 2902 read,write 0000'], '-')
        self.clone()
        self.serve()

    def test_errors(self):
        for word in 'Nobody', self.peer:
            says = self.ctl('clone', word, '--timeout', '1', '--adapter', 'hci9', code=4)
            self.assertEqual(says.count('\n'), 1, says)
        self.ctl('clone', 'C4:00:00:00:00:99', '--timeout', '1', code=6)


if __name__ == '__main__':
    unittest.main(verbosity=2)
