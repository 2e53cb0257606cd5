#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many Bluetooth objects, made and dropped: nothing of them stays, here or at the daemon."""

import errno
import gc
import json
import os
import unittest

from bluebroker import Bluetooth
from pyworld import HEART, WorldTest

OBJECTS, WARM_UP = 200, 50
GROWTH_MAX = 1024    # KiB; one that stays has more than 7, without what it holds


def plain():
    Bluetooth()


def scanning():
    Bluetooth().start_scan(-1)


def listening():
    """With a link, and a handler of notifications."""
    char = Bluetooth().connect(HEART).services()[1].characteristics()[0]
    char.callback(Bluetooth.CHAR_NOTIFY_EVENT, lambda *_: None)


def serving():
    """With a service, an advertisement, and handlers."""
    bt = Bluetooth()
    bt.callback(Bluetooth.CLIENT_CONNECTED | Bluetooth.NEW_ADV_EVENT, lambda _: bt.events())
    char = bt.service(0x180f).characteristic(0x2a19, value=5)
    char.callback(Bluetooth.CHAR_READ_EVENT, lambda *_: bt and None)
    bt.set_advertisement(name='LoPy')
    bt.advertise()


class Many(WorldTest):
    def measured(self):
        """(descriptors, KiB) here and at the daemon."""
        found = []
        for pid in 'self', self.world.daemon.pid:
            with open(f'/proc/{pid}/status', encoding='ascii') as file:
                memory = next(int(line.split()[1]) for line in file if line.startswith('VmRSS'))
            found.append((len(os.listdir(f'/proc/{pid}/fd')), memory))
        return found

    def make_and_drop(self, make):
        """The first ones make caches and pools full."""
        self.world.add_peripheral()
        before = None
        for i in range(OBJECTS + WARM_UP):
            if i == WARM_UP:
                gc.collect()
                self.world.expect_nothing_left()
                before = self.measured()
            make()
        gc.collect()
        self.world.expect_nothing_left()
        self.until(lambda: all(now[0] <= then[0] for now, then in zip(self.measured(), before)),
                   f'as many descriptors as before: {before}, and now {self.measured()}')
        after = self.measured()
        # a sanitizer keeps what was freed, to see who uses it; an emulator grows with the code that it meets
        if os.environ.get('BLUEBROKERD_SANITIZED') or os.environ.get('BLUEBROKERD_EMULATED'):
            del after[1]
        for now, then in zip(after, before):
            self.assertLess(now[1], then[1] + GROWTH_MAX, f'before: {before}, now: {after}')

    def test_plain(self):
        self.make_and_drop(plain)

    def test_scanning(self):
        self.make_and_drop(scanning)

    def test_listening(self):
        self.make_and_drop(listening)

    def test_serving(self):
        self.make_and_drop(serving)

    def test_without_collector(self):
        """More than a user may have (SessionsPerUser), of those that refer to themselves: who is of no use any more
        makes room."""
        gc.disable()
        self.addCleanup(gc.enable)
        most = self.limit('SessionsPerUser')
        for _ in range(most + 10):
            serving()
        kept = [Bluetooth() for _ in range(most)]
        with self.assertRaises(OSError) as caught:
            Bluetooth()
        self.assertEqual(caught.exception.errno, errno.EDQUOT)
        for bt in kept:
            bt.close()

    def limit(self, name):
        answer = self.world.busctl('get-property', 'com.example.Bluetooth', '/com/example/Bluetooth',
                                   'com.example.Bluetooth.Manager1', 'Limits')
        return json.loads(answer.stdout)['data'][name]


if __name__ == '__main__':
    unittest.main(verbosity=2)
