# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the face share: in the guest, the real bluetoothd, the daemon with its socket, a peripheral on the
air, and programs on the socket, unmodified ones of Debian's or small ones of the tests' own."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

RADIO = '00:AA:01:00:00:00'
PEER = 'C4:00:00:00:00:01'
PEER_PATH = '/org/bluez/hci0/dev_C4_00_00_00_00_01'
SOON = 20
VERSION = tuple(int(part) for part in os.environ.get('BLUEZ_VERSION', '5.66').split('.'))

PERIPHERAL = [
    f'peer heart {PEER} random 02010605030D181118',
    'service heart 0006 1801 primary',
    'char heart 0007 2A05 indicate -',
    'desc heart 0009 2902 read,write 0000',
    'service heart 000A 180D primary',
    'char heart 000B 2A37 notify -',
    'desc heart 000D 2902 read,write 0000',
    'char heart 000E 2A38 read 01',
    'char heart 0010 2A39 read,write,write-without-response 00',
    'desc heart 0012 2901 read,write 4142',
    'char heart 0013 F001 encrypt-read,encrypt-write 7E',
    'service heart 0020 180F primary',
    'char heart 0021 2A19 read,notify 57',
    'desc heart 0023 2902 read,write 0000',
]


def wait_for(condition, what, seconds=SOON):
    """Until condition() is true; returns what it gave."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f'{what} does not come about'
        time.sleep(0.02)


def in_root(program, script=None):
    """How to run a program: as the Debian has it whose bluetoothd runs (bluetoothd-ctl), if it has it and its
    script."""
    root = os.environ.get('BLUEZ_ROOT')
    if not root or not shutil.which(program, path=':'.join(root + path for path in ('/usr/bin', '/usr/sbin'))):
        return []
    return ['chroot', root] if script is None or os.path.exists(root + script) else []


class Air:
    """What happens on the air, by bluebroker-radio's commands."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile('rw')

    def ask(self, line):
        """The answer's text; an error fails the test."""
        self.send(line)
        return self.answer(line)

    def send(self, line):
        """A command that waits for something: its answer comes by answer()."""
        self.file.write(line + '\n')
        self.file.flush()

    def answer(self, line):
        answer = self.file.readline().strip()
        assert answer == 'ok' or answer.startswith('ok '), f'{line}: {answer}'
        return answer[3:]

    def close(self):
        self.file.close()
        self.socket.close()


class Program:
    """A program whose lines are read as they come."""

    def __init__(self, argv, environment, **options):
        self.child = subprocess.Popen(argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, bufsize=1, **options)
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            self.lines.append(line.rstrip('\n'))

    def say(self, line):
        self.child.stdin.write(line + '\n')
        self.child.stdin.flush()

    def find(self, text, begin=0):
        return next((line for line in self.lines[begin:] if text in line), None)

    def expect(self, text, seconds=SOON, begin=0):
        try:
            return wait_for(lambda: self.find(text, begin), text, seconds)
        except AssertionError as error:
            lines = [line[:300] for line in self.lines[-40:]]
            raise AssertionError(f'no "{text}" in:\n' + '\n'.join(lines)) from error

    def result(self):
        """Waits for its end, which has to be a good one."""
        status = self.child.wait(timeout=3 * SOON)
        self.reader.join(5)
        assert status == 0, f'status {status}:\n' + '\n'.join(self.lines[-40:])
        return self.lines

    def kill(self):
        self.child.kill()
        self.child.wait()

    def close(self):
        if self.child.poll() is None:
            self.kill()
        self.reader.join(5)
        with contextlib.suppress(BrokenPipeError):      # it ended before it read what it was told
            self.child.stdin.close()
        self.child.stdout.close()


def clear_air(air):
    """Nobody and nothing is on it any more."""
    for kind in 'peers', 'centrals':
        for name in air.ask(kind).split():
            air.ask(f'un{kind[:-1]} {name}')
    air.ask('quiet *')
    air.ask('unplug *')


def left_behind(stats, air):
    """Of GetStats and on the air: sessions, programs, what is charged, links, adverts, scans that are there."""
    stats = {key: value['data'] for key, value in stats.items()}
    charged = [(key, value['data']) for row in stats['Charged'] for key, value in row.items()
               if key in ('Sessions', 'FifoBytes', 'Streams', 'Attributes', 'QueuedCalls') and value['data']]
    links = [name for name in air.ask('peers').split() if 'up=0' not in air.ask(f'link {name}')]
    return [what for what in (stats['Sessions'], stats['BlueZPrograms'], charged, links, air.ask('onair *'),
                              'scanning=1' in air.ask('status *')) if what]


