#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebrokerctl advertise, serve and clients, and the shell script lopy.sh, against the real daemon and centrals of the
simulated BlueZ.

usage: test-ctl-serve.py DAEMON SIMBLUEZ CTL EXAMPLES [TEST...]
"""

import json
import os
import re
import signal
import subprocess
import sys
import unittest

from broker_world import SLOW, WorldTest, wait_for

CTL, EXAMPLES = sys.argv[3:5]

PHONE = 'C0:00:00:00:00:01'
FILE = '''
[Advertisement]
Name=Test
[Service s]
UUID=ffe0
[Characteristic a]
Service=s
UUID=ffe1
Value=u8:7
[Characteristic b]
Service=s
UUID=ffe2
Properties=read;notify
Permissions=read
Value=stored
[Descriptor d]
Characteristic=b
UUID=2901
Value=said
'''


class Peripheral(WorldTest):
    def setUp(self):
        super().setUp()
        self.world.environment['PATH'] = f'{os.path.dirname(CTL)}:{os.environ["PATH"]}'
        self.file = f'{self.world.directory}/file'
        self.output = f'{self.world.directory}/output'
        self.error_output = f'{self.world.directory}/errors'
        with open(self.file, 'w', encoding='utf-8') as out:
            out.write(FILE)

    def start(self, command, expect):
        """Starts it, and returns when it has printed that."""
        with open(self.output, 'wb') as output, open(self.error_output, 'wb') as errors:
            process = subprocess.Popen(command, env=self.world.environment, text=True, stdin=subprocess.PIPE,
                                       stdout=output, stderr=errors)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdin.close()
        self.addCleanup(end)
        self.expect(expect)
        return process

    def serve(self, *words):
        return self.start(self.world.command('serve', self.file, *words), 'serving')

    def printed(self):
        with open(self.output, encoding='utf-8') as source:
            return source.read()

    def said(self):
        with open(self.error_output, encoding='utf-8') as source:
            return source.read()

    def expect(self, pattern):
        """Waits until a line of the output matches."""
        try:
            wait_for(pattern, lambda: re.search(pattern, self.printed(), re.MULTILINE), 20)
        except AssertionError:
            self.fail(f'no {pattern!r} in\n{self.printed()}\n{self.said()}')

    def end(self, process, number=signal.SIGINT):
        process.send_signal(number)
        self.assertEqual(process.wait(20 * SLOW), 0, self.said())

    def connect(self):
        self.world.air(f'central phone {PHONE} random')
        self.world.air('connect phone *')

    def handle(self, uuid):
        """The value handle of that characteristic, once it is there."""
        def find():
            found = re.search(rf'c:[0-9a-f]{{4}}:[0-9a-f]{{2}}:([0-9a-f]{{4}}):{uuid}', self.world.air('discover phone'))
            return found and found[1]
        return wait_for(uuid, find)

    def read(self, uuid):
        return self.world.air(f'read phone {self.handle(uuid)}')

    def read_fails(self, uuid):
        with self.assertRaises(AssertionError) as caught:
            self.read(uuid)
        return str(caught.exception)

    # --- advertise ---

    def test_advertise(self):
        process = self.start(self.world.command('advertise', '--name', 'Test', '--service', '180d', '--manufacturer',
                                                '0xffff:0102'), 'advertising hci0$')
        on_air = self.world.air('onair *').split(':')
        self.assertIn('03030d18', on_air[4] + on_air[5])
        self.assertIn('05ffffff0102', on_air[4] + on_air[5])
        self.assertIn('050954657374', on_air[4] + on_air[5])
        self.connect()
        self.expect(f'{PHONE} connect$')
        self.world.air('disconnect phone')
        self.expect(f'{PHONE} disconnect$')
        self.end(process)
        wait_for('silence', lambda: self.world.air('onair *') == '')

    def test_advertise_ends(self):
        result = self.world.ctl('advertise', '--timeout', '1', '--json')
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)['event'], 'advertising')
        self.assertEqual(json.loads(result.stdout)['radio'], 'hci0')
        wait_for('silence', lambda: self.world.air('onair *') == '')
        # what the daemon refuses
        result = self.world.ctl('advertise', '--raw', '0201')
        self.assertEqual((result.returncode, result.stdout), (1, ''))
        self.assertIn('setting what to advertise', result.stderr)
        # the simulated bluetoothd is one without --experimental
        result = self.world.ctl('advertise', '--interval', '100:200')
        self.assertEqual((result.returncode, result.stdout), (1, ''))
        self.assertIn('setting how to advertise: adv_int_min', result.stderr)
        result = self.world.ctl('advertise', '--adapter', 'hci7')
        self.assertEqual(result.returncode, 4, result.stderr)
        process = self.start(self.world.command('advertise'), 'advertising')
        self.world.end('daemon', signal.SIGKILL)
        self.assertEqual(process.wait(20 * SLOW), 3)

    # --- serve ---

    def test_refused(self):
        with open(self.file, 'a', encoding='utf-8') as out:
            out.write('Colour=red\n')
        result = self.world.ctl('serve', self.file)
        self.assertEqual((result.returncode, result.stdout), (2, ''))
        self.assertIn(f'{self.file}: [Descriptor d] Colour: no such key', result.stderr)
        self.assertNotIn('0000ffe0', self.world.air('onair *'))
        result = self.world.ctl('serve', f'{self.file}-not-there')
        self.assertEqual(result.returncode, 2)
        self.assertIn('No such file', result.stderr)

    def test_stored(self):
        """Without --exec: stored values, and lines on standard input."""
        process = self.serve()
        self.connect()
        self.expect(f'{PHONE} connect$')
        self.assertEqual(self.read('0000ffe1'), '07')
        self.assertEqual(self.read('0000ffe2'), b'stored'.hex())
        self.expect(f'{PHONE} read b$')
        self.world.air(f'write phone {self.handle("0000ffe1")} 6869')
        self.expect(f'{PHONE} write a 6869 "hi"$')
        self.assertEqual(self.read('0000ffe1'), '6869')
        self.world.air(f'subscribe phone {self.handle("0000ffe2")} notify')
        self.expect('subscribe b 1$')
        process.stdin.write('b u16:513\nnope 1\nb u8:300\nb\n\nb last one\n')
        process.stdin.close()
        told = wait_for('both notifications',
                        lambda: re.findall(r':([0-9a-f]+)', self.world.air('events phone')), 20)
        while len(told) < 2:
            told += wait_for('the second', lambda: re.findall(r':([0-9a-f]+)', self.world.air('events phone')), 20)
        self.assertEqual(told, ['0102', b'last one'.hex()])
        self.assertEqual(self.read('0000ffe2'), b'last one'.hex())
        for text in '"nope": no characteristic', '"300" is not u8', '"b": the value is missing':
            self.assertIn(text, self.said())

        self.assertRegex(self.world.ctl('clients').stdout, rf'^{PHONE} hci0 1 session MTU \d+\n$')
        row = json.loads(self.world.ctl('clients', '--json', '--adapter', 'hci0').stdout)
        self.assertEqual((row['address'], row['radio'], row['sessions']), (PHONE, 'hci0', 1))
        self.world.air('disconnect phone')
        self.expect(f'{PHONE} disconnect$')
        result = self.world.ctl('clients')
        self.assertEqual((result.returncode, result.stdout), (5, ''))
        self.end(process)
        wait_for('silence', lambda: self.world.air('onair *') == '')

    def test_clients_of_others(self):
        """Another user hears of a central only when that uses a service of its own."""
        self.assertEqual(os.geteuid(), 0, 'only root can be several users; run this as root')
        os.chmod(self.world.directory, 0o711)

        def as_other(*words):
            result = subprocess.run(['busctl', f'--address={self.world.address}', '--json=short', 'call',
                                     'com.example.Bluetooth', *words], user='daemon', group='daemon', extra_groups=[],
                                    capture_output=True, text=True, cwd='/', timeout=60, check=False)
            self.assertEqual(result.returncode, 0, result.stderr)
            return json.loads(result.stdout)['data']

        def clients_of_other():
            stats = as_other('/com/example/Bluetooth', 'com.example.Bluetooth.Manager1', 'GetStats')
            return stats[0]['Clients']['data']

        process = self.serve()
        self.connect()
        self.read('0000ffe1')
        self.assertEqual(clients_of_other(), [])
        self.assertEqual(self.world.ctl('clients').stdout.count(PHONE), 1)
        service = as_other('/com/example/Bluetooth/hci0', 'com.example.Bluetooth.Session1', 'Service', 'va{sv}', 'q', '4660',
                           '0')[0]
        as_other(service, 'com.example.Bluetooth.LocalService1', 'Characteristic', 'va{sv}', 'q', '4661', '0')
        self.assertEqual(self.read('00001235'), '-')
        row = wait_for('the client', clients_of_other)[0]
        self.assertEqual((row['Address']['data'], row['Sessions']['data']), (PHONE, 2))
        self.end(process)

    def test_json(self):
        process = self.serve('--json')
        self.connect()
        self.read('0000ffe1')
        self.world.air(f'write phone {self.handle("0000ffe1")} 00ff')
        self.expect('"write"')
        rows = [json.loads(line) for line in self.printed().splitlines()]
        self.assertEqual([row['event'] for row in rows], ['serving', 'connect', 'read', 'write'])
        self.assertEqual((rows[3]['address'], rows[3]['characteristic'], rows[3]['value'], rows[3]['text']),
                         (PHONE, 'a', '00ff', None))
        self.end(process, signal.SIGTERM)

    def test_output_full(self):
        """Who serves others goes on when nothing can be printed."""
        for words in ('advertise',), ('serve', self.file), ('serve', self.file, '--json', '--exec', 'echo told'):
            with open('/dev/full', 'w', encoding='ascii') as full:
                process = subprocess.Popen(self.world.command(*words), env=self.world.environment, text=True, stdout=full,
                                           stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self.addCleanup(process.kill)
            self.assertEqual(process.stderr.readline(), 'bluebrokerctl: standard output: No space left on device\n')
            self.connect()
            if words[0] == 'serve':
                self.assertEqual(self.read('0000ffe2') if len(words) == 2 else self.read('0000ffe1'),
                                 b'stored'.hex() if len(words) == 2 else b'told'.hex())
                self.world.air(f'write phone {self.handle("0000ffe1")} 09')
            self.world.air('disconnect phone')
            self.world.air('uncentral phone')
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.communicate(timeout=10 * SLOW)[1], '')
            self.assertEqual(process.returncode, 1)

    def test_any_value(self):
        """What centrals write is shown whatever it is, and handed to a command."""
        process = self.serve('--exec', '[ "$BLUEBROKER_EVENT" != write ] || echo "told $BLUEBROKER_VALUE."')
        self.connect()
        for value in '', '00', 'ff' * 510, '00' * 510, 'c3', 'c29b6d':
            self.world.air(f'write phone {self.handle("0000ffe1")} {value or "-"}')
            self.expect(f'^told {value}\\.$')
            self.expect(f' write a {value}( |$)')
            self.assertEqual(self.read('0000ffe1'), value or '-')
        self.end(process)

    def test_exec(self):
        command = r'''
            case $BLUEBROKER_EVENT.$BLUEBROKER_CHARACTERISTIC in
            read.a) echo "u8:$((0x$BLUEBROKER_VALUE + 1))" ;;
            read.b) exit 3 ;;
            *) echo "told $BLUEBROKER_EVENT:$BLUEBROKER_CHARACTERISTIC:$BLUEBROKER_CLIENT:$BLUEBROKER_VALUE:"
            esac'''
        process = self.serve('--exec', command)
        self.connect()
        self.expect(f'^told connect::{PHONE}::$')
        self.assertEqual([self.read('0000ffe1') for i in range(3)], ['08', '09', '0a'])
        self.assertIn('0x83', self.read_fails('0000ffe2'))
        self.world.air(f'write phone {self.handle("0000ffe1")} 20')
        self.expect(f'^told write:a:{PHONE}:20:$')
        self.assertEqual(self.read('0000ffe1'), '21')
        self.world.air(f'subscribe phone {self.handle("0000ffe2")} notify')
        self.expect('^told subscribe:b:::$')
        self.world.air('disconnect phone')
        self.expect(f'^told disconnect::{PHONE}::$')
        self.end(process)

    def test_exec_long(self):
        """A value that the peer reads in parts is asked for once."""
        runs = f'{self.world.directory}/runs'
        process = self.serve('--exec', f'[ "$BLUEBROKER_EVENT" != read ] || {{ printf x >> {runs}; printf %050d 7; }}')
        self.world.air(f'central phone {PHONE} random')
        self.world.air('connect phone * 23')
        self.assertEqual(self.read('0000ffe2'), b'7'.rjust(50, b'0').hex())
        with open(runs, encoding='ascii') as source:
            self.assertEqual(source.read(), 'x')
        self.assertEqual(self.printed().count(' read b'), 1)
        self.end(process)

    def test_exec_badly(self):
        """Values that are none, statuses past the range, output without end, and none."""
        command = r'''
            case $(cat "$STEP") in
            value) echo u8:300 ;;
            status) exit 200 ;;
            signal) kill -9 $$ ;;
            endless) exec yes ;;
            esac'''
        step = self.world.environment['STEP'] = f'{self.world.directory}/step'
        process = self.serve('--exec', command)
        self.connect()
        for word, att_error in ('value', '0x0e'), ('status', '0x9f'), ('signal', '0x9f'), ('endless', '0x0e'):
            with self.subTest(word):
                with open(step, 'w', encoding='utf-8') as out:
                    out.write(word)
                self.assertIn(att_error, self.read_fails('0000ffe2'))
        with open(step, 'w', encoding='utf-8') as out:
            out.write('nothing')
        self.assertEqual(self.read('0000ffe2'), b'stored'.hex())
        self.assertIn('"300" is not u8', self.said())
        self.assertIn('more than 65535 bytes', self.said())
        self.end(process)

    def test_exec_too_late(self):
        """One that does not answer costs the peer ReadTimeout; it ends with us."""
        with open(self.file, 'w', encoding='utf-8') as out:
            out.write(FILE.replace('Value=u8:7', 'Value=u8:7\nReadTimeout=300'))
        pids = f'{self.world.directory}/pids'
        process = self.serve('--exec', f'if [ "$BLUEBROKER_EVENT" = read ]; then sleep 3600 & echo $! >> {pids}; wait; fi')
        self.connect()
        self.assertEqual(self.read('0000ffe1'), '07')
        # 16 at a time; more get the stored value
        for _ in range(20):
            self.assertEqual(self.read('0000ffe1'), '07')

        def started():
            with open(pids, encoding='ascii') as source:
                return source.read().split()

        wait_for('the last of them', lambda: len(started()) >= 16)
        running = started()
        self.assertEqual(len(running), 16)
        self.end(process)
        wait_for('their end', lambda: not any(os.path.exists(f'/proc/{pid}') for pid in running), 20)

    def test_lopy(self):
        """The shell script is a GATT server."""
        process = self.start([f'{EXAMPLES}/lopy.sh', '--bus', self.world.address], 'serving')
        on_air = self.world.air('onair *')
        self.assertIn(b'1234567890123456'[::-1].hex(), on_air)
        self.assertIn(b'\x05\x09LoPy'.hex(), on_air)
        self.connect()
        self.expect(f'^Client connected: {PHONE}$')
        self.assertEqual([self.read('61623334-3536') for i in range(3)], ['01000000', '02000000', '03000000'])
        self.assertEqual([self.read('000011d7') for i in range(2)], ['3512', '3612'])
        self.world.air(f'write phone {self.handle("61623334-3536")} 0a0b')
        self.expect('^Write to counter: 0a0b$')
        self.world.air('disconnect phone')
        self.expect(f'^Client disconnected: {PHONE}$')
        self.end(process, signal.SIGTERM)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v', *sys.argv[5:]])
