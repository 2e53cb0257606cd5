#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two scripts with a server each on one radio, and a third that is their client through another radio of the same
machine: BlueZ's btvirt, whose radios hear each other. Only in the guest."""

import signal
import subprocess
import unittest

from pyworld import RADIO, SECOND_RADIO, WorldTest
from two_servers import FIRST, SECOND, SERVER

CLIENT = f'''
import sys
from network import Bluetooth
bt = Bluetooth(adapter="hci1")
bt.start_scan(-1)
print("looks")
sys.stdin.readline()
connection = bt.connect("{RADIO}")
found = {{service.uuid(): {{char.uuid(): char for char in service.characteristics()}}
         for service in connection.services()}}
for name, uuid in ("first", 0x{FIRST["uuid"]:x}), ("second", 0x{SECOND["uuid"]:x}):
    print(name, found[uuid][0x2a39].read())
    found[uuid][0x2a19].callback(Bluetooth.CHAR_NOTIFY_EVENT, lambda name, more: print(name, "notified"), name)
    found[uuid][0x2a39].write(name.upper())
print("listens")
for line in sys.stdin:
    print("connected", connection.isconnected(), found[0x{SECOND["uuid"]:x}][0x2a39].read())
'''


class Radios(WorldTest):
    radios = 0      # of ours

    def setUp(self):
        super().setUp()
        radios = subprocess.Popen(['btvirt', '-l2'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(radios.wait)
        self.addCleanup(radios.kill)
        self.world.radios = 2
        self.until(lambda: self.world.powered() == 2, 'the radios')
        addresses = [self.world.address_of(f'hci{i}') for i in range(2)]
        self.assertEqual(addresses, [RADIO, SECOND_RADIO])

    def serve(self, names):
        program = self.world.script(SERVER % names, '--adapter', 'hci0')
        program.expect('serves')
        return program

    def more(self, program, text):
        """Lines with it go on coming."""
        begin = len(program.lines)
        program.expect(text, begin=begin)
        program.expect(text, begin=len(program.lines))

    def test_client_of_both(self):
        client = self.world.script(CLIENT)
        client.expect('looks')      # these radios send when it begins, and a while after
        first, second = self.serve(FIRST), self.serve(SECOND)
        client.say('')
        client.expect('listens', 60)
        self.assertEqual(client.lines[1:3], ["first b'first'", "second b'second'"])
        first.expect("written b'FIRST'")
        second.expect("written b'SECOND'")
        self.more(client, 'first notified')
        self.more(client, 'second notified')
        first.child.send_signal(signal.SIGKILL)
        first.child.wait()
        self.more(client, 'second notified')
        client.say('')
        client.expect("connected True b'SECOND'")
        self.assertIsNone(second.find('Traceback'))
        self.until(lambda: len(self.world.stats()['Sessions']['data']) == 2, 'the end of the first')
        for program in client, second:
            program.kill()
        self.until(lambda: not self.world.stats()['Sessions']['data'], 'nothing')


if __name__ == '__main__':
    unittest.main(verbosity=2)
