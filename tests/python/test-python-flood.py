#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many notifications and many reports: they come in order, and nothing is lost but what is counted as lost."""

import os
import time
import unittest

from bluebroker import Bluetooth
from pyworld import HEART, RADIO, WorldTest

NOTIFICATIONS = 10000
DEEP = 4096     # MaxFifoDepth
# An emulator need not keep up: it has no more than the FIFO holds
RATE, SECONDS, ADVERTISERS = 400 if os.environ.get('BLUEBROKERD_EMULATED') else 1000, 10, 200
HEARD = RATE * SECONDS - 1      # BlueZ holds the last one back


def number(adv):
    """Of a storm's report: how many were on air before it."""
    return int.from_bytes(adv.data[-4:], 'little')


class Notifications(WorldTest):
    def setUp(self):
        super().setUp()
        self.world.add_peripheral()
        self.bt = Bluetooth()
        self.addCleanup(self.bt.close)
        service = self.bt.connect(HEART).services()[1]
        self.measurement = service.characteristics()[0]

    def test_in_order(self):
        """At 1,000 a second, beside a handler that blocks for a second, and calls back now and then."""
        seen = []

        def handler(char, more):
            seen.append(int.from_bytes(more[1], 'little'))
            if len(seen) == 100:
                time.sleep(1)
            if len(seen) % 1000 == 0:
                char.value()
        self.measurement.callback(Bluetooth.CHAR_NOTIFY_EVENT, handler)
        self.air.ask(f'notify heart 000B 00000000 {NOTIFICATIONS} 1')
        self.until(lambda: len(seen) >= NOTIFICATIONS, 'all of them', 300)
        self.assertEqual(seen, list(range(NOTIFICATIONS)))


class Reports(WorldTest):
    def begin(self, **how):
        bt = Bluetooth(**how)
        self.addCleanup(bt.close)
        bt.start_scan(-1)
        self.until(lambda: 'scanning=1' in self.air.ask(f'status {RADIO}'), 'the scan')
        return bt

    def storm(self):
        self.air.ask(f'storm {RADIO} {ADVERTISERS} {RATE} {SECONDS}')

    def counts(self, bt):
        row = next(row for row in self.world.stats()['Sessions']['data'] if row['Path']['data'] == bt._path)
        return {key: row[key]['data'] for key in ('Reports', 'Delivered', 'Dropped', 'Fifo')}

    def take(self, bt, pause=0.0):
        """get_adv() in a loop, until all has been heard and taken."""
        self.storm()
        found, is_over = [], False
        while True:
            adv = bt.get_adv()
            if adv:
                found.append(number(adv))
            elif is_over:
                return found
            else:
                is_over = self.counts(bt)['Reports'] == HEARD
            if pause:
                time.sleep(pause)

    def check(self, bt, found, is_all):
        """In order, each once; what is lost is counted."""
        self.assertEqual(found, sorted(set(found)))
        counts = self.counts(bt)
        self.assertEqual(counts['Reports'], HEARD)
        self.assertEqual(len(found) + counts['Dropped'], counts['Reports'])
        if is_all:
            self.assertEqual(counts['Dropped'], 0)

    def test_get_adv(self):
        bt = self.begin(fifo=DEEP)
        self.check(bt, self.take(bt), True)

    def test_get_adv_documented_depth(self):
        """The page's FIFO has 16, which are 16 ms here."""
        bt = self.begin()
        self.check(bt, self.take(bt), False)

    def test_get_adv_page(self):
        """As the page's example has it, with a pause after each: most are lost."""
        bt = self.begin()
        found = self.take(bt, 0.05)
        self.check(bt, found, False)
        self.assertGreater(self.counts(bt)['Dropped'], 0)

    def hear(self, bt, handler, found):
        """By NEW_ADV_EVENT."""
        bt.callback(Bluetooth.NEW_ADV_EVENT, handler)
        self.storm()

        def is_over():
            counts = self.counts(bt)
            return len(found) + counts['Dropped'] == counts['Reports'] == HEARD
        self.until(is_over, 'all of them', 300)

    def test_event_each(self):
        """A handler that takes one a call."""
        bt = self.begin(fifo=DEEP)
        found = []

        def handler(bt):
            adv = bt.get_adv()
            if adv:
                found.append(number(adv))
        self.hear(bt, handler, found)
        self.check(bt, found, True)

    def test_event_all(self):
        """One that takes what there is."""
        bt = self.begin(fifo=DEEP)
        found = []
        self.hear(bt, lambda bt: found.extend(number(adv) for adv in bt.get_advertisements()), found)
        self.check(bt, found, True)


if __name__ == '__main__':
    unittest.main(verbosity=2)
