# SPDX-License-Identifier: GPL-2.0-or-later
"""BlueZ's own scripts, as the package bluez-test-scripts has them, on the daemon's socket or on the system bus."""

import os
import sys
import unittest

from face_world import PEER, SOON, FaceWorld, Program, expect_nothing_left

SCRIPTS = '/usr/share/doc/bluez-test-scripts/examples'

# These scripts are for one radio that all share: they take up what other programs have found or connected. Here, the
# process does so before it becomes the script, and what it holds it keeps, for its connection stays open.
BEGINNING = '''
import os, sys, time
import dbus, dbus.bus
address, wanted = sys.argv[1:3]
bus = dbus.bus.BusConnection(dbus.bus.BusConnection.TYPE_SYSTEM)
adapter = dbus.Interface(bus.get_object('org.bluez', '/org/bluez/hci0'), 'org.bluez.Adapter1')
manager = dbus.Interface(bus.get_object('org.bluez', '/'), 'org.freedesktop.DBus.ObjectManager')
path = '/org/bluez/hci0/dev_' + address.replace(':', '_')
adapter.SetDiscoveryFilter({'Transport': 'le'})
adapter.StartDiscovery()
while path not in manager.GetManagedObjects():
    time.sleep(0.1)
adapter.StopDiscovery()
device = bus.get_object('org.bluez', path)
if wanted == 'connected':
    device.Connect(dbus_interface='org.bluez.Device1', timeout=60)
    while not device.Get('org.bluez.Device1', 'ServicesResolved', dbus_interface='org.freedesktop.DBus.Properties'):
        time.sleep(0.1)
for fd in os.listdir('/proc/self/fd'):
    try:
        os.set_inheritable(int(fd), True)
    except OSError:
        pass
os.execv(sys.argv[3], sys.argv[3:])
'''

# What Python 2, for which some of the scripts were written, has; a script itself stays as it is.
OLD_NAMES = '''
import builtins
builtins.raw_input = input
builtins.unicode = str
'''


class ScriptTest(unittest.TestCase):
    config = ''

    def setUp(self):
        self.world = FaceWorld(self.config)
        self.addCleanup(self.world.close)
        self.air = self.world.air

    def environment(self, plain, old):
        environment = {**os.environ, 'PYTHONUNBUFFERED': '1'} if plain else self.world.environment()
        # the scripts' use of GLib by its old names is no news
        environment['PYTHONWARNINGS'] = 'ignore'
        if old:
            path = os.path.join(self.world.directory, 'old-names')
            os.makedirs(path, exist_ok=True)
            with open(os.path.join(path, 'sitecustomize.py'), 'w', encoding='utf-8') as file:
                file.write(OLD_NAMES)
            environment['PYTHONPATH'] = path
        return environment

    def start(self, name, *arguments, plain=False, first=None, old=False):
        """Starts a script: plain: on the system bus. first: what its process does with the peripheral before: it has
        "found" or "connected" it. old: with Python 2's names."""
        argv = [sys.executable, os.path.join(SCRIPTS, name), *arguments]
        if first:
            argv = [sys.executable, '-c', BEGINNING, PEER, first, *argv]
        program = Program(argv, self.environment(plain, old))
        self.world.programs.append(program)
        return program

    def say(self, name, *arguments, status=0, **how):
        """What a script says that ends by itself."""
        program = self.start(name, *arguments, **how)
        ended = program.child.wait(timeout=4 * SOON)
        program.reader.join(5)
        self.assertEqual(ended, status, '\n'.join(program.lines))
        return program.lines

    def ask(self, line):
        """Something that may fail on the air: the whole answer."""
        self.air.file.write(line + '\n')
        self.air.file.flush()
        return self.air.file.readline().strip()

    def check_nothing_left(self):
        """Once the programs have ended: no session, no scan, no link, nothing sent, nothing charged."""
        for program in self.world.programs:
            if program.child.poll() is None:
                program.kill()
        expect_nothing_left(self.world)
