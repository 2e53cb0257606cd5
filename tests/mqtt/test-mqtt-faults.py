#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What else goes wrong: the broker refuses, is full, or knows another protocol; the daemon restarts."""

import json
import os
import re
import signal
import socket
import threading
import time
import unittest

from broker_world import state
from face_world import RADIO
from fault_world import HEALTH, RATE, REPORTS, FaultTest
from mqtt_world import OWN_MEMORY, Gateway, wait_for
from pyworld import WorldTest


class Refused(FaultTest):
    def test_password(self):
        """A wrong password is told of; when it is mended the gateway comes without a restart."""
        with open(f'{self.gateway.temporary.name}/password', 'w', encoding='utf-8') as file:
            file.write('wrong')
        self.gateway.stop()
        self.broker.password = 'wrong'
        self.gateway.start()
        self.says('Not authorized')
        with open(f'{self.gateway.temporary.name}/password', 'w', encoding='utf-8') as file:
            file.write('correct horse\nsecond line')
        self.broker.password = 'correct horse'
        self.wait_up()

    def test_credential(self):
        """A password that systemd hands over."""
        directory = os.path.dirname(self.broker.file('password', f'{self.broker.password}\n'))
        os.environ['CREDENTIALS_DIRECTORY'] = directory
        self.addCleanup(os.environ.pop, 'CREDENTIALS_DIRECTORY')
        other = Gateway(self.broker, self.world.address, 'PasswordFile=\n', name='gw2')
        self.addCleanup(other.close)
        wait_for(lambda: 'connected to broker' in other.text(), 'the broker to take it')

    def test_no_password_file(self):
        self.wait_up()
        os.rename(f'{self.gateway.temporary.name}/password', f'{self.gateway.temporary.name}/away')
        self.broker.kill()
        self.broker.start()
        self.says(f'{self.gateway.temporary.name}/password: No such file')
        os.rename(f'{self.gateway.temporary.name}/away', f'{self.gateway.temporary.name}/password')
        self.wait_up(2)

    def test_not_there(self):
        """Nobody listens: SIGTERM ends the gateway all the same."""
        self.broker.stop()
        self.says('Connection refused')
        self.assertEqual(self.gateway.stop(), 0)

    def test_paused_at_the_end(self):
        """Nor does one that stands still keep it from ending."""
        self.wait_scan()
        self.broker.pause()
        self.storm(1)
        self.assertEqual(self.gateway.stop(), 0)

    def test_unknown_host(self):
        gateway = Gateway(self.broker, self.world.address, 'Host=no-such-host.invalid', name='gw2')
        self.addCleanup(gateway.close)
        wait_for(lambda: 'no-such-host.invalid: cannot connect:' in gateway.text(), 'the error')
        self.assertEqual(gateway.stop(), 0)


class Full(FaultTest):
    BROKER = {'settings': 'max_connections 2'}

    def test_connections(self):
        """A broker that is full hangs up, and takes a gateway when there is room again."""
        self.wait_up()
        others = []
        while not others or 'trying again' not in others[-1].text():
            self.assertLess(len(others), 5)
            others.append(Gateway(self.broker, self.world.address, 'ReconnectMaxSeconds=1',
                                  name=f'other{len(others)}'))
            self.addCleanup(others[-1].close)
            wait_for(lambda: re.search('connected to broker|trying again', others[-1].text()), 'what the broker says')
        self.assertNotIn('connected to broker', others[-1].text())
        self.assertEqual(self.gateway.stop(), 0)
        wait_for(lambda: 'connected to broker' in others[-1].text(), 'the broker to have room')


class Huge(FaultTest):
    """With MQTT 3.1.1 a broker passes on whatever it takes."""
    SETTINGS = 'Protocol=3.1.1\n[Commands]\nAllow=connect\n'

    def test_huge_command(self):
        client = self.subscribe('answer', 'bluebroker/gw1/health')
        self.wait_scan()
        pid = self.gateway.process.pid
        huge = self.broker.file('huge', 'x' * (128 * 1024 * 1024))
        self.broker.run('mosquitto_pub', '-q', '1', '-t', 'bluebroker/gw1/command', '-f', huge)
        if OWN_MEMORY:
            self.gateway.wait_subscribed(2)
        self.assertIsNone(self.gateway.process.poll())
        self.assertEqual(self.gateway.process.pid, pid)
        client.publish('bluebroker/gw1/command', '{"command":"connect","address":"nowhere","response_topic":"answer"}')
        self.assertEqual(json.loads(client.wait('answer')[0].payload)['error'], 'InvalidArguments')


class Denied(FaultTest):
    """A broker that takes some of what we publish: the rest is counted."""
    def test_denied(self):
        topics = 'topic bluebroker/gw1/status\ntopic bluebroker/gw1/health\n'
        allowed = self.broker.file('acl', f'user gateway\n{topics}', 0o644)
        self.broker.write_config(f'acl_file {allowed}')
        self.broker.kill()
        self.broker.start()
        client = self.subscribe(HEALTH)
        self.wait_scan()
        self.storm(1)
        self.says('does not take what we publish: Not authorized')
        health = wait_for(lambda: [each for each in map(json.loads, (message.payload for message in client.at(HEALTH)))
                                   if each['lost']['refused']], 'health to tell')[0]
        self.assertLessEqual(health['lost']['refused'], health['reports']['published'])


