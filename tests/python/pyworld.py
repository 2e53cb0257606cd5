# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the Python package share: a bus, BlueZ (the simulated one; in the guest,
BLUEBROKER_WORLD=vm, the real one) and the daemon; programs beside it, and what happens on the air. PYTHONPATH
has the package, and tests/vm/face."""

import glob
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import unittest

from broker_world import bus_command, listens
from face_world import PEER, PERIPHERAL, RADIO, SOON, Air, Program, clear_air, expect_nothing_left, wait_for

REAL = os.environ.get('BLUEBROKER_WORLD') == 'vm'
GUEST_BUS = 'unix:path=/run/dbus/system_bus_socket'
PYTHON = '/usr/bin/python3'
SECOND_RADIO = '00:AA:01:01:00:01'
HEART = PEER        # who is at World.add_peripheral()


class World:
    def __init__(self, config='', radios=1):
        self.directory = tempfile.TemporaryDirectory()
        os.chmod(self.directory.name, 0o777)
        self.children, self.programs = [], []
        if REAL:
            self.address, control = GUEST_BUS, os.environ.get('AIR_CONTROL', '/run/air')
        else:
            self.address, control = f'unix:path={self.directory.name}/bus', f'{self.directory.name}/air'
            self.start_simulated(control)
        os.environ['DBUS_SYSTEM_BUS_ADDRESS'] = self.address
        self.air = Air(control)
        for radio in (RADIO, SECOND_RADIO)[:radios]:
            self.air.ask(f'plug {radio}')
        self.config = os.path.join(self.directory.name, 'conf')
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write(config)
        self.log = open(os.path.join(self.directory.name, 'log'), 'w+', encoding='utf-8')
        self.radios = radios
        self.start_daemon()

    def start_simulated(self, control):
        """A bus, and the simulated BlueZ on it."""
        environment = {**os.environ, 'DBUS_SYSTEM_BUS_ADDRESS': self.address}
        for what, command, path in (
                ('the bus', bus_command(self.directory.name), f'{self.directory.name}/bus'),
                ('the simulated BlueZ', [os.environ['BLUEBROKER_SIMBLUEZ'], '--control', control], control)):
            self.children.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL,
                                                  stderr=subprocess.DEVNULL))
            wait_for(lambda there=path: listens(there), what)

    def start_daemon(self):
        state = os.path.join(self.directory.name, 'state')
        os.makedirs(state, exist_ok=True)
        os.chmod(state, 0o777)
        wrapper = shlex.split(os.environ.get('BLUEBROKERD_WRAPPER', ''))
        self.daemon = subprocess.Popen(
            [*wrapper, os.environ['BLUEBROKERD'], '--bus', self.address, '--config', self.config,
             '--runtime-dir', state], env={**os.environ, 'STATE_DIRECTORY': state}, stderr=self.log)
        wait_for(lambda: self.powered() == self.radios, 'the daemon, with its radios', 2 * SOON)

    def stop_daemon(self, number=signal.SIGTERM):
        self.daemon.send_signal(number)
        return self.daemon.wait(timeout=SOON)

    def busctl(self, *arguments):
        return subprocess.run(['busctl', f'--address={self.address}', '--json=short', *arguments],
                              capture_output=True, text=True, check=False)

    def powered(self):
        """How many radios the daemon has."""
        answers = [self.busctl('get-property', 'com.example.Bluetooth', f'/com/example/Bluetooth/hci{i}',
                               'com.example.Bluetooth.Adapter1', 'Powered').stdout for i in range(self.radios)]
        return sum('true' in answer for answer in answers)

    def address_of(self, radio):
        answer = self.busctl('get-property', 'com.example.Bluetooth', f'/com/example/Bluetooth/{radio}',
                             'com.example.Bluetooth.Adapter1', 'Address')
        return json.loads(answer.stdout)['data']

    def stats(self):
        """GetStats, as JSON of busctl."""
        answer = self.busctl('call', 'com.example.Bluetooth', '/com/example/Bluetooth',
                             'com.example.Bluetooth.Manager1', 'GetStats')
        return json.loads(answer.stdout)['data'][0]

    def expect_nothing_left(self, seconds=SOON):
        expect_nothing_left(self, seconds)

    # --- programs ---

    def environment(self):
        return {**os.environ, 'PYTHONUNBUFFERED': '1'}

    def run(self, *argv, **options):
        program = Program(list(argv), self.environment(), **options)
        self.programs.append(program)
        return program

    def python(self, code, *arguments, **options):
        """A program of the package's user."""
        return self.run(PYTHON, '-c', code, *arguments, **options)

    def script(self, code, *arguments, **options):
        """A script of the boards': arguments are the runner's."""
        path = os.path.join(self.directory.name, f'script{len(glob.glob(self.directory.name + "/script*"))}.py')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(code)
        return self.run(PYTHON, os.environ['BLUEBROKER_PYCOM'], *arguments, path, **options)

    def add_peripheral(self):
        """A device with attributes: see face_world."""
        for line in PERIPHERAL:
            self.air.ask(line)

    def close(self):
        for program in self.programs:
            program.close()
        if self.daemon.poll() is None:
            self.stop_daemon()
        self.log.seek(0)
        log = self.log.read()
        self.log.close()
        clear_air(self.air)
        self.air.close()
        for child in reversed(self.children):
            child.kill()
            child.wait()
        self.directory.cleanup()
        if self.daemon.returncode not in (0, -signal.SIGKILL):
            sys.stderr.write(log)
            raise AssertionError(f'the daemon ended with {self.daemon.returncode}')


class WorldTest(unittest.TestCase):
    """A world a case."""
    config, radios = '', 1

    def setUp(self):
        self.world = World(self.config, self.radios)
        self.addCleanup(self.world.close)
        self.air = self.world.air

    @staticmethod
    def until(condition, what, seconds=SOON):
        return wait_for(condition, what, seconds)
