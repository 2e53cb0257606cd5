#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two scripts with a server each on one radio, a phone that uses both, and a third script that is a client through
another radio. One of the servers is killed, and the others notice nothing."""

import signal
import unittest

from pyworld import HEART, RADIO, WorldTest
from two_servers import FIRST, SECOND, SERVER

PHONE = 'C0:00:00:00:00:77'

CLIENT = f'''
import sys
from network import Bluetooth
bt = Bluetooth(adapter="hci1")
connection = bt.connect("{HEART}")
known = {{char.uuid(): char for service in connection.services() for char in service.characteristics()}}
known[0x2a37].callback(Bluetooth.CHAR_NOTIFY_EVENT, lambda _, more: print("notified", more[1].hex()))
print("listens")
for line in sys.stdin:
    known[0x2a39].write(line.strip())
    print("has", known[0x2a39].read(), connection.isconnected())
'''


class TwoServers(WorldTest):
    radios = 2

    def server(self, names):
        program = self.world.script(SERVER % names)
        program.expect('serves')
        return program

    def counts_on(self, handle):
        """Five more notifications, none left out, and none lost on the way."""
        numbers = []

        def enough():
            for event in self.air.ask('events phone').split():
                at, value = event.split(':')
                if at.lower() == handle.lower():
                    numbers.append(int(value, 16))
            return len(numbers) >= 5
        self.until(enough, 'notifications')
        self.assertEqual(numbers, [(numbers[0] + i) % 256 for i in range(len(numbers))])

    def handles(self, service):
        """Of the value that counts and of the one to write, as the phone sees them; None: there is no such
        service."""
        found, uuid = [word.split(':') for word in self.air.ask('discover phone').split()], f'{service["uuid"]:08x}'
        at = next((i for i, word in enumerate(found) if word[0] == 's' and word[3].startswith(uuid)), None)
        return at is not None and [word[3] for word in found[at:] if word[0] == 'c'][:2]

    def test(self):
        self.world.add_peripheral()
        first, second = self.server(FIRST), self.server(SECOND)
        client = self.world.script(CLIENT)
        client.expect('listens')
        self.air.ask(f'central phone {PHONE} random')
        self.air.ask(f'connect phone {RADIO}')
        count_of_first, told_of_first = self.until(lambda: self.handles(FIRST), "the first one's service")
        count, told = self.until(lambda: self.handles(SECOND), "the second one's service")
        for handle in count_of_first, count:
            self.air.ask(f'subscribe phone {handle} notify')
            self.counts_on(handle)
        self.air.ask(f'write phone {told_of_first} 6162')
        first.expect("written b'ab'")
        self.air.ask(f'write phone {told} 6364')
        second.expect("written b'cd'")
        client.say('one')
        client.expect("has b'one' True")

        before = len(second.lines)
        first.child.send_signal(signal.SIGKILL)
        first.child.wait(20)
        self.counts_on(count)
        self.until(lambda: not self.handles(FIRST), "the end of the first one's service")
        self.assertEqual(self.handles(SECOND), [count, told])
        self.counts_on(count)
        self.air.ask(f'write phone {told} 6566')
        second.expect("written b'ef'", begin=before)
        self.assertIn('up=1', self.air.ask('state phone'))
        self.assertIsNone(second.find('events', before))
        self.air.ask('notify heart 000B 0748')
        client.expect('notified 0748')
        client.say('two')
        client.expect("has b'two' True")

        third = self.server(FIRST)      # what was the first one's is free
        self.until(lambda: self.handles(FIRST), 'the new service')
        self.counts_on(count)
        self.air.ask('disconnect phone')
        second.expect('events 4')
        for program in third, second, client:
            program.child.send_signal(signal.SIGTERM)
            self.assertEqual(program.child.wait(20), 128 + signal.SIGTERM, program.lines)
        self.world.expect_nothing_left()


if __name__ == '__main__':
    unittest.main(verbosity=2)
