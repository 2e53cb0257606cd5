#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion: what bluebrokerctl complete says, and what bash and zsh, typed into, make of it.

usage: test-ctl-complete.py DAEMON SIMBLUEZ CTL COMPLETION_DIRECTORY [TEST...]
"""

import os
import pty
import re
import select
import signal
import shutil
import subprocess
import sys
import termios
import time
import unittest

from broker_world import SLOW, World, wait_for

DAEMON, SIMBLUEZ, CTL, DIRECTORY = (os.path.abspath(word) for word in sys.argv[1:5])

HEART = 'C4:00:00:00:00:01'
LAMP = '24:00:00:00:00:03'
TWIN, OTHER_TWIN = 'D0:00:00:00:00:11', 'D0:00:00:00:00:12'
PEERS = f'''
peer heart {HEART} random 0201060b0948656172742052617465
service heart 10 180d primary
char heart 11 2a37 notify 0000
desc heart 13 2902 read,write 0000
char heart 14 2a38 read 01
char heart 16 2a39 write -
char heart 18 2a6e read,write 1234
char heart 1a 2a6e read 9cff
'''
# names that a shell would run, split, expand, or that would lead a terminal astray
NASTY = ['$(touch x)', '`touch x`', '"; touch x; "', "'; touch x; '", 'a b  c', ';touch x', '& touch x', '| touch x',
         '> x', '*', '~', '\\', '"', "'", '!!', '#a', '-x', '{a,b}', '$HOME', 'it\'s "so"', 'Küche', '=ls', '[a]',
         '%1']
# A busy machine may not have the answer in a second
PATIENT = ['--timeout', '100']
HIDDEN = ['a\nb', 'a\tb', 'a\x1b[2Jb', 'a\u202eb', 'a\x7fb']


def nasty_address(number):
    return f'E0:00:00:00:01:{number:02X}'


class Shell:
    """An interactive shell on a terminal, whose bluebrokerctl writes down with what it was called."""

    def __init__(self, test, argv, setup, environment):
        self.directory = f'{test.world.directory}/home'
        os.makedirs(f'{self.directory}/bin', exist_ok=True)
        with open(f'{self.directory}/bin/bluebrokerctl', 'w', encoding='utf-8') as out:
            out.write(f'#!/bin/sh\n[ "$1" = complete ] && shift && exec {CTL} complete {" ".join(PATIENT)} "$@"\n'
                      f'for word; do printf "%s\\0" "$word"; done >> {self.directory}/called\n')
        os.chmod(f'{self.directory}/bin/bluebrokerctl', 0o755)
        with open(f'{self.directory}/a file', 'w', encoding='utf-8'):
            pass
        path = f'{self.directory}/bin:{environment["PATH"]}'
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(self.directory)
            own = {'PATH': path, 'HOME': self.directory, 'PS1': '', 'TERM': 'xterm', 'HISTFILE': '/dev/null'}
            os.execvpe(argv[0], argv, {**environment, **own})
        termios.tcsetwinsize(self.terminal, (50, 200))
        self.output = b''
        test.addCleanup(self.close)
        for line in [*setup, 'echo re""ady']:
            self.type(line + '\n')
        self.expect('ready')

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.child, 0)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def expect(self, text, seconds=20):
        """What was printed up to that text since the last time."""
        end = time.monotonic() + seconds * SLOW
        while text.encode() not in self.output:
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f'{text!r} is not in {self.output!r}')
            self.output += os.read(self.terminal, 4096)
        before, _, self.output = self.output.partition(text.encode())
        return before.decode(errors='replace')

    def complete(self, line, tabs='\t'):
        """Types the line and TAB, then return: the words with which bluebrokerctl was called."""
        called = f'{self.directory}/called'
        if os.path.exists(called):
            os.unlink(called)
        self.type(line + tabs)
        self.type('\necho do""ne\n')
        self.expect('done')
        with open(called, encoding='utf-8') as source:
            return source.read().split('\0')[:-1]

    def list(self, line, last):
        """What two TABs list, up to that text."""
        self.type(line + '\t\t')
        text = self.expect(last)
        self.type('\x15\n')     # Ctrl-U
        return text


class Complete(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(DAEMON, SIMBLUEZ, CTL)
        cls.addClassCleanup(cls.world.close)
        cls.world.start_bluez()
        cls.world.start_daemon()
        for line in PEERS.strip().splitlines():
            cls.world.air(line)
        devices = [(LAMP, 'Lamp'), (TWIN, 'Twin'), (OTHER_TWIN, 'Twin')]
        devices += [(nasty_address(number), name) for number, name in enumerate([*NASTY, *HIDDEN])]
        for address, name in devices:
            data = name.encode()
            cls.world.air(f'repeat * dev{address} {address} random 3 -60 {len(data) + 1:02x}09{data.hex()} 50 0')
        scan = cls.world.ctl_start('scan')
        wait_for('all devices', lambda: cls.world.ctl('devices').stdout.count('\n') == len(devices) + 1)
        cls.addClassCleanup(scan.wait)
        cls.addClassCleanup(scan.terminate)
        cls.link = cls.world.ctl_start('connect', HEART, '--stay')
        cls.addClassCleanup(cls.link.communicate)
        cls.addClassCleanup(cls.link.terminate)
        wait_for('the link', lambda: 'connected' in cls.world.ctl('links').stdout)

    def ask(self, *words, shell='zsh', environment=None):
        return self.answer(self.ask_begin(PATIENT, words, shell, environment))

    def ask_begin(self, options, words, shell='zsh', environment=None):
        return subprocess.Popen([CTL, 'complete', *options, shell, '--', *words], env=environment or self.world.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def answer(self, process):
        output, errors = process.communicate(timeout=20 * SLOW)
        self.assertEqual((process.returncode, errors), (0, ''), process.args)
        return dict(line.split('\t', 1) for line in output.splitlines())

    def test_commands(self):
        said = self.ask('')
        listed = re.findall(r'^  ([a-z]+)', self.world.ctl('--help').stdout.split('\nOptions')[0], re.MULTILINE)
        self.assertEqual(sorted([*said, 'complete']), sorted(listed))
        self.assertEqual(said['status'], 'Shows the daemon, its radios and its limits')
        self.assertEqual(list(self.ask('re')), [word for word in said if word.startswith('re')])
        self.assertIn('--version', self.ask('-'))
        self.assertEqual(self.ask('nonsense', ''), {})

    def test_options(self):
        """Those of the command, as its help has them."""
        for command in 'scan', 'advertise', 'connect', 'run', 'power', 'devices', 'monitor':
            listed = re.findall(r'^  (--[a-z-]+)', self.world.ctl(command, '--help').stdout, re.MULTILINE)
            self.assertEqual(list(self.ask(command, '-')), listed)
        self.assertEqual(list(self.ask('scan', '--passi')), ['--passive'])
        self.assertIn('--timeout', self.ask('scan', ''))
        self.assertEqual(self.ask('read', HEART, '2a38', '--', '--'), {})

    def test_values(self):
        for words, expected in (
                (('read', '--format', ''), {'hex', 'text', 'u8', 'u16', 'u32', 'i8', 'i16', 'i32'}),
                (('write', '--type', 're'), {'request', 'reliable'}),
                (('connect', '--addr-type', ''), {'public', 'random'}),
                (('scan', '--adapter', ''), {'hci0'}),
                (('scan', '--adapter=', ), {'--adapter=hci0'}),
                (('scan', '--adapt', 'h'), {'hci0'}),
                (('--adapter', 'h'), {'hci0'}),
                (('scan', '--uuid', '180d'), {'180d'}),
                (('scan', '--pcap', ''), {''}),
                (('scan', '--timeout', ''), set()),
                (('power', ''), {'on', 'off'}),
                (('help', 'sc'), {'scan'}),
                (('help', 'scan', 'sc'), set()),
                (('serve', ''), {''}),
                (('run', ''), {''}),
                (('resolve', '00', 'ADV_NAME'), {'ADV_NAME_SHORT', 'ADV_NAME_CMPL'}),
                (('resolve', '00', 'adv_name_c'), {'adv_name_cmpl'}),
                (('--bus', ''), {'system', 'session'}),
                (('scan', '--bus', self.world.address, '--adapter', ''), {'hci0'})):
            self.assertEqual(set(self.ask(*words)), expected, words)
        self.assertEqual(self.ask('run', '--', 'ls', '-l', ''), {'': 'command 2'})

    def test_all_values(self):
        """A new option has its values, or is one of those whose values nobody but the user knows."""
        free = {'SECONDS', 'N', 'MS', 'DBM', 'DB', 'GLOB', 'NAME', 'ID', 'ID:HEX', 'UUID:HEX', '[START:]TYPE:HEX',
                'HEX', 'BYTES', 'MIN[:MAX]', 'CMD'}
        unknown = []
        for command in self.ask(''):
            text = self.world.ctl(command, '--help').stdout
            for option, value in re.findall(r'^  (--[a-z-]+) ([^ ]+) ', text, re.MULTILINE):
                if value not in free and not self.ask(command, option, ''):
                    unknown.append(f'{command} {option} {value}')
        self.assertEqual(unknown, [])

    def test_devices(self):
        said = self.ask('connect', '')
        self.assertIn('"Lamp" -60 dBm', said[LAMP])
        self.assertIn('linked', said[HEART])
        self.assertEqual(list(said)[0], HEART)
        self.assertEqual({word for word in said if not re.fullmatch('[0-9A-F:]{17}', word)}, set())
        self.assertEqual(list(self.ask('connect', 'c4:00')), [HEART.lower()])
        self.assertEqual(list(self.ask('disconnect', '')), [HEART])
        self.assertIn(LAMP, self.ask('scan', '--address', ''))
        # names, once something is typed; those that several devices have would be refused
        self.assertEqual(self.ask('read', 'La'), {'Lamp': LAMP})
        self.assertEqual(self.ask('read', 'Tw'), {})
        for name in HIDDEN:
            self.assertNotIn(name, self.ask('connect', 'a'))
        self.assertIn('a b  c', self.ask('connect', 'a'))

    def test_attributes(self):
        """Of devices with a link."""
        self.assertEqual(self.ask('read', HEART, ''),
                         {'2902': 'Client Characteristic Configuration (descriptor)',
                          '2a38': 'Body Sensor Location (read)',
                          '0x0018': 'Temperature (read, write)', '0x001a': 'Temperature (read)'})
        self.assertEqual(set(self.ask('write', 'Heart Rate', '')), {'2902', '2a39', '0x0018'})
        self.assertEqual(set(self.ask('notify', HEART.lower().replace(':', ''), '')), {'2a37'})
        self.assertEqual(set(self.ask('read', HEART, '0x001')), {'0x0013', '0x0014', '0x0018', '0x001a'})
        self.assertNotIn('2a38', self.ask('read', LAMP, ''))

    def test_without_daemon(self):
        """Nothing is started or said, and it is quick."""
        nowhere = dict(self.world.environment, DBUS_SYSTEM_BUS_ADDRESS='unix:path=/nonexistent')
        for words in ('connect', ''), ('read', HEART, ''), ('scan', '--adapter', ''):
            self.assertFalse({word for word in self.ask(*words, environment=nowhere) if not word.startswith('--')})
        self.assertIn('status', self.ask('', environment=nowhere))
        daemon = self.world.processes['daemon']
        self.addCleanup(daemon.send_signal, signal.SIGCONT)
        daemon.send_signal(signal.SIGSTOP)      # it has a second
        patient = self.ask_begin(PATIENT, ['connect', ''])
        self.assertNotIn(HEART, self.answer(self.ask_begin([], ['connect', ''])))
        daemon.send_signal(signal.SIGCONT)      # or as long as is said
        self.assertIn(HEART, self.answer(patient))

    def test_bash_takes_nothing_for_more_than_text(self):
        """Each name as bash would put it into the line says that name, and runs nothing."""
        directory = f'{self.world.directory}/nasty'
        os.makedirs(directory, exist_ok=True)
        for name in NASTY:
            for quote in ('', '"', "'"):
                if quote == "'" == name[0]:
                    continue    # nothing is typed yet
                said = self.ask('connect', '--', quote + self.typed(name[0], quote), shell='bash')
                address = nasty_address(NASTY.index(name))
                words = [word for word, meaning in said.items() if meaning == address]
                if quote == '"' and '!' in name:
                    self.assertEqual(words, [])     # cannot be said
                    continue
                self.assertEqual(len(words), 1, (name, quote, said))
                line = quote + words[0] + quote
                result = subprocess.run(['bash', '-c', f"printf '%s' {line}"], cwd=directory, capture_output=True,
                                        text=True, check=True)
                self.assertEqual(result.stdout, name, line)
                self.assertEqual(os.listdir(directory), [], line)

    @staticmethod
    def typed(character, quote):
        """A character as somebody types it who knows that it is special."""
        if quote == "'":
            return "'\\''" if character == "'" else character
        if quote == '"':
            return '\\' + character if character in '"\\$`' else character
        return '\\' + character

    def bash(self):
        environment = {**self.world.environment, 'INPUTRC': '/dev/null'}
        return Shell(self, ['bash', '--norc', '--noprofile', '-i'],
                     ["bind 'set enable-bracketed-paste off'",
                      '. /usr/share/bash-completion/bash_completion', f'. {DIRECTORY}/bluebrokerctl.bash'], environment)

    def zsh(self):
        return Shell(self, ['zsh', '-f', '-i'],
                     ['unsetopt zle_bracketed_paste prompt_cr prompt_sp 2>/dev/null; PROMPT=',
                      f'fpath=({DIRECTORY} $fpath); autoload -U compinit; compinit -u -D',
                      'bindkey -e; setopt no_beep'],
                     self.world.environment)

    def check_shell(self, shell):
        for line, called in (
                ('bluebrokerctl stat', None),       # status, stats
                ('bluebrokerctl moni', ['monitor']),
                ('bluebrokerctl connect c4', ['connect', HEART.lower()]),
                ('bluebrokerctl connect C4:00:0', ['connect', HEART]),
                ('bluebrokerctl connect C4:', ['connect', HEART]),
                ('bluebrokerctl read Hea', ['read', 'Heart Rate']),
                ('bluebrokerctl read "Hea', ['read', 'Heart Rate']),
                ("bluebrokerctl read 'Heart R", ['read', 'Heart Rate']),
                ('bluebrokerctl read Heart\\ R', ['read', 'Heart Rate']),
                ('bluebrokerctl read Heart\\ Rate 2a', ['read', 'Heart Rate', '2a38']),
                (f'bluebrokerctl notify {HEART} ', ['notify', HEART, '2a37']),
                ('bluebrokerctl scan --adapter ', ['scan', '--adapter', 'hci0']),
                ('bluebrokerctl scan --adapter=', ['scan', '--adapter=hci0']),
                ('bluebrokerctl scan --adapter=h', ['scan', '--adapter=hci0']),
                ('bluebrokerctl scan --pass', ['scan', '--passive']),
                ('bluebrokerctl power of', ['power', 'off']),
                ('bluebrokerctl serve a', ['serve', 'a file']),
                ('bluebrokerctl scan --pcap a', ['scan', '--pcap', 'a file']),
                ('bluebrokerctl scan --pcap=a', ['scan', '--pcap=a file']),
                ('bluebrokerctl run -- printen', ['run', '--', 'printenv']),
                ('bluebrokerctl run -- cat a', ['run', '--', 'cat', 'a file']),
                ('bluebrokerctl --bus sys', ['--bus', 'system'])):
            got = shell.complete(line)
            if called:
                self.assertEqual(got, called, line)
        for name in NASTY:
            got = shell.complete(f'bluebrokerctl connect -- {self.typed(name[0], "")}')
            # where several begin so, what is typed stays, and what they have in common is added; else it is the name
            if sum(other[0] == name[0] for other in NASTY) == 1:
                self.assertEqual(got, ['connect', '--', name])
            else:
                self.assertEqual(got[:2], ['connect', '--'])
        self.assertEqual(sorted(os.listdir(shell.directory)), ['a file', 'bin', 'called'])

    def test_bash(self):
        shell = self.bash()
        self.check_shell(shell)
        listed = shell.list('bluebrokerctl connect ', '"Lamp" -60 dBm)')
        self.assertIn(f'{LAMP}  (', listed)
        self.assertNotIn('\x1b[2J', listed)

    def test_zsh(self):
        if not shutil.which('zsh'):
            self.fail('needs zsh')
        shell = self.zsh()
        self.check_shell(shell)

    def test_other_programs(self):
        """Their --help has their options."""
        for shell in self.bash(), self.zsh():
            os.makedirs(f'{shell.directory}/bin', exist_ok=True)
            program = f'{shell.directory}/bin/bluebrokerd'
            with open(program, 'w', encoding='utf-8') as out:
                out.write(f'#!/bin/sh\n[ "$1" = --help ] && exec {DAEMON} --help\necho "called<$1>"\n')
            os.chmod(program, 0o755)
            shell.type(f'. {DIRECTORY}/longopt.bash 2>/dev/null; hash -r\n')
            shell.type('bluebrokerd --bluez-so\t\n')
            shell.expect('called<--bluez-socket')


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]])
