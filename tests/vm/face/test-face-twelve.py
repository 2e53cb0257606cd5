#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Twelve programs of different kinds together, while 300 reports a second come, over a restart of bluetoothd: each gets
what it alone would have got, and when they have ended, nothing is left. TWELVE_MINUTES: how long the storms are in all;
default: half of one."""

import json
import os
import re
import subprocess
import sys
import time
import unittest

from face_world import PEER, PERIPHERAL, RADIO, FaceWorld, Program, wait_for
from twelve_programs import CLIENT, SCANNER, SESSION

MINUTES = int(os.environ.get('TWELVE_MINUTES', '0'))
STORMS, SECONDS = (MINUTES, 60) if MINUTES else (2, 15)
ADVERTISERS, RATE = 100, 270    # of a storm; the rest of the 300 a second are the tags
NOTIFICATIONS = 20              # a second, of each peripheral
GROWTH = 1024                   # KiB of the daemon's memory, from the first storm to the last
LEFT = 2048                     # KiB that it may keep when all programs have ended

LAMP = 'C4:00:00:00:00:02'
LINKED = [PEER, LAMP]
TAGS = [f'C0:00:00:00:01:0{n}' for n in range(3)]
TAG_UUID = '0000feaa-0000-1000-8000-00805f9b34fb'
NAMED, NAMED_PATH = 'C0:00:00:00:02:00', 'dev_C0_00_00_00_02_00'     # as example-adv-monitor wants it
NEAR, OURS = -50, -60           # RSSI of the scanner that wants near ones, and of the session
PASSIVE, WATCHED = 7, 5         # whom the passive scanner and bluetoothctl look for
WATCHED_ADDRESS = f'C0:00:00:00:00:{WATCHED:02X}'


def rssi(index):
    return -40 - index % 50


class Twelve(unittest.TestCase):
    def setUp(self):
        self.world = FaceWorld()
        self.addCleanup(self.world.close)
        self.air = self.world.air
        for name, address in zip(('heart', 'lamp'), LINKED):
            for line in PERIPHERAL:
                self.air.ask(line.replace('heart', name).replace(PEER, address))
        self.air.ask('central phone C0:00:00:00:00:77 random')

    # --- what is there ---

    @staticmethod
    def radio():
        """What bluetoothd itself says of it, on the system bus."""
        answers = []
        for interface, names in ('Adapter1', ('Discovering', 'UUIDs')), ('LEAdvertisingManager1', ('ActiveInstances',)):
            answer = subprocess.run(['busctl', '--system', 'get-property', 'org.bluez', '/org/bluez/hci0',
                                     f'org.bluez.{interface}', *names], capture_output=True, text=True, check=True)
            answers += [sorted(line.split()) for line in answer.stdout.splitlines()]
        return answers

    def daemon(self):
        """Its memory in KiB, and how many file descriptors it has."""
        pid = self.world.daemon.pid
        with open(f'/proc/{pid}/status', encoding='ascii') as file:
            memory = int(re.search(r'VmRSS:\s*(\d+)', file.read())[1])
        return memory, len(os.listdir(f'/proc/{pid}/fd'))

    def say(self, text):
        sys.stderr.write(f'{time.monotonic() - self.start:7.1f} s: {text}; the daemon has %d KiB, %d descriptors\n' %
                         self.daemon())

    # --- the programs ---

    def start_scanner(self, **how):
        program = self.world.python(SCANNER, json.dumps(how))
        program.expect('scanning')
        return program

    def start_programs(self):
        self.scanners = [       # and whose reports they are to get: of the storm, others
            (self.start_scanner(), lambda index: True, TAGS, LINKED),
            (self.start_scanner(filters={'RSSI': NEAR}), lambda index: rssi(index) >= NEAR, [], []),
            (self.start_scanner(uuids=[TAG_UUID]), lambda index: False, TAGS, []),
            (self.start_scanner(patterns=[[0, 0xff, 'ffff' + PASSIVE.to_bytes(4, 'little').hex()]]),
             lambda index: index == PASSIVE, [], []),
        ]
        # not on the socket: a program of the daemon's own interface
        self.session = Program(['/usr/bin/python3', '-c', SESSION, str(OURS)], {**os.environ, 'PYTHONUNBUFFERED': '1'})
        self.world.programs.append(self.session)
        self.session.expect('scanning')
        self.control = self.world.run('bluetoothctl')
        self.control.expect('Agent registered')
        self.control_scan()
        self.clients = [('heart', self.world.python(CLIENT, PEER, 'reads')),
                        ('heart', self.world.python(CLIENT, PEER, 'writes')),
                        ('lamp', self.world.python(CLIENT, LAMP, 'writes'))]
        for _, client in self.clients:
            client.expect('listening', 60)
        self.advertiser = self.world.example('example-advertisement')
        self.advertiser.expect('Advertisement registered')
        self.server = self.world.example('example-gatt-server')
        self.server.expect('GATT application registered')
        self.start_watcher(0)
        self.connect_phone()

    def control_scan(self):
        for line in 'menu scan', 'duplicate-data on', f'pattern {WATCHED_ADDRESS}', 'back':
            self.control.say(line)
        begin = len(self.control.lines)
        self.control.say('scan le')
        self.control.expect('Discovery started', begin=begin)

    def start_watcher(self, number):
        self.watcher = self.world.example('example-adv-monitor', '--app_id', str(number))
        self.watcher.expect('Monitor Activated')
        self.air.ask(f'repeat * named {NAMED} random 0 -45 02010607096C616D70735F 200 5')
        self.watcher.expect(f'{NAMED_PATH} Device Found')

    def connect_phone(self):
        """A central, which uses what example-gatt-server serves."""
        def connect():
            try:
                self.air.ask(f'connect phone {RADIO}')
            except AssertionError:      # nobody advertises yet
                return False
            return True
        wait_for(connect, 'the central', 60)
        tree = [item.split(':') for item in self.air.ask('discover phone').split()]
        self.rate_handle, = [item[3] for item in tree if item[0] == 'c' and item[4].startswith('00002a37')]
        self.level_handle, = [item[3] for item in tree if item[0] == 'c' and item[4].startswith('00002a19')]
        self.air.ask('events phone')
        begin = len(self.server.lines)
        self.air.ask(f'subscribe phone {self.rate_handle} notify')
        started = self.server.expect('Update HR Measurement', begin=begin)
        self.measured, self.known_lines = [], self.server.lines.index(started, begin)

    # --- what they hear ---

    @staticmethod
    def tell(program):
        begin = len(program.lines)
        program.say('tell')
        wait_for(lambda: program.find('{', begin), 'what it has heard')
        return json.loads(program.find('{', begin))

    def begin_anew(self):
        """All devices are known: each is heard once. What came until then does not count."""
        self.air.ask(f'storm * {ADVERTISERS} {ADVERTISERS} 1')
        time.sleep(2)
        for program in [scanner[0] for scanner in self.scanners] + [self.session] + [item[1] for item in self.clients]:
            self.tell(program)
        self.control_begin = len(self.control.lines)

    def check_central(self):
        """Each value that the server has sent since the central subscribed has come, in order."""
        def sent():
            lines = [line for line in self.server.lines[self.known_lines:] if line.startswith('Updating value')]
            return [bytes(int(byte) for byte in re.findall(r'dbus.Byte\((\d+)\)', line)).hex() for line in lines]

        def came():
            self.measured += [event.split(':')[1] for event in self.air.ask('events phone').split()
                              if event.startswith(self.rate_handle)]
            return self.measured
        try:
            wait_for(lambda: came() == sent(), 'what the server has sent')
        except AssertionError as error:
            raise AssertionError(f'{self.measured} instead of\n' + '\n'.join(self.server.lines)) from error
        self.assertEqual(self.air.ask(f'read phone {self.level_handle}'), '64')
        return len(self.measured)

    def sent(self):
        """How many reports the radio has sent while it was told to listen."""
        return int(re.search(r'sent=(\d+)', self.air.ask(f'status {RADIO}'))[1])

    def check_storm(self, count):
        def numbers(takes):
            return [n for n in range(count) if takes(n % ADVERTISERS)]
        for number, (program, takes, tags, linked) in enumerate(self.scanners):
            heard = self.tell(program)
            self.assertEqual(heard['numbers'], numbers(takes), f'scanner {number}')
            # silent while they have a link, and told of all the same
            for device in linked:
                self.assertGreaterEqual(heard['others'].pop(device, 0), SECONDS, f'scanner {number}')
            self.assertEqual(heard['others'], {tag: 10 * SECONDS for tag in tags}, f'scanner {number}')
        self.assertEqual(self.tell(self.session)['numbers'], numbers(lambda index: rssi(index) >= OURS))
        for number, (_, client) in enumerate(self.clients):
            heard = self.tell(client)
            self.assertEqual(heard['numbers'], list(range(NOTIFICATIONS * SECONDS)), f'client {number}')
            self.assertEqual(heard['wrong'], [], f'client {number}')
            self.assertGreaterEqual(heard['done'], SECONDS, f'client {number}')
        lines = self.control.lines[self.control_begin:]
        seen = [line for line in lines if re.search(rf'Device {WATCHED_ADDRESS} ManufacturerData\W*Key', line)]
        self.assertEqual(len(seen), len(numbers(lambda index: index == WATCHED)))
        self.assertEqual([line for line in lines if 'Device C0:' in line and WATCHED_ADDRESS not in line], [])
        self.assertEqual([line for line in self.watcher.lines if 'Device Found' in line and NAMED_PATH not in line], [])

    def storm(self):
        self.begin_anew()
        measured, before = len(self.measured), self.sent()
        for name in 'heart', 'lamp':
            self.air.ask(f'notify {name} 000B 00000000 {NOTIFICATIONS * SECONDS} {1000 // NOTIFICATIONS}')
        for tag in TAGS:
            self.air.ask(f'repeat * {tag} {tag} random 3 -60 0201060303AAFE 100 {10 * SECONDS}')
        self.air.ask(f'storm * {ADVERTISERS} {RATE} {SECONDS}')
        time.sleep(SECONDS + 2)
        count = self.sent() - before - 10 * SECONDS * len(TAGS)
        # bluetoothd may have stopped to listen for a moment
        self.assertGreater(count, 0.99 * RATE * SECONDS)
        self.check_storm(count)
        self.assertGreaterEqual(self.check_central(), measured + SECONDS)
        self.say(f'{self.sent() - before} of {SECONDS * (RATE + 10 * len(TAGS))} reports, each where it belongs')

    def restart_bluetoothd(self):
        """In a storm. Each goes on as it would with bluetoothd: who is told what has happened does so by itself."""
        control, clients = len(self.control.lines), [(client, len(client.lines)) for _, client in self.clients]
        self.air.ask(f'storm * {ADVERTISERS} {RATE} 600')
        time.sleep(2)
        subprocess.run(['bluetoothd-ctl', 'restart'], check=True)
        wait_for(self.world.powered, 'the radio')
        for text in f'Controller {RADIO}', 'Agent registered':
            self.control.expect(text, begin=control)
        for program, *_ in self.scanners:
            begin = len(program.lines)
            program.say('again')
            program.expect('scanning', begin=begin)
        self.control_scan()
        for client, begin in clients:
            client.expect('listening', 120, begin)
        self.connect_phone()
        self.watcher.close()
        self.start_watcher(1)
        self.air.ask('quiet *')
        self.say('bluetoothd was restarted')

    # --- the end ---

    def end_programs(self):
        for program in [scanner[0] for scanner in self.scanners] + [self.session] + [item[1] for item in self.clients]:
            program.say('')
            program.result()
        self.control.say('quit')
        self.control.result()
        for program in self.advertiser, self.server, self.watcher:
            program.kill()
        # the kernel sends an advertisement again when a central leaves, also one that is being removed just then
        wait_for(lambda: self.radio()[-1] == self.radio_before[-1], 'the end of the advertisement')
        self.air.ask('disconnect phone')

    def is_nothing_left(self):
        stats = {name: row['data'] for name, row in self.world.stats().items()}
        held = [(name, value['data']) for row in stats['Charged'] for name, value in row.items()
                if name not in ('Uid', 'Connections') and value['data'] != 0]
        rows = {name: stats[name] for name in ('Sessions', 'BlueZPrograms', 'Clients') if stats[name]}
        left = {name: stats[name] for name in ('Links', 'Advertisements', 'Services', 'Streams') if stats[name]}
        self.left = held, rows, left, self.radio(), self.air.ask(f'onair {RADIO}')
        return self.left == ([], {}, {}, self.radio_before, '') and self.daemon()[1] == self.before[1] and \
            all('up=0' in self.air.ask(f'link {name}') for name in ('heart', 'lamp'))

    def test_together(self):
        self.start = time.monotonic()
        wait_for(lambda: self.world.stats()['Devices']['data'] == 0, 'a daemon that does nothing')
        self.before, self.radio_before = self.daemon(), self.radio()
        self.start_programs()
        self.say('twelve programs')
        for number in range(STORMS):
            if number == STORMS // 2:
                self.restart_bluetoothd()
            self.storm()
            if number == 0:
                first, _ = self.daemon()
        self.assertLess(self.daemon()[0], first + GROWTH)
        self.end_programs()
        for _ in range(20):         # each look costs more than it waits, where time is virtual
            if self.is_nothing_left():
                break
            time.sleep(2)
        else:
            self.fail(f'left: {self.left}, {self.daemon()}, not {self.radio_before}, {self.before}')
        self.say('all have ended')
        self.assertLess(self.daemon()[0], self.before[0] + LEFT)


if __name__ == '__main__':
    unittest.main(verbosity=2)
