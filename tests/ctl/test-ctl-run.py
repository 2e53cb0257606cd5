#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl run, and what status and stats tell of the programs on the daemon's socket.

usage: test-ctl-run.py DAEMON SIMBLUEZ CTL [TEST...]
"""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import unittest

from broker_world import RADIO, SLOW, World, listens, wait_for

DAEMON, SIMBLUEZ, CTL = sys.argv[1:4]
NEEDS_SYSTEMD = unittest.skipUnless(shutil.which('systemd-socket-activate'), 'left out: no systemd-socket-activate')


class Program:
    """A program's connection: as much D-Bus as it takes to call a method without arguments."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10 * SLOW)
        self.socket.connect(path)
        self.socket.sendall(b'\0AUTH EXTERNAL ' + str(os.geteuid()).encode().hex().encode() + b'\r\n')
        assert self.socket.recv(4096).startswith(b'OK ')
        self.socket.sendall(b'BEGIN\r\n')
        self.serial = 0
        self.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'Hello')

    def read(self, size):
        data = b''
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            assert piece, 'the daemon has closed the connection'
            data += piece
        return data

    def call(self, destination, path, interface, member):
        """The type of the answer: 2 is a return, 3 an error."""
        fields = b''
        for code, kind, text in (1, b'o', path), (2, b's', interface), (3, b's', member), (6, b's', destination):
            fields += b'\0' * (-len(fields) % 8)
            fields += bytes([code, 1]) + kind + b'\0' + struct.pack('<I', len(text)) + text.encode() + b'\0'
        self.serial += 1
        message = struct.pack('<cBBBIII', b'l', 1, 0, 1, 0, self.serial, len(fields)) + fields
        self.socket.sendall(message + b'\0' * (-len(message) % 8))
        while True:
            head = self.read(16)
            order = '<' if head[:1] == b'l' else '>'    # the daemon's, not ours
            _, kind, _, _, body, _, length = struct.unpack(f'{order}cBBBIII', head)
            length += -length % 8
            rest = self.read(length + body)
            if kind in (2, 3) and self.answers(rest[:length], order):
                return kind

    def answers(self, fields, order):
        """Whether the answer is to the last call: REPLY_SERIAL is the only field that is a number."""
        return b'\5\1u\0' + struct.pack(f'{order}I', self.serial) in fields

    def wait_closed(self):
        try:
            while self.socket.recv(4096):
                pass
        except ConnectionResetError:        # there was something that it had not read
            pass

    def close(self):
        self.socket.close()


