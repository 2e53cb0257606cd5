#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl scan on a terminal: the live table, and that the terminal is left as it was.

usage: test-ctl-terminal.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import codecs
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

from broker_world import RADIO, World, state, summary, wait_for

DAEMON, SIMBLUEZ, CTL = sys.argv[1:4]

ENTER = '\x1b[?1049h'           # the other screen
LEAVE = '\x1b[?1049l'
HIDE, SHOW = '\x1b[?25l', '\x1b[?25h'
WRAP = '\x1b[?7h'
HOME = '\x1b[H'
SEQUENCE = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')
NAME_OF_EVIL = '0909611b5b324a0a2262'       # a ESC [2J newline " b


class Terminal:
    """A pseudo-terminal with bluebrokerctl as the leader of its foreground job, as a shell would start it."""

    def __init__(self, world, *words, columns=100, rows=20, environment=None):
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.text = ''
        self.decoder = codecs.getincrementaldecoder('utf-8')()      # a read may end within a character

        def take_terminal():
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(world.command(*words), stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        env=dict(world.environment, **(environment or {})), preexec_fn=take_terminal)

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def read(self):
        """Takes what is there; returns all text so far."""
        while select.select([self.master], [], [], 0)[0]:
            self.text += self.decoder.decode(os.read(self.master, 65536))
        return self.text

    def wait_text(self, text):
        wait_for(repr(text), lambda: text in self.read())

    def wait_frames(self, count):
        """Waits for that many more whole frames; returns the last as lines without control sequences."""
        goal = self.read().count(HOME) + count + 1
        wait_for('frames', lambda: self.read().count(HOME) >= goal)
        return SEQUENCE.sub('', self.text.split(HOME)[-2]).split('\r\n')

    def type(self, keys):
        os.write(self.master, keys)

    def end(self):
        """The exit code, when the program has ended by itself."""
        wait_for('the end', lambda: self.read() is not None and self.process.poll() is not None)
        self.read()
        return self.process.returncode

    def modes(self):
        return termios.tcgetattr(self.slave)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


