#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl monitor, against the real daemon on a simulated BlueZ.

usage: test-ctl-monitor.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import unittest

from broker_world import RADIO, SLOW, WorldTest, wait_for

HEART = 'C4:00:00:00:00:01'
PHONE = 'D4:00:00:00:00:01'
SECOND = '00:AA:01:00:00:09'
PEERS = f'''
peer heart {HEART} random 020106
service heart 10 180d primary
char heart 11 2a38 read 01
pairing heart display 123456
'''
LINE = re.compile(r'^\d\d:\d\d:\d\d\.\d{3} (now|new|changed|gone) +([a-z]+) +(\S.*)?$')


class Watcher:
    """A monitor, and what it says: objects with --json, else lines."""

    def __init__(self, world, *words, **options):
        self.process = subprocess.Popen(world.command('monitor', *words), env=world.environment, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        **options)
        self.lines = queue.Queue()
        self.thread = threading.Thread(target=self.read)
        self.thread.start()
        self.heard = []

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def wait(self, **wanted):
        """The next event with these members."""
        while True:
            event = json.loads(self.lines.get(timeout=20 * SLOW))
            self.heard.append(event)
            if all(event.get(key) == value for key, value in wanted.items()):
                return event

    def wait_all(self, *wanted):
        """The next events with these members, in whatever order they come."""
        found = [None] * len(wanted)
        while None in found:
            event = self.wait()
            for place, members in enumerate(wanted):
                if found[place] is None and members.items() <= event.items():
                    found[place] = event
        return found

    def end(self, number=signal.SIGINT):
        """The exit code, and what was said on standard error."""
        if number:
            self.process.send_signal(number)
        code = self.process.wait(20 * SLOW)
        self.thread.join()
        with self.process.stdout, self.process.stderr:
            return code, self.process.stderr.read()