class NoDisk(FaultTest):
    def test_writes_no_file(self):
        """A full disk changes nothing: the gateway has no file open but its log."""
        self.wait_scan()
        self.broker.kill()
        self.storm(2)
        time.sleep(2)
        # in between it opens and closes some: its password's each time that it is about to connect
        self.gateway.process.send_signal(signal.SIGSTOP)
        try:
            wait_for(lambda: state(self.gateway.process.pid) == 'T', 'it to stop')
            directory = f'/proc/{self.gateway.process.pid}/fd'
            files = {os.readlink(f'{directory}/{fd}') for fd in os.listdir(directory)}
        finally:
            self.gateway.process.send_signal(signal.SIGCONT)
        files.discard(f'{self.gateway.temporary.name}/password')
        self.assertEqual({file for file in files if os.path.isfile(file)}, {self.gateway.log_path})


class Daemon(FaultTest):
    def test_restart(self):
        """Reports come again, and their numbers go on; meanwhile health says that the daemon is gone."""
        client = self.subscribe('bluebroker/#')
        self.wait_scan()
        self.storm(2)
        client.wait(REPORTS, RATE)
        self.world.stop_daemon(signal.SIGKILL)
        wait_for(lambda: client.at(HEALTH) and not json.loads(client.at(HEALTH)[-1].payload)['daemon'],
                 'the news of it')
        last = json.loads(client.at(REPORTS)[-1].payload)['sequence']
        self.air.ask(f'quiet {RADIO}')      # or what is left of the storm comes with the next scan
        self.world.start_daemon()
        wait_for(lambda: self.gateway.text().count('scanning on') == 2, 'the next scan')
        client.forget()
        self.storm(1)
        self.assertEqual(json.loads(client.wait(REPORTS)[0].payload)['sequence'], last + 1)
        wait_for(lambda: client.at(HEALTH) and json.loads(client.at(HEALTH)[-1].payload)['daemon'], 'the news of it')

    def test_absent(self):
        """A gateway that has a name is there before the daemon is."""
        client = self.subscribe('bluebroker/gw2/#')
        self.world.stop_daemon()
        late = Gateway(self.broker, self.world.address, '[Gateway]\nHealthSeconds=1', name='gw2')
        self.addCleanup(late.close)
        self.assertEqual(client.wait('bluebroker/gw2/status')[0].payload, b'online')
        health = json.loads(client.wait('bluebroker/gw2/health')[0].payload)
        self.assertEqual((health['daemon'], health['scanning'], health['adapter']), (False, False, None))
        self.world.start_daemon()
        wait_for(lambda: json.loads(client.at('bluebroker/gw2/health')[-1].payload)['scanning'], 'the scan')

    def test_radio_gone(self):
        """One that is plugged in again is scanned on again."""
        client = self.subscribe('bluebroker/#')
        self.wait_scan()
        self.air.ask(f'unplug {RADIO}')
        wait_for(lambda: self.world.powered() == 0, 'the radio to go')
        self.air.ask(f'plug {RADIO}')
        self.storm(1)
        client.wait(REPORTS)


class Stopped(FaultTest):
    def test_not_started(self):
        """Whoever stops the daemon has reasons: the gateway does not have the bus start it again."""
        directory = self.world.directory.name
        with open(f'{directory}/com.example.Bluetooth.service', 'w', encoding='utf-8') as file:
            file.write(f'[D-BUS Service]\nName=com.example.Bluetooth\nExec=/usr/bin/touch {directory}/started\n')
        self.world.busctl('call', 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                          'ReloadConfig')
        client = self.subscribe(HEALTH)
        self.wait_scan()
        self.assertEqual(self.world.stop_daemon(), 0)
        wait_for(lambda: client.at(HEALTH) and not json.loads(client.at(HEALTH)[-1].payload)['daemon'],
                 'the news of it')
        self.assertFalse(os.path.exists(f'{directory}/started'))
        # which the bus would have done
        self.world.busctl('call', '--expect-reply=false', 'org.freedesktop.DBus', '/org/freedesktop/DBus',
                          'org.freedesktop.DBus', 'StartServiceByName', 'su', 'com.example.Bluetooth', '0')
        wait_for(lambda: os.path.exists(f'{directory}/started'), 'the bus to start it')


class OldBroker:
    """Knows MQTT 3.1.1 only. hangs_up: it does not say so."""

    def __init__(self, hangs_up):
        self.hangs_up, self.levels = hangs_up, []
        self.user, self.tls, self.password = None, '', None
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                self.serve(connection)

    def serve(self, connection):
        level = connection.recv(4096)[8]
        self.levels.append(level)
        if level == 5:
            if not self.hangs_up:
                connection.sendall(b'\x20\x02\x00\x01')
            return
        connection.sendall(b'\x20\x02\x00\x00')
        while connection.recv(4096):
            pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Old(WorldTest):
    def fall_back(self, hangs_up):
        broker = OldBroker(hangs_up)
        self.addCleanup(broker.close)
        gateway = Gateway(broker, self.world.address, 'Qos=0\nReconnectMaxSeconds=1')
        self.addCleanup(gateway.close)
        wait_for(lambda: 'with MQTT 3.1.1' in gateway.text(), 'the other protocol')
        return broker.levels

    def test_says_so(self):
        self.assertEqual(self.fall_back(False), [5, 4])

    def test_hangs_up(self):
        self.assertEqual(self.fall_back(True), [5, 5, 4])


if __name__ == '__main__':
    unittest.main()