class Run(unittest.TestCase):
    def setUp(self):
        self.world = World(DAEMON, SIMBLUEZ, CTL)
        self.addCleanup(self.world.close)

    def start(self, settings=''):
        self.world.start_bluez()
        self.world.start_daemon(settings)

    def run_ok(self, *words):
        result = self.world.ctl('run', '--', *words)
        self.assertEqual((result.returncode, result.stderr), (0, ''))
        return result.stdout

    def programs(self):
        return json.loads(self.world.ctl('stats', '--json').stdout)['BlueZPrograms']

    def test_command(self):
        self.start()
        told = self.run_ok('sh', '-c', 'echo "$DBUS_SYSTEM_BUS_ADDRESS"; for word; do echo "$word"; done', 'sh',
                           '--json', '--', '-V', 'a b')
        self.assertEqual(told.splitlines(), [f'unix:path={self.world.socket}', '--json', '--', '-V', 'a b'])
        self.assertEqual(self.world.ctl('run', 'sh', '--', '-c', 'exit 7').returncode, 7)
        for command, code in ('no-such-command', 127), (self.world.directory, 126):
            result = self.world.ctl('run', '--', command)
            self.assertEqual(result.returncode, code)
            self.assertTrue(result.stderr.startswith(f'bluebrokerctl: {command}: '), result.stderr)

    def test_program_finds_bluez(self):
        self.start()
        address = self.run_ok('busctl', 'get-property', 'org.bluez', '/org/bluez/hci0', 'org.bluez.Adapter1', 'Address')
        self.assertEqual(address, f's "{RADIO}"\n')

    def test_one_radio(self):
        """The program, and whatever it starts, finds that radio alone."""
        self.start()
        self.world.air('plug 00:AA:01:00:00:42')
        second = f'{self.world.socket}.hci1'
        wait_for('its socket', lambda: listens(second))     # the file comes before its mode
        self.assertEqual(os.stat(second).st_mode & 0o777, 0o660)

        def radios(*options):
            result = self.world.ctl('run', *options, '--', 'sh', '-c', 'busctl tree --list org.bluez')
            self.assertEqual((result.returncode, result.stderr), (0, ''))
            return [line for line in result.stdout.splitlines() if line.startswith('/org/bluez/hci')]

        self.assertEqual(radios(), ['/org/bluez/hci0', '/org/bluez/hci1'])
        self.assertEqual(radios('--adapter', 'hci1'), ['/org/bluez/hci1'])
        self.assertEqual(radios('--adapter', 'hci0'), ['/org/bluez/hci0'])
        self.world.air('unplug 00:AA:01:00:00:42')
        wait_for('the socket to go', lambda: not os.path.exists(second))
        result = self.world.ctl('run', '--adapter', 'hci1', '--', 'true')
        self.assertEqual(result.returncode, 3)
        self.assertIn('there is no radio hci1', result.stderr)
        self.world.end('daemon')
        self.assertFalse(os.path.exists(f'{self.world.socket}.hci0'))

    @NEEDS_SYSTEMD
    def test_off_though_activated(self):
        config, path = f'{self.world.directory}/conf', f'{self.world.directory}/activated'
        with open(config, 'w', encoding='utf-8') as out:
            out.write('[BlueZFace]\nSocket=\n')
        self.world.start_bluez()
        self.world.start('daemon', ['systemd-socket-activate', '--listen', path, '--fdname', 'bluez', DAEMON,
                                    '--config', config, '--bus', self.world.address])
        with socket.socket(socket.AF_UNIX) as program:
            # the file is there before somebody listens
            wait_for('the socket', lambda: program.connect_ex(path) == 0)
            wait_for('the daemon', lambda: RADIO in self.world.ctl('status').stdout)
            self.assertEqual(json.loads(self.world.ctl('status', '--json').stdout)['BlueZSocket'], '')
            self.assertEqual(self.programs(), [])

    def test_daemon_says_where(self):
        path = f'{self.world.directory}/a socket, elsewhere'
        self.start(f'[BlueZFace]\nSocket={path}\n')
        self.assertEqual(self.run_ok('printenv', 'DBUS_SYSTEM_BUS_ADDRESS').strip(),
                         'unix:path=' + path.replace(' ', '%20').replace(',', '%2C'))

    def test_socket_option(self):
        """A path is as it was given where the command begins, wherever it goes then."""
        self.start()
        relative = os.path.relpath(self.world.socket)
        result = self.world.ctl('run', '--socket', relative, '--', 'printenv', 'DBUS_SYSTEM_BUS_ADDRESS')
        self.assertEqual((result.returncode, result.stdout), (0, f'unix:path={self.world.socket}\n'))

    def test_nobody_there(self):
        missing = f'{self.world.directory}/missing'
        dead = f'{self.world.directory}/dead'
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(dead)
        for path in missing, dead:
            result = self.world.ctl('run', '--socket', path, '--', 'true')
            self.assertEqual(result.returncode, 3)
            self.assertIn(f'{path}: the daemon does not listen there', result.stderr)
            self.assertIn('systemctl start bluebrokerd', result.stderr)
        result = self.world.ctl('run', '--socket', '/' + 'x' * 200, '--', 'true')
        self.assertEqual(result.returncode, 1)

    def test_may_not(self):
        """The socket's mode is that of the configuration; who may not connect is told what to do."""
        self.start()
        self.assertEqual(os.stat(self.world.socket).st_mode & 0o777, 0o660)
        os.chmod(self.world.socket, 0)
        other = {'user': 65534, 'group': 65534, 'extra_groups': []} if os.geteuid() == 0 else {}
        result = subprocess.run(self.world.command('run', '--socket', self.world.socket, '--', 'true'),
                                env=self.world.environment, capture_output=True, text=True, check=False, **other)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn('you may not connect; be root or a member of the group ', result.stderr)

    def test_mode(self):
        self.start(f'[BlueZFace]\nSocket={self.world.socket}\nSocketMode=0600\n')
        self.assertEqual(os.stat(self.world.socket).st_mode & 0o777, 0o600)
        self.world.end('daemon')
        self.assertFalse(os.path.exists(self.world.socket))

    def test_off(self):
        self.start('[BlueZFace]\nSocket=\n')
        self.assertIn("socket for BlueZ's programs: none\n", self.world.ctl('status').stdout)
        self.assertEqual(json.loads(self.world.ctl('status', '--json').stdout)['BlueZSocket'], '')
        result = self.world.ctl('run', '--', 'true')
        self.assertEqual(result.returncode, 1)
        self.assertIn('[BlueZFace]', result.stderr)

    @NEEDS_SYSTEMD
    def test_activated(self):
        """systemd has the socket: the first program starts the daemon, which leaves it where it is."""
        config, path = f'{self.world.directory}/conf', f'{self.world.directory}/activated'
        with open(config, 'w', encoding='utf-8') as out:
            out.write(f'[BlueZFace]\nSocket={self.world.socket}\n')
        self.world.start_bluez()
        self.world.start('daemon', ['systemd-socket-activate', '--listen', path, '--fdname', 'bluez', DAEMON,
                                    '--config', config, '--bus', self.world.address])
        with socket.socket(socket.AF_UNIX) as program:
            # the file is there before somebody listens
            wait_for('the socket', lambda: program.connect_ex(path) == 0)
            wait_for('the daemon', lambda: RADIO in self.world.ctl('status').stdout)
            self.assertEqual(self.run_ok('printenv', 'DBUS_SYSTEM_BUS_ADDRESS'), f'unix:path={path}\n')
            self.assertEqual([row['Pid'] for row in self.programs()], [os.getpid()])
        self.assertFalse(os.path.exists(self.world.socket))
        self.assertEqual(self.world.end('daemon'), 0)
        self.assertTrue(os.path.exists(path))

    def test_stats(self):
        self.start()
        self.world.wait_powered()       # or there is no discovery
        self.assertEqual(self.programs(), [])
        first, second = Program(self.world.socket), Program(self.world.socket)
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        with open('/proc/self/comm', encoding='utf-8') as source:
            name = source.read().strip()
        row = {'Pid': os.getpid(), 'Uid': os.geteuid(), 'Command': name, 'Connections': 2, 'Discoveries': 0, 'Links': 0,
               'CutOff': 0}
        self.assertEqual(self.programs(), [row])
        self.assertEqual(first.call('org.bluez', '/org/bluez/hci0', 'org.bluez.Adapter1', 'StartDiscovery'), 2)
        self.assertEqual(self.programs(), [{**row, 'Discoveries': 1}])
        self.assertRegex(self.world.ctl('stats').stdout, f'Command +{name}\n')

        second.socket.sendall(b'x' * 64)        # this is no message
        second.wait_closed()
        self.assertEqual(self.programs(), [{**row, 'Connections': 1, 'Discoveries': 1, 'CutOff': 1}])
        self.assertEqual(json.loads(self.world.ctl('stats', '--json').stdout)['CutOff'], 1)
        first.close()
        second.close()
        wait_for('the program to be forgotten', lambda: self.programs() == [])

    def test_any_name(self):
        """A process may call itself by what is no text: that is no reason to have no statistics."""
        self.start()
        code = ('import socket, sys; open("/proc/self/comm", "wb").write(b"x\\xff\\x1by"); '
                's = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print("here", flush=True); sys.stdin.read()')
        with subprocess.Popen([sys.executable, '-c', code, self.world.socket], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as program:
            self.assertEqual(program.stdout.readline(), b'here\n')
            self.assertEqual([(row['Pid'], row['Command']) for row in self.programs()],
                             [(program.pid, 'x\ufffd\x1by')])
            self.assertRegex(self.world.ctl('stats').stdout, 'Command +x\ufffd\ufffdy\n')
            program.stdin.close()


if __name__ == '__main__':
    os.umask(0o022)
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