class Monitor(WorldTest):
    def setUp(self):
        super().setUp()
        self.world.wait_powered()

    def begin(self, *words, **options):
        watcher = Watcher(self.world, *words, **options)
        self.addCleanup(watcher.process.kill)       # if the test fails
        return watcher

    def watch(self, *words, **options):
        """A monitor that has told all that was there: bluetoothd is the last of it, where there are no sessions."""
        watcher = self.begin('--json', *words, **options)
        watcher.wait(event='now', object='bluetoothd')
        return watcher

    def end(self, watcher, **options):
        self.assertEqual(watcher.end(**options), (0, ''))

    def test_now(self):
        watcher = self.watch()
        daemon, radio, bluetoothd = watcher.heard
        self.assertEqual(daemon['object'], 'daemon')
        self.assertRegex(daemon['version'], r'^\d+\.\d+')
        self.assertEqual({key: radio[key] for key in ('event', 'object', 'radio', 'address', 'powered', 'links')},
                         {'event': 'now', 'object': 'radio', 'radio': 'hci0', 'address': RADIO, 'powered': True,
                          'links': 0})
        self.assertEqual(bluetoothd['state'], 'running')
        self.end(watcher)

    def test_radio(self):
        watcher = self.watch()
        self.ctl('name', 'Kitchen')
        event = watcher.wait(event='changed', object='radio')
        self.assertEqual((event['name'], event['changed']), ('Kitchen', ['name']))
        self.ctl('power', 'off')
        self.assertIn('powered', watcher.wait(event='changed', object='radio', powered=False)['changed'])
        self.world.air(f'plug {SECOND}')
        watcher.wait(event='new', object='radio', radio='hci1', address=SECOND)
        self.world.air(f'unplug {SECOND}')
        watcher.wait(event='gone', object='radio', radio='hci1')
        self.end(watcher)

    def test_links_sessions_and_bonds(self):
        for line in PEERS.strip().splitlines():
            self.world.air(line)
        watcher = self.watch()
        connect = self.world.ctl_start('connect', HEART, '--stay',      # it scans for a moment only
                                       until=lambda: HEART in self.world.ctl('links').stdout)
        link = watcher.wait(event='new', object='link', address=HEART, radio='hci0')
        self.assertFalse(link['paired'])
        if not (link['connected'] and link['holders'] == 1):
            watcher.wait(event='changed', object='link', address=HEART, connected=True, holders=1)
        new = [event for event in watcher.heard if (event['event'], event['object']) == ('new', 'session')]
        session = new[0] if new else watcher.wait(event='new', object='session')
        self.assertEqual((session['radio'], session['uid']), ('hci0', os.getuid()))

        self.ctl('pair', HEART, '--passkey', '123456')
        _, bond = watcher.wait_all({'event': 'changed', 'object': 'link', 'address': HEART, 'paired': True},
                                   {'event': 'new', 'object': 'bond', 'address': HEART})
        self.assertEqual(bond['radio'], 'hci0')
        if not bond['mine']:
            watcher.wait(event='changed', object='bond', address=HEART, mine=True)
        connect.send_signal(signal.SIGINT)
        connect.communicate(timeout=20)
        watcher.wait_all({'event': 'changed', 'object': 'link', 'address': HEART, 'holders': 0},
                         {'event': 'gone', 'object': 'session', 'session': session['session']},
                         {'event': 'gone', 'object': 'link', 'address': HEART})
        self.ctl('forget', HEART)
        watcher.wait(event='gone', object='bond', address=HEART)
        self.end(watcher)

    def test_clients(self):
        watcher = self.watch()
        advertise = subprocess.Popen(self.world.command('advertise', '--name', 'Lamp'), env=self.world.environment,
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertIn(b'advertising', advertise.stdout.readline())
        self.world.air(f'central phone {PHONE} random')
        self.world.air(f'connect phone {RADIO}')
        client = watcher.wait(event='new', object='client', address=PHONE)
        self.assertEqual((client['radio'], client['sessions']), ('hci0', 0))
        self.world.air('disconnect phone')
        watcher.wait(event='gone', object='client', address=PHONE)
        advertise.send_signal(signal.SIGINT)
        advertise.communicate(timeout=20)
        self.end(watcher)

    def test_programs(self):
        """Those on the socket for BlueZ's programs."""
        watcher = self.watch()
        with socket.socket(socket.AF_UNIX) as guest:
            guest.connect(self.world.socket)
            event = watcher.wait(event='new', object='program', pid=str(os.getpid()))
            self.assertEqual(event['connections'], 1)
        watcher.wait(event='gone', object='program', pid=str(os.getpid()))
        self.end(watcher)

    def test_short_lives(self):
        """What has come and gone before the monitor gets to look is told: it is stopped meanwhile."""
        for line in PEERS.strip().splitlines():
            self.world.air(line)
        advertise = subprocess.Popen(self.world.command('advertise', '--name', 'Lamp'), env=self.world.environment,
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertIn(b'advertising', advertise.stdout.readline())
        watcher = self.watch()
        there = watcher.wait(event='now', object='session')     # the one that advertises
        watcher.process.send_signal(signal.SIGSTOP)
        self.ctl('pair', HEART, '--passkey', '123456')
        self.ctl('forget', HEART)
        self.world.air(f'central phone {PHONE} random')
        self.world.air(f'connect phone {RADIO}')
        wait_for('the client', lambda: PHONE in self.world.ctl('clients').stdout)
        self.world.air('disconnect phone')
        wait_for('no client', lambda: PHONE not in self.world.ctl('clients').stdout)
        with socket.socket(socket.AF_UNIX) as guest:
            guest.connect(self.world.socket)
            wait_for('the program', lambda: json.loads(self.ctl('stats', '--json').stdout)['BlueZPrograms'])
        wait_for('no program', lambda: not json.loads(self.ctl('stats', '--json').stdout)['BlueZPrograms'])
        advertise.send_signal(signal.SIGINT)
        advertise.communicate(timeout=20)
        self.ctl('name', 'Last')
        watcher.process.send_signal(signal.SIGCONT)
        # rows wait for the first answers, which a radio's signal does not: it may have been stopped before them
        watcher.wait_all({'event': 'changed', 'object': 'radio', 'name': 'Last'},
                         {'event': 'gone', 'object': 'session', 'session': there['session']})
        told = [(event['event'], event['object'], event.get('address') or event.get('pid') or event['session'])
                for event in watcher.heard if event['object'] in ('session', 'client', 'bond', 'program')]
        # pair's: the one that advertises was there before, and forget's is the user's, which stays
        sessions = [name for event, thing, name in told if (event, thing) == ('new', 'session') and name.isdigit()]
        self.assertEqual(len(sessions), 1, told)
        for thing, name in [('bond', HEART), ('client', PHONE), ('program', str(os.getpid())),
                            ('session', *sessions)]:
            self.assertEqual([event for event, *which in told if which == [thing, name] and event != 'changed'],
                             ['new', 'gone'], told)
        self.end(watcher)

    def test_changes_lost(self):
        """A monitor that does not read what it is sent is told how much it missed, and what there is then."""
        watcher = self.watch()
        with socket.socket(socket.AF_UNIX) as guest:
            guest.connect(self.world.socket)
        watcher.wait(event='gone', object='program')    # rows are told: it has its first answers
        watcher.process.send_signal(signal.SIGSTOP)
        for _ in range(1000):
            with socket.socket(socket.AF_UNIX) as guest:
                guest.connect(self.world.socket)
                guest.sendall(b'\0AUTH EXTERNAL\r\n')
                guest.recv(1)           # so that it was seen
        advertise = subprocess.Popen(self.world.command('advertise', '--name', 'Lamp'), env=self.world.environment,
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertIn(b'advertising', advertise.stdout.readline())
        watcher.process.send_signal(signal.SIGCONT)
        self.assertGreater(watcher.wait(event='lost', object='daemon')['changes'], 0)
        watcher.wait(event='new', object='session')
        advertise.send_signal(signal.SIGINT)
        advertise.communicate(timeout=20)
        watcher.wait(event='gone', object='session')
        programs = [event['event'] for event in watcher.heard if event['object'] == 'program']
        self.assertEqual((programs[0], programs[-1]), ('new', 'gone'))
        self.end(watcher)

    def test_program_row(self):
        """Discoveries and links of a program on the socket, as they come and go."""
        for line in PEERS.strip().splitlines():
            self.world.air(line)
        self.ctl('pair', HEART, '--passkey', '123456')      # so that the program sees it
        watcher = self.watch()
        for wanted, *call in (({'discoveries': 1}, '/org/bluez/hci0', 'org.bluez.Adapter1', 'StartDiscovery'),
                              ({'links': 1}, f'/org/bluez/hci0/dev_{HEART.replace(":", "_")}', 'org.bluez.Device1',
                               'Connect')):
            with self.subTest(call[-1]):
                program = subprocess.Popen(['busctl', f'--address=unix:path={self.world.socket}', '--timeout=60',
                                            'call', 'org.bluez', *call], env=self.world.environment)
                watcher.wait(object='program', pid=str(program.pid), **wanted)
                self.assertEqual(program.wait(20 * SLOW), 0)
                watcher.wait(event='gone', object='program', pid=str(program.pid))
        self.end(watcher)

    def test_bluetoothd_restarts(self):
        watcher = self.watch()
        self.world.air('down')
        watcher.wait_all({'event': 'gone', 'object': 'radio', 'radio': 'hci0'},
                         {'event': 'changed', 'object': 'bluetoothd', 'state': 'gone'})
        self.world.air('up')
        watcher.wait_all({'event': 'new', 'object': 'radio', 'radio': 'hci0'},
                         {'event': 'changed', 'object': 'bluetoothd', 'state': 'running'})
        self.end(watcher)

    def test_daemon_restarts(self):
        watcher = self.watch()
        for number in signal.SIGTERM, signal.SIGKILL:
            self.world.end('daemon', number)
            watcher.wait(event='gone', object='daemon')
            self.world.start_daemon()
            watcher.wait(event='new', object='daemon')
            watcher.wait(event='now', object='radio', radio='hci0')
            self.ctl('name', f'After {number}')
            watcher.wait(event='changed', object='radio', name=f'After {number}')
        self.end(watcher)

    def test_busy_daemon(self):
        """One that refuses to answer for a while is asked again: of these, all ask at the same time."""
        settings = '[Limits]\nQueuedCallsPerUser=1\n'
        self.world.end('daemon')
        self.world.start_daemon(settings)
        watchers = [self.begin('--json') for _ in range(4)]
        for watcher in watchers:
            watcher.wait(event='now', object='bluetoothd')
        for _ in range(2):
            self.world.end('daemon')
            self.world.start_daemon(settings)
            for watcher in watchers:
                watcher.wait(event='new', object='daemon')
                watcher.wait(event='now', object='radio', radio='hci0')
                watcher.wait(event='now', object='bluetoothd')
        for watcher in watchers:
            self.end(watcher)

    def test_nothing_is_lost(self):
        """What changes while it begins is in what was there, or told after it."""
        for number in range(10):
            watcher = self.begin('--json')
            for step in range(5):
                self.world.air(f'plug 00:AA:01:00:01:{step:02X}')
            self.world.air('unplug 00:AA:01:00:01:02')
            there = set()
            while there != {RADIO, *(f'00:AA:01:00:01:{step:02X}' for step in (0, 1, 3, 4))}:
                event = watcher.wait(object='radio')
                there.symmetric_difference_update({event['address']} if event['event'] != 'changed' else ())
            for step in 0, 1, 3, 4:
                self.world.air(f'unplug 00:AA:01:00:01:{step:02X}')
            while there != {RADIO}:
                there.discard(watcher.wait(event='gone', object='radio')['address'])
            self.end(watcher)
            told = [(event['event'], event['address']) for event in watcher.heard if event['object'] == 'radio']
            self.assertEqual(len([event for event in told if event[0] in ('now', 'new')]),
                             len({address for event, address in told if event in ('now', 'new')}), (number, told))

    def test_others_see_no_sessions(self):
        """Sessions are their users' business. Links and radios are not."""
        if os.getuid() != 0:
            self.fail('needs root, for a second user')
        os.chmod(self.world.directory, 0o755)
        watcher = self.watch(user=65534, group=65534, extra_groups=[])
        self.world.ctl_start('scan', '--timeout', '1').communicate(timeout=20 * SLOW)
        watcher.wait(event='changed', object='radio', scanning=True)
        watcher.wait(event='changed', object='radio', scanning=False)
        self.ctl('name', 'Last')
        watcher.wait(event='changed', object='radio', name='Last')
        self.end(watcher)
        self.assertEqual([event for event in watcher.heard if event['object'] == 'session'], [])

    def test_one_radio(self):
        self.world.air(f'plug {SECOND}')
        wait_for('the radio', lambda: SECOND in self.world.ctl('status').stdout)
        watcher = self.watch('--adapter', 'hci1')
        self.ctl('name', 'First')
        self.ctl('name', 'Second', '--adapter', 'hci1')
        self.assertEqual(watcher.wait(event='changed', object='radio')['radio'], 'hci1')
        self.end(watcher)
        self.assertEqual({event.get('radio', 'hci1') for event in watcher.heard}, {'hci1'})
        self.assertIn('hci7', self.ctl('monitor', '--adapter', 'hci7', code=4).stderr)

    def test_ends(self):
        """--count counts changes only; --timeout; a reader that goes; a bus that goes."""
        watcher = self.watch('--count', '1')
        self.ctl('name', 'Once')
        self.assertEqual(watcher.wait(event='changed')['name'], 'Once')
        self.end(watcher, number=None)
        self.assertIn('bluetoothd', self.ctl('monitor', '--timeout', str(3 * SLOW)).stdout)
        end, other = os.pipe()
        blind = subprocess.Popen(self.world.command('monitor'), env=self.world.environment, stdout=other,
                                 stderr=subprocess.PIPE)
        os.close(other)
        os.read(end, 1)
        os.close(end)
        self.assertEqual((blind.wait(20 * SLOW), blind.stderr.read()), (0, b''))
        blind.stderr.close()
        watcher = self.watch()
        self.world.end('bus', signal.SIGKILL)
        code, said = watcher.end(number=None)
        self.assertEqual(code, 3)
        self.assertIn('the message bus went away', said)
        self.world.processes.pop('daemon').wait(20 * SLOW)      # it cannot stay either
        self.ctl('monitor', code=3)

    def test_lines(self):
        """For people; what is hostile in a name cannot reach the terminal."""
        watcher = self.begin('--count', '2')
        found = []
        while not any(name == 'bluetoothd' for _, name, _ in found):
            found.append(LINE.match(watcher.lines.get(timeout=20 * SLOW)).groups())
        self.assertEqual(found[1][:2], ('now', 'radio'))
        self.assertTrue(found[1][2].startswith(f'hci0 {RADIO}, "BlueZ 5.66", on, advertisements from '), found)
        self.ctl('name', 'a\x1b[2J\nb')
        self.assertEqual(LINE.match(watcher.lines.get(timeout=20 * SLOW)).groups(),
                         ('changed', 'radio', 'hci0 "a\ufffd[2J\ufffdb"'))
        self.ctl('power', 'off')
        self.assertEqual(LINE.match(watcher.lines.get(timeout=20 * SLOW)).groups(),
                         ('changed', 'radio', 'hci0 off, advertisements from none'))
        self.end(watcher, number=None)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