class Table(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(DAEMON, SIMBLUEZ, CTL)
        cls.addClassCleanup(cls.world.close)
        cls.world.start_bluez()
        cls.world.start_daemon()

    def setUp(self):
        self.addCleanup(self.world.air, f'quiet {RADIO}')
        for number in range(30):
            data = NAME_OF_EVIL if number == 0 else f'05fffeff{number:02x}00'
            self.world.air(f'repeat {RADIO} dev{number} C0:00:00:00:00:{number:02X} random 3 {-40 - number} {data} 100 0')

    def terminal(self, *words, **options):
        terminal = Terminal(self.world, *words, **options)
        self.addCleanup(terminal.close)
        return terminal

    def assert_restored(self, terminal):
        self.assertEqual(terminal.modes(), terminal.before)
        text = terminal.text
        self.assertEqual(text.count(ENTER), text.count(LEAVE))
        for leave in LEAVE, SHOW, WRAP:
            self.assertGreater(text.rfind(leave), text.rfind(HOME), f'{leave!r} after the last frame')
        wait_for('the radio to stop', lambda: not self.world.scanning(), 5)

    def test_ways_to_end(self):
        """Ctrl-C, q, SIGTERM and the timeout: the terminal as before, the list and a summary on it, exit 0."""
        ways = {
            'Ctrl-C': lambda terminal: terminal.type(b'\x03'),
            'q': lambda terminal: terminal.type(b'q'),
            'SIGTERM': lambda terminal: terminal.process.send_signal(signal.SIGTERM),
            'timeout': lambda terminal: None,
        }
        for name, way in ways.items():
            with self.subTest(name):
                terminal = self.terminal('scan', *(('--timeout', '2') if name == 'timeout' else ()))
                terminal.wait_text(' 30 devices ')
                self.assertIn(ENTER, terminal.text)
                self.assertIn(HIDE, terminal.text)
                self.assertFalse(terminal.modes()[3] & termios.ECHO, 'keys are not echoed into the table')
                way(terminal)
                self.assertEqual(terminal.end(), 0)
                self.assert_restored(terminal)
                after = terminal.text[terminal.text.rfind(LEAVE):].replace('\r\n', '\n')
                self.assertEqual(len(re.findall(r'^C0:00:00:00:00:\w\w', after, re.MULTILINE)), 30)
                self.assertEqual(summary(after)[1:], (30, 0))

    def test_limits(self):
        """The limits of status are a table of as many columns as have room."""
        limits = json.loads(self.world.ctl('status', '--json').stdout)['Limits']
        for columns, across in (40, 1), (80, 2), (200, 6):
            with self.subTest(columns=columns):
                terminal = self.terminal('status', columns=columns)
                self.assertEqual(terminal.end(), 0)
                lines = SEQUENCE.sub('', terminal.text).split('\r\n')
                rows = [line.split() for line in lines[lines.index('limits:') + 1:] if line]
                self.assertEqual([len(row) for row in rows[:-1]], [2 * across] * (len(rows) - 1))
                words = [word for row in rows for word in row]
                self.assertEqual(dict(zip(words[::2], map(int, words[1::2]))), limits)
                self.assertLessEqual(max(len(line) for line in lines), max(columns, 80))

    def test_frames_fit(self):
        terminal = self.terminal('scan', columns=90, rows=12)
        terminal.wait_text(' 30 devices ')
        for columns, rows in (90, 12), (40, 8), (150, 50), (10, 2), (80, 24):
            terminal.resize(columns, rows)
            frame = terminal.wait_frames(2)
            self.assertLessEqual(len(frame), rows)
            self.assertLessEqual(max(map(len, frame)), columns)
            if rows < 33:
                self.assertEqual(len(frame), rows)
            else:
                self.assertEqual(sum(line.startswith('C0:00:00:00:00:') for line in frame), 30)

    def test_scroll(self):
        """More devices than lines: it is said which are there, and keys show the others."""
        terminal = self.terminal('scan', columns=90, rows=13)
        terminal.wait_text(' 30 devices ')
        for keys, first in [(b'', 1), (b'j', 2), (b'\x1b[B', 3), (b'\x1b[6~', 13), (b' ', 21), (b'\x1b[F', 21), (b'k', 20),
                            (b'\x1b[A', 19), (b'\x1b[5~', 9), (b'b', 1), (b'G', 21), (b'\x1b[H', 1), (b'x', 1)]:
            terminal.type(keys)
            frame = terminal.wait_frames(2)
            self.assertEqual(len(frame), 13)
            self.assertIn(f' {first}-{first + 9} of 30 devices, the strongest first', frame[-1], keys)
            self.assertEqual([line[:17] for line in frame[2:12]],
                             [f'C0:00:00:00:00:{number:02X}' for number in range(first - 1, first + 9)])
        terminal.type(b'jj\x1b[B\x1b[6~\x1b[1;5Ck')
        terminal.wait_text(' 14-23 of 30 ')
        terminal.wait_frames(4)             # each key draws one
        self.assertIn(' 13-22 of 30 ', terminal.wait_frames(1)[-1], 'several at once')
        terminal.resize(90, 40)
        frame = terminal.wait_frames(2)
        self.assertEqual(sum(line.startswith('C0:') for line in frame), 30)
        self.assertEqual(frame[-1], 'q ends')
        self.assertEqual(len(frame), 40, 'the note is on the last line')
        terminal.type(b'jq')
        self.assertEqual(terminal.end(), 0)

    def test_stats(self):
        terminal = self.terminal('scan', '--stats', columns=100)
        terminal.wait_text(' 30 devices ')
        frame = terminal.wait_frames(5)
        self.assertRegex(frame[1], r'^ADDRESS +TYPE +RSSI +COUNT MEDIAN MS +MEAN MS +MAX MS MISSED NAME')
        row, = (line for line in frame if line.startswith('C0:00:00:00:00:01'))
        self.assertRegex(row, r'^C0:00:00:00:00:01 random +-41 +\d+ +\d+\.\d +\d+\.\d +\d+\.\d +- *$')
        terminal.type(b'q')
        self.assertEqual(terminal.end(), 0)
        self.assert_restored(terminal)
        self.assertEqual(terminal.text[terminal.text.rfind(LEAVE):].count('C0:00:00:00:00:'), 30)

    def test_rssi(self):
        """A plot that fits, through resizes; q ends it, and its last state stays."""
        devices = [f'C0:00:00:00:00:{number:02X}' for number in range(1, 4)]
        terminal = self.terminal('rssi', *devices, '--window', '5', columns=80, rows=24)
        terminal.wait_text('-43')
        for columns, rows in (80, 24), (40, 12), (150, 50), (10, 2), (80, 24):
            terminal.resize(columns, rows)
            frame = terminal.wait_frames(2)
            self.assertEqual(len(frame), rows)
            self.assertLessEqual(max(map(len, frame)), columns)
        frame = terminal.wait_frames(2)
        text = '\n'.join(frame)
        for number, device in enumerate(devices):
            row, = (line for line in frame if device in line)
            self.assertRegex(row, rf'^━ {device} +{-41 - number} +{-41 - number} +{-41 - number}.0 +{-41 - number} +now *$')
        self.assertRegex(text, r'(?m)^ -50 ┤')
        self.assertRegex(text, r'[\u2801-\u28ff]{5}', 'a line of braille')
        self.assertRegex(text, r'(?m)^ +-5s .* now$')
        self.assertEqual(frame[-1].rstrip(), 'q ends')
        terminal.type(b'q')
        self.assertEqual(terminal.end(), 0)
        self.assert_restored(terminal)
        after = SEQUENCE.sub('', terminal.text[terminal.text.rfind(LEAVE):])
        for device in devices:
            self.assertIn(device, after)
        self.assertRegex(after, r'[\u2801-\u28ff]{5}')
        self.assertRegex(after, r'bluebrokerctl: \d+ reports in')

    def test_rssi_plain(self):
        """Without colours, or UTF-8: marks, which tell the devices apart."""
        for words, environment in (('--no-color',), {}), ((), {'LC_ALL': 'C'}):
            with self.subTest(words=words, environment=environment):
                terminal = self.terminal('rssi', 'C0:00:00:00:00:01', 'C0:00:00:00:00:1A', '--window', '5', *words,
                                         environment=environment)
                terminal.wait_text('-66')
                frame = terminal.wait_frames(5)
                self.assertTrue('\n'.join(frame).isascii())
                self.assertRegex('\n'.join(frame), r'\*{5}(.|\n)*o{5}')
                self.assertTrue(any(line.startswith('o C0:00:00:00:00:1A') for line in frame))
                if words:
                    self.assertNotRegex(terminal.text, r'\x1b\[[0-9;]+m')
                terminal.type(b'\x03')
                self.assertEqual(terminal.end(), 0)
                self.assert_restored(terminal)
        terminal = self.terminal('rssi', 'C0:00:00:00:00:01', '--count', '5', environment={'TERM': 'dumb'})
        self.assertEqual(terminal.end(), 0)
        self.assertNotIn('\x1b', terminal.text)
        self.assertEqual(terminal.text.count(' C0:00:00:00:00:01  -41 dBm\r\n'), 5)

    def test_steady(self):
        """The same places for the same devices, the strongest first; about five frames a second; no blank between."""
        terminal = self.terminal('scan', rows=40)
        terminal.wait_text('C0:00:00:00:00:1D')
        began = time.monotonic()
        addresses = [[line[:17] for line in terminal.wait_frames(1) if line.startswith('C0:')] for _ in range(10)]
        self.assertGreater(time.monotonic() - began, 1)
        for order in addresses:
            self.assertEqual(order, [f'C0:00:00:00:00:{number:02X}' for number in range(30)])
        frames = terminal.text[terminal.text.index(HOME):]
        self.assertNotIn('\x1b[2J', frames, 'the screen is not wiped between frames')

    def test_capture(self):
        """A capture changes nothing about the table; what is to be said, is said after it. None goes to a terminal."""
        path = f'{self.world.directory}/pcap'
        terminal = self.terminal('scan', '--pcap', path)
        terminal.wait_text('C0:00:00:00:00:01')
        self.assertGreater(os.path.getsize(path), 24)
        terminal.type(b'q')
        self.assertEqual(terminal.end(), 0)
        self.assert_restored(terminal)
        said = 'neither type nor exact bytes'
        self.assertEqual(terminal.text.count(said), 1)
        self.assertGreater(terminal.text.find(said), terminal.text.rfind(LEAVE))

        broken = self.terminal('scan', '--pcap', '/dev/full')
        self.assertEqual(broken.end(), 1)
        self.assertIn('/dev/full: No space left on device', broken.text)
        refused = self.terminal('scan', '--pcap', '-')
        self.assertEqual(refused.end(), 2)
        self.assertNotIn(ENTER, refused.text)
        self.assertIn('standard output is a terminal', refused.text)

    def test_hostile_name(self):
        terminal = self.terminal('scan', columns=120)
        terminal.wait_text('C0:00:00:00:00:00')
        frame = terminal.wait_frames(1)
        row, = (line for line in frame if line.startswith('C0:00:00:00:00:00'))
        self.assertIn('a\ufffd[2J\ufffd"b', row)

    def test_suspend(self):
        """Ctrl-Z gives the terminal back, fg takes it again."""
        terminal = self.terminal('scan')
        terminal.wait_text('C0:00:00:00:00:01')
        os.kill(terminal.process.pid, signal.SIGTSTP)
        wait_for('the stop', lambda: state(terminal.process.pid) == 'T')
        terminal.read()
        self.assertEqual(terminal.modes(), terminal.before)
        self.assertGreater(terminal.text.rfind(LEAVE), terminal.text.rfind(ENTER))
        terminal.process.send_signal(signal.SIGCONT)
        wait_for('the table', lambda: terminal.read().count(ENTER) == 2)
        terminal.wait_frames(1)
        terminal.type(b'\x03')
        self.assertEqual(terminal.end(), 0)
        self.assert_restored(terminal)

    def test_colours(self):
        colour = re.compile(r'\x1b\[[0-9;]+m')
        for words, environment, wanted in [
                ((), {}, True),
                (('--no-color',), {}, False),
                ((), {'NO_COLOR': '1'}, False),
        ]:
            with self.subTest(words=words, environment=environment):
                terminal = self.terminal('scan', *words, environment=environment)
                terminal.wait_frames(4)
                self.assertEqual(bool(colour.search(terminal.text)), wanted)

    def test_no_table(self):
        """JSON, and a terminal that cannot draw: lines."""
        for words, environment in (('--json',), {}), ((), {'TERM': 'dumb'}):
            with self.subTest(words=words, environment=environment):
                terminal = self.terminal('scan', '--count', '5', *words, environment=environment)
                self.assertEqual(terminal.end(), 0)
                self.assertNotIn('\x1b', terminal.text)

    def test_radio_goes(self):
        terminal = self.terminal('scan')
        terminal.wait_text('C0:00:00:00:00:01')
        self.addCleanup(self.world.air, f'rfkill {RADIO} unblock')
        self.world.air(f'rfkill {RADIO} block')
        terminal.wait_text('switched off; waiting')
        self.world.air(f'rfkill {RADIO} unblock')
        wait_for('the scan to go on', self.world.scanning)
        self.assertNotIn('waiting', '\n'.join(terminal.wait_frames(5)))


class Gone(unittest.TestCase):
    def test_daemon_goes(self):
        """The terminal is restored, and what happened stands on the screen that stays."""
        world = World(DAEMON, SIMBLUEZ, CTL)
        self.addCleanup(world.close)
        world.start_bluez()
        world.start_daemon()
        terminal = Terminal(world, 'scan')
        self.addCleanup(terminal.close)
        terminal.wait_text(HOME)
        world.end('daemon', signal.SIGKILL)
        self.assertEqual(terminal.end(), 3)
        self.assertEqual(terminal.modes(), terminal.before)
        self.assertIn('bluebrokerd went away', terminal.text[terminal.text.rfind(LEAVE):])


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