def expect_nothing_left(world, seconds=SOON):
    """Once programs have ended."""
    try:
        wait_for(lambda: not left_behind(world.stats(), world.air), 'nothing', seconds)
    except AssertionError as error:
        raise AssertionError(f'there is left: {left_behind(world.stats(), world.air)}') from error


class FaceWorld:
    """What has begun ends with close() whatever fails, so that the next test finds no radio plugged in."""

    def __init__(self, config=''):
        with contextlib.ExitStack() as ending:
            self.directory = ending.enter_context(tempfile.TemporaryDirectory())
            os.chmod(self.directory, 0o777)
            self.socket = os.path.join(self.directory, 'bluez')
            self.air = Air(os.environ.get('AIR_CONTROL', '/run/air'))
            ending.callback(self.air.close)
            self.air.ask(f'plug {RADIO}')
            ending.callback(clear_air, self.air)
            self.config = os.path.join(self.directory, 'conf')
            with open(self.config, 'w', encoding='utf-8') as file:
                file.write(config)
            log = os.path.join(self.directory, 'log')
            self.log = ending.enter_context(open(log, 'w+', encoding='utf-8'))
            self.start_daemon(ending)
            self.programs = []
            ending.callback(self.close_programs)
            self.ending = ending.pop_all()

    def start_daemon(self, ending):
        wrapper = shlex.split(os.environ.get('BLUEBROKERD_WRAPPER', ''))
        state = os.path.join(self.directory, 'state')
        os.makedirs(state, exist_ok=True)
        os.chmod(state, 0o777)
        self.daemon = subprocess.Popen(
            [*wrapper, os.environ['BLUEBROKERD'], '--config', self.config, '--bluez-socket', self.socket,
             '--runtime-dir', state], env={**os.environ, 'STATE_DIRECTORY': state}, stderr=self.log)
        ending.callback(self.stop_daemon)
        wait_for(lambda: os.path.exists(self.socket) and self.powered(), 'the daemon, with a radio', 2 * SOON)

    def environment(self):
        return {**os.environ, 'DBUS_SYSTEM_BUS_ADDRESS': f'unix:path={self.socket}', 'PYTHONUNBUFFERED': '1'}

    def powered(self):
        answer = subprocess.run(['busctl', '--system', 'get-property', 'org.bluez', '/org/bluez/hci0',
                                 'org.bluez.Adapter1', 'Powered'], env=self.environment(), capture_output=True,
                                text=True, check=False)
        return answer.stdout.strip() == 'b true'

    def run(self, *argv, script=None, **options):
        """Starts a program on the socket."""
        program = Program([*in_root(os.path.basename(argv[0]), script), *argv], self.environment(), **options)
        self.programs.append(program)
        return program

    def python(self, code, *arguments):
        """Starts a program of the test's own; async code goes into main()."""
        return self.run('/usr/bin/python3', '-c', code, *arguments)

    def example(self, name, *arguments):
        """Starts one of BlueZ's own scripts; Debian 13 does not have all of them."""
        script = f'/usr/share/doc/bluez-test-scripts/examples/{name}'
        return self.run('/usr/bin/python3', script, *arguments, script=script)

    def add_peripheral(self):
        for line in PERIPHERAL:
            self.air.ask(line)

    def stats(self):
        """GetStats of the daemon, on the real bus, as JSON of busctl."""
        answer = subprocess.run(['busctl', '--system', '--json=short', 'call', 'com.example.Bluetooth',
                                 '/com/example/Bluetooth', 'com.example.Bluetooth.Manager1', 'GetStats'],
                                capture_output=True, text=True, check=True)
        return json.loads(answer.stdout)['data'][0]

    def close_programs(self):
        for program in self.programs:
            program.close()

    def stop_daemon(self):
        self.daemon.send_signal(signal.SIGTERM)
        try:
            status = self.daemon.wait(timeout=SOON)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            status = self.daemon.wait()
        if status != 0:
            self.log.seek(0)
            sys.stderr.write(self.log.read())
        assert status == 0, f'the daemon ended with {status}'

    def close(self):
        self.ending.close()
