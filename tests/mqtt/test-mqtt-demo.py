#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/demo --fleet: three gateways on one broker, and nothing left of them."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from mqtt_world import SOON, wait_for

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ['BLUEBROKERD']).parents[1]
GATEWAYS = {'kitchen', 'hall', 'yard'}


def processes(directory):
    """All that were started from there."""
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            if directory in path.read_text('utf-8', 'replace'):
                found.append(path.parent.name)
        except OSError:
            pass    # it has ended meanwhile
    return found


class Demo(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix='mqtt-demo-')
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.environment = os.environ | {'BUILD': str(BUILD), 'TMPDIR': self.directory}

    def start(self):
        demo = subprocess.Popen([TOP / 'scripts/demo', '--fleet'], text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=self.environment)
        self.addCleanup(demo.communicate)
        self.addCleanup(demo.kill)
        return demo

    def nothing_is_left(self):
        self.assertEqual(os.listdir(self.directory), [])
        self.assertEqual(processes(self.directory), [])

    def test_fleet(self):
        demo = self.start()
        output, errors = demo.communicate(timeout=12 * SOON)
        # mosquitto_sub says so at its end
        self.assertEqual((demo.returncode, errors), (0, 'Timed out\n'))
        online, reports = set(), set()
        for line in output.splitlines():
            topic, _, payload = line.partition(' ')
            prefix, _, rest = topic.partition('/')
            if prefix != 'bluebroker':
                self.assertTrue(line.startswith('demo: '), line)
                continue
            gateway, _, what = rest.partition('/')
            if what == 'status':
                online.add((gateway, payload))
            elif what.startswith('report/'):
                report = json.loads(payload)
                self.assertEqual((report['gateway'], report['address']), (gateway, what.removeprefix('report/')))
                reports.add(gateway)
        self.assertEqual(online, {(name, 'online') for name in GATEWAYS})
        self.assertEqual(reports, GATEWAYS)
        self.nothing_is_left()

    def test_ended(self):
        """In the middle of it."""
        demo = self.start()
        wait_for(lambda: demo.stdout.readline().startswith('bluebroker/'), 'a line', 12 * SOON)
        demo.send_signal(signal.SIGTERM)
        output, _ = demo.communicate(timeout=12 * SOON)
        self.assertEqual(demo.returncode, 128 + signal.SIGTERM, output)
        self.nothing_is_left()


if __name__ == '__main__':
    unittest.main()
