#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The broker is away while reports come: what is lost is counted, and memory stays as it is."""

import json
import time
import unittest

from fault_world import HEALTH, RATE, REPORTS, FaultTest
from mqtt_world import OWN_MEMORY, wait_for


class Outage(FaultTest):
    """The broker is away while the radio hears 300 reports/s."""
    QUEUE = 1048576
    SECONDS = 5

    @property
    def SETTINGS(self):     # pylint: disable=invalid-name
        return f'[Publish]\nQueueBytes={self.QUEUE}\n'

    def reports(self, client):
        """By number: one of them may come twice, for the broker may be killed before it has confirmed it."""
        reports = [json.loads(message.payload) for message in client.at(REPORTS)]
        return {report['sequence']: report for report in reports}

    def outage(self, away, back):
        """The reports, and the last health, of a storm in whose middle the broker is away."""
        client = self.subscribe('bluebroker/#')
        self.wait_scan()
        self.storm(self.SECONDS + 4)
        client.wait(REPORTS, RATE)
        before = self.memory()
        away()
        time.sleep(self.SECONDS)
        during = self.memory()
        back(client)
        # until the storm is over and all of it is there
        health = wait_for(lambda: self.settled(client), 'all to be published', 60)
        if OWN_MEMORY:
            self.assertLess(during - before, self.QUEUE // 1024 + 512)
            self.assertLess(self.memory() - before, self.QUEUE // 1024 + 512)
        reports = self.reports(client)
        self.assertEqual(min(reports), 1)
        self.assertEqual(health['lost']['daemon'], 0)
        self.assertEqual(max(reports) - len(reports), health['lost']['queue'])
        self.assertEqual(reports[max(reports)]['lost'], health['lost']['queue'])
        self.assertEqual(health['reports'], {'heard': max(reports), 'published': len(reports)})
        for i, number in enumerate(sorted(reports)):        # each says how many of those before are missing
            self.assertEqual(reports[number]['lost'], number - 1 - i)
        return reports, health

    @staticmethod
    def settled(client):
        """The newest health, if nothing has come for a second."""
        health = [json.loads(message.payload) for message in client.at(HEALTH)[-2:]]
        if len(health) == 2 and health[0]['reports'] == health[1]['reports'] and not health[1]['queue']['reports'] and \
                len(client.at(REPORTS)) >= health[1]['reports']['published']:
            return health[1]
        return None

    def test_killed(self):
        _, health = self.outage(self.broker.kill, self.gateway.come_back_after)
        self.assertEqual(health['lost']['queue'], 0)
        self.assertEqual(health['broker']['connects'], 2)

    def test_paused(self):
        _, health = self.outage(self.broker.pause, lambda _: self.broker.resume())
        self.assertEqual(health['lost']['queue'], 0)
        self.assertEqual(health['broker']['connects'], 1)


class LongOutage(Outage):
    """More than the queue holds: the oldest go, and each is counted."""
    QUEUE = 32768

    def test_killed(self):
        reports, health = self.outage(self.broker.kill, self.gateway.come_back_after)
        self.assertGreater(health['lost']['queue'], RATE)
        # the newest are there, and those that came before the outage
        self.assertTrue({1, 2, 3, max(reports) - 1} <= reports.keys())

    test_paused = None      # what sockets hold is more than that


class Binary(Outage):
    FORMATS = 'binary, json'


class Minute(LongOutage):
    """A long one."""
    SECONDS = 60


if __name__ == '__main__':
    unittest.main()
