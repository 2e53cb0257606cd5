#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl's power, name and monitor, with the real bluetoothd, kernel and system bus."""

import grp
import json
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../face'))
from face_world import PEER, RADIO, SOON, FaceWorld, Program, wait_for  # noqa: E402

CTL = os.environ['BLUEBROKERCTL']
ALICE, BOB, MALLORY = 61001, 61002, 61003
PHONE = 'C0:00:00:00:00:77'
SECOND = '00:AA:01:00:00:09'


def ctl(*words, user=0, code=0):
    """What it says on standard output, or of an error on standard error."""
    result = subprocess.run([CTL, *words], capture_output=True, text=True, check=False, **as_user(user))
    assert result.returncode == code, (words, result.returncode, result.stdout, result.stderr)
    return result.stderr if code else result.stdout


def as_user(uid):
    groups = [] if uid == MALLORY else [grp.getgrnam('bluetooth').gr_gid]
    return {'user': uid, 'group': uid, 'extra_groups': groups} if uid else {}


def sessions(program):
    """Uids of the sessions that a monitor has shown."""
    return {event['uid'] for event in map(json.loads, program.lines) if event['object'] == 'session'}


class System(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld('[Links]\nJustWorks=1\n')
        self.addCleanup(self.world.close)
        self.world.add_peripheral()

    def begin(self, *words, user=0):
        program = Program([CTL, *words], dict(os.environ), **as_user(user))
        self.addCleanup(program.close)
        return program

    def watch(self, **options):
        program = self.begin('monitor', '--json', **options)
        program.expect('"object":"bluetoothd","state":"running"')
        program.seen = 0
        return program

    def event(self, program, **wanted):
        """The next event with these members, after those that were found before."""
        def find():
            for at in range(program.seen, len(program.lines)):
                event = json.loads(program.lines[at])
                if all(event.get(key) == value for key, value in wanted.items()):
                    program.seen = at + 1
                    return event
            return None
        try:
            return wait_for(find, wanted, 2 * SOON)
        except AssertionError as error:
            raise AssertionError(f'{error}: ' + '\n'.join(program.lines)) from error

    def both(self, program, one, other):
        """The next events with these members and with those, in whatever order they come; returns the second."""
        begin = program.seen
        self.event(program, **one)
        end, program.seen = program.seen, begin
        event = self.event(program, **other)
        program.seen = max(end, program.seen)
        return event

    def end(self, program):
        program.child.send_signal(signal.SIGINT)
        program.result()

    def test_link(self):
        """Connect, pair, disconnect, forget; as everybody hears of it, and the session as its user."""
        watcher, other = self.watch(), self.watch(user=BOB)
        link = self.begin('connect', PEER, '--addr-type', 'random', '--stay', user=ALICE)
        for program in watcher, other:
            event = self.event(program, event='new', object='link', address=PEER)
            if not event['connected'] or event['holders'] != 1:
                self.event(program, object='link', address=PEER, connected=True, holders=1)
        link.expect('2a37')
        ctl('pair', PEER, user=ALICE)
        for program in watcher, other:
            bond = self.both(program, {'object': 'link', 'address': PEER, 'paired': True},
                             {'event': 'new', 'object': 'bond', 'address': PEER})
            self.assertEqual(bond['mine'], program is watcher)
        self.assertIn('paired', ctl('forget', PEER, user=BOB, code=1))
        self.end(link)
        self.event(watcher, event='gone', object='session')
        for program in watcher, other:
            self.event(program, object='link', address=PEER, connected=False)
        wait_for(lambda: PEER not in subprocess.run([CTL, 'links'], capture_output=True, text=True,
                                                    check=False).stdout, 'the end of the link')
        self.assertIn(PEER, ctl('devices', '--bonded', user=ALICE))
        ctl('forget', PEER, user=ALICE)
        for program in watcher, other:
            self.event(program, event='gone', object='bond', address=PEER)
            self.end(program)
        self.assertEqual(sessions(watcher), {ALICE, BOB})
        self.assertEqual(sessions(other), {BOB})    # which forget has made

    def test_client(self):
        watcher, other = self.watch(), self.watch(user=BOB)
        lamp = self.begin('advertise', '--name', 'Lamp', user=ALICE)
        lamp.expect('advertising')
        self.world.air.ask(f'central phone {PHONE} random')
        self.world.air.ask(f'connect phone {RADIO}')
        self.event(watcher, event='new', object='client', address=PHONE)
        self.world.air.ask('disconnect phone')
        self.event(watcher, event='gone', object='client', address=PHONE)
        self.end(lamp)
        self.end(watcher)
        self.end(other)
        self.assertNotIn('"object":"client"', '\n'.join(other.lines))

    def test_power(self):
        watcher = self.watch()
        self.assertEqual(ctl('power', 'off', user=ALICE), 'hci0 is off\n')
        self.event(watcher, object='radio', powered=False)
        self.assertIn('powered=0', self.world.air.ask(f'status {RADIO}'))
        self.assertEqual(ctl('power', 'on', user=ALICE), 'hci0 is on\n')
        self.event(watcher, object='radio', powered=True)
        # sessions that come and go do not switch it off
        self.world.air.ask('repeat * lamp C0:00:00:00:00:05 random 3 -60 020106 100 0')
        ctl('scan', '--count', '3', user=BOB)
        self.assertEqual(ctl('power', user=ALICE), 'hci0 is on\n')

        scan = self.begin('scan', user=BOB)
        scan.expect('C0:00:00:00:00:05')
        self.assertIn('of other users: 1', ctl('power', 'off', user=ALICE, code=1))
        self.assertIn('root', ctl('power', 'off', '--force', user=ALICE, code=1))
        ctl('power', 'off', user=MALLORY, code=1)
        self.assertIn('powered=1', self.world.air.ask(f'status {RADIO}'))
        ctl('power', 'off', '--force')
        self.event(watcher, object='radio', powered=False)
        ctl('power', 'on', user=BOB)
        begin = len(scan.lines)
        scan.expect('C0:00:00:00:00:05', begin=begin)
        self.end(scan)
        self.end(watcher)

    def test_blocked(self):
        watcher = self.watch()
        self.world.air.ask(f'rfkill {RADIO} block')
        self.event(watcher, object='radio', powered=False)
        self.assertIn('rfkill unblock bluetooth', ctl('power', 'on', code=4))
        self.world.air.ask(f'rfkill {RADIO} unblock')
        wait_for(lambda: subprocess.run([CTL, 'power', 'on'], capture_output=True, check=False).returncode == 0,
                 'the radio')
        self.event(watcher, object='radio', powered=True)
        self.end(watcher)

    def test_name(self):
        watcher = self.watch(user=BOB)
        before = ctl('name')
        self.assertEqual(ctl('name', 'Küche', user=ALICE), 'Küche\n')
        self.event(watcher, object='radio', name='Küche', event='changed')
        self.assertEqual(ctl('name', '', user=ALICE), before)
        self.event(watcher, object='radio', name=before.rstrip('\n'), event='changed')
        self.end(watcher)

    def test_radios_come_and_go(self):
        watcher = self.watch()
        self.world.air.ask(f'plug {SECOND}')
        self.event(watcher, event='new', object='radio', address=SECOND)
        self.world.air.ask(f'unplug {SECOND}')
        self.event(watcher, event='gone', object='radio', address=SECOND)
        self.end(watcher)

    def test_restarts(self):
        """Of bluetoothd and of the daemon: events, and not the end."""
        watcher = self.watch(user=BOB)
        subprocess.run(['bluetoothd-ctl', 'restart'], check=True)
        self.event(watcher, event='gone', object='radio')
        self.event(watcher, event='new', object='radio', address=RADIO)
        self.world.stop_daemon()
        self.event(watcher, event='gone', object='daemon')
        self.world.start_daemon(self.world.ending)
        self.event(watcher, event='new', object='daemon')
        self.event(watcher, event='now', object='radio', address=RADIO)
        ctl('name', 'After')
        self.event(watcher, event='changed', object='radio', name='After')
        ctl('name', '')
        self.end(watcher)


if __name__ == '__main__':
    unittest.main(verbosity=2)
