# SPDX-License-Identifier: GPL-2.0-or-later
"""A private bus with a simulated BlueZ and the real daemon on it, for tests of bluebrokerctl."""

import os
import re
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

RADIO = '00:AA:01:00:00:00'
# Under valgrind and its like, and under qemu
SLOW = 10 if os.environ.get('BLUEBROKERD_WRAPPER') or os.environ.get('BLUEBROKERD_EMULATED') else 1


def wait_for(what, condition, seconds=10):
    """Waits until condition() is true, and returns what it returned."""
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f'waited in vain for {what}')


def read_until(terminal, text):
    """What a terminal shows until that is there: it may come in pieces."""
    shown = b''

    def is_there():
        nonlocal shown
        if select.select([terminal], [], [], 0)[0]:
            shown += os.read(terminal, 65536)
        return text in shown

    wait_for(repr(text), is_there)
    return shown


def listens(path):
    """Whether a socket is there, and somebody at it: the file comes before."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def state(pid):
    """Of a process: T, if it was stopped, for example."""
    with open(f'/proc/{pid}/stat', encoding='utf-8') as stat:
        return stat.read().rpartition(')')[2].split()[0]


def wait_catches(process, number=signal.SIGINT):
    """Until a program has a handler for that signal, which else would just end it."""
    def is_caught():
        with open(f'/proc/{process.pid}/status', encoding='utf-8', errors='replace') as status:
            return int(re.search(r'^SigCgt:\s*(\w+)', status.read(), re.MULTILINE)[1], 16) >> (number - 1) & 1

    wait_for('its handler', is_caught)
    if os.environ.get('BLUEBROKERD_EMULATED'):      # qemu has handlers of its own from the beginning
        time.sleep(2)


def bus_command(directory):
    """What runs a bus at DIRECTORY/bus, on which everybody may do everything, and hear everything."""
    config = f'{directory}/bus.conf'
    with open(config, 'w', encoding='utf-8') as out:
        out.write(f'''<busconfig><listen>unix:path={directory}/bus</listen>
            <servicedir>{directory}</servicedir><auth>EXTERNAL</auth>
            <policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/>
            <allow eavesdrop="true"/><allow own="*"/></policy></busconfig>''')
    return ['dbus-daemon', f'--config-file={config}', '--nofork', '--nopidfile', '--nosyslog']


class World:
    """The bus, BlueZ and the daemon. Each can be ended and started again."""

    def __init__(self, daemon, simbluez, ctl):
        self.programs = {'daemon': daemon, 'simbluez': simbluez, 'ctl': ctl}
        self.directory = tempfile.mkdtemp(prefix='ctl-test-')
        self.processes = {}
        self.errors = open(f'{self.directory}/log', 'w+b')
        self.socket = f'{self.directory}/bluez'
        self.address = f'unix:path={self.directory}/bus'
        self.environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.address, LC_ALL='C.UTF-8', TERM='xterm')
        self.environment.pop('NO_COLOR', None)
        self.start_bus()

    def start_bus(self):
        self.start('bus', bus_command(self.directory))
        wait_for('the bus', lambda: listens(f'{self.directory}/bus'))

    def start(self, name, command):
        self.processes[name] = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                                stdout=self.errors, stderr=self.errors)

    def start_bluez(self, *options):
        socket_path = f'{self.directory}/air'
        self.start('simbluez', [self.programs['simbluez'], '--control', socket_path, '--plug', RADIO, *options])
        wait_for('the air control', lambda: listens(socket_path))

    def start_daemon(self, settings=''):
        wrapper = shlex.split(os.environ.get('BLUEBROKERD_WRAPPER', ''))
        config = f'{self.directory}/bluebrokerd.conf'
        with open(config, 'w', encoding='utf-8') as out:
            # every other key is at its default; the socket is this daemon's own
            out.write(settings if '[BlueZFace]' in settings else f'[BlueZFace]\nSocket={self.socket}\n{settings}')
        self.start('daemon', [*wrapper, self.programs['daemon'], '--config', config, '--bus', self.address])
        wait_for('the daemon and its radio', lambda: self.ctl('status').stdout.find(RADIO) >= 0)

    def wait_powered(self):
        """A radio that was plugged in is powered on a moment later."""
        wait_for('the radio to be on', lambda: self.ctl('power').stdout == 'hci0 is on\n')

    def end(self, name, number=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(number)
        return process.wait(20 * SLOW)

    def close(self):
        """Ends all of it. What ended by itself, or does not end well, fails the test."""
        bad = [f'{name} ended by itself with {process.returncode}' for name, process in self.processes.items()
               if process.poll() is not None]
        for name in 'daemon', 'simbluez', 'bus':
            code = self.end(name) if name in self.processes else 0
            if code != 0 and name != 'bus':
                bad.append(f'{name} ended with {code}')
        self.errors.seek(0)
        log = self.errors.read().decode(errors='replace')
        self.errors.close()
        shutil.rmtree(self.directory)
        assert not bad, f'{bad}\n{log}'

    def air(self, request):
        """One request of the air-control protocol; what follows its "ok"."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(f'{self.directory}/air')
            control.sendall(request.encode() + b'\n')
            answer = control.makefile().readline().strip()
        assert answer.split()[0] == 'ok', f'{request}: {answer}'
        return answer[3:]

    def scanning(self):
        return 'scanning=1' in self.air(f'status {RADIO}')

    def command(self, *words):
        return [self.programs['ctl'], '--bus', self.address, *words]

    def ctl(self, *words, timeout=60):
        """Runs bluebrokerctl to its end."""
        return subprocess.run(self.command(*words), env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=timeout, check=False)

    def ctl_start(self, *words, until=None, **options):
        """Starts bluebrokerctl, and returns when that is so (by default: the radio scans for it), or it has ended."""
        options = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'stdin': subprocess.DEVNULL, **options}
        process = subprocess.Popen(self.command(*words), env=self.environment, **options)
        wait_for('it to begin', lambda: (until or self.scanning)() or process.poll() is not None)
        return process


class WorldTest(unittest.TestCase):
    """Each case has a world of its own, with the programs that the test was told, and these peers on air."""

    PEERS = ''

    def setUp(self):
        self.world = World(*sys.argv[1:4])
        self.addCleanup(self.world.close)
        self.world.start_bluez()
        self.world.start_daemon()
        for line in self.PEERS.strip().splitlines():
            self.world.air(line)

    def ctl(self, *words, code=0):
        """Runs bluebrokerctl to its end, which has to be that."""
        result = self.world.ctl(*words)
        self.assertEqual(result.returncode, code, (words, result.stdout, result.stderr))
        return result


def summary(text):
    """(reports, devices, lost) of a scan's last line on standard error."""
    found = re.search(r'bluebrokerctl: (\d+) reports? from (\d+) devices? in [0-9.]+ s, (\d+) lost\n$', text)
    assert found, f'no summary: {text}'
    return tuple(int(number) for number in found.groups())
