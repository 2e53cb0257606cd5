#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebroker-pycom itself: MicroPython's modules and names, what a computer refuses, how a script is found and how it
ends, options."""

import os
import subprocess
import tempfile
import textwrap
import unittest

from pyworld import PYTHON, RADIO, SECOND_RADIO, SOON, WorldTest

RUNNER = os.environ['BLUEBROKER_PYCOM']

# What a script may import or name, and what it prints then.
NAMES = [
    ('import ubinascii\nprint(ubinascii.hexlify(b"Lo"), ubinascii.unhexlify("4c6f"))', "b'4c6f' b'Lo'"),
    ('import ustruct\nprint(ustruct.pack("<HB", 0x1234, 5), ustruct.unpack("<h", b"\\xfe\\xff"))',
     "b'4\\x12\\x05' (-2,)"),
    ('import ucollections\nT = ucollections.namedtuple("T", ("a", "b"))\n'
     'print(T(1, 2), len(ucollections.OrderedDict()))', 'T(a=1, b=2) 0'),
    ('import ujson, uos, ure, uio, usys, uerrno, uhashlib, urandom, uzlib, uselect, usocket, ussl\n'
     'print(ujson.loads("[1]"), usys.argv is __import__("sys").argv, uerrno.ETIMEDOUT > 0)', '[1] True True'),
    ('import utime\nt = utime.ticks_ms()\nutime.sleep_ms(30)\nd = utime.ticks_diff(utime.ticks_ms(), t)\n'
     'print(30 <= d, type(d).__name__)', 'True int'),
    ('import time\nt = time.ticks_us()\ntime.sleep_us(2000)\nprint(2000 <= time.ticks_diff(time.ticks_us(), t))',
     'True'),
    ('from utime import sleep_ms, ticks_ms, ticks_diff, ticks_add, ticks_cpu, sleep, time\n'
     'print(ticks_diff(ticks_add(0, -5), 0), ticks_diff(3, 8), ticks_add(2**30 - 1, 2))', '-5 -5 1'),
    ('from time import sleep_ms, ticks_ms\nprint(sleep_ms(0), ticks_ms() >= 0)', 'None True'),
    ('from micropython import const\nA = const(0x2a)\nprint(A)', '42'),
    ('A = const(7)\nprint(A)', '7'),
    ('import micropython\nmicropython.alloc_emergency_exception_buf(100)\nprint(micropython.opt_level())', '0'),
    ('import micropython\n@micropython.native\ndef f(a):\n    return a + 1\nprint(f(1))', '2'),
    ('import gc\ngc.collect()\nprint(gc.mem_free() > 0)', 'True'),
    ('import sys\ntry:\n    1 / 0\nexcept Exception as e:\n    sys.print_exception(e)',
     'ZeroDivisionError: division by zero'),
    ('import pycom\nprint(pycom.heartbeat(False), pycom.heartbeat(), pycom.wifi_on_boot(True))', 'None False None'),
    ('import pycom\npycom.heartbeat(True)\nprint(pycom.heartbeat())', 'True'),
    ('import machine\nprint(machine.rng() < 1 << 24, len(machine.unique_id()), machine.idle())', 'True 6 None'),
    ('from machine import disable_irq, enable_irq\nenable_irq(disable_irq())\nprint("on")', 'on'),
    ('from machine import Timer\nc = Timer.Chrono()\nc.start()\nimport time\ntime.sleep(0.05)\nc.stop()\nt = c.read()\n'
     'time.sleep(0.02)\nprint(c.read() == t, 0.05 <= t, 50 <= c.read_ms(), 50000 <= c.read_us())\n'
     'c.reset()\nprint(c.read())', 'True True True True\n0.0'),
    ('from network import Bluetooth, WLAN, LoRa\nprint(Bluetooth.PROP_READ, WLAN)',
     '2 <network.WLAN, which only a board has>'),
    ('from machine import Pin, I2C\nprint(Pin.OUT)', '<machine.Pin.OUT, which only a board has>'),
    ('print(__name__, __file__.endswith("main.py"))\nimport __main__\nprint(__main__.__name__)',
     '__main__ True\n__main__'),
]

# What refuses when it is called, and what the sentence begins with.
REFUSALS = [
    ('from machine import Pin', "Pin('P12', mode=Pin.OUT)(True)", 'machine.Pin'),
    ('import machine', "machine.Pin('P9', mode=machine.Pin.IN)", 'machine.Pin'),
    ('from machine import I2C', 'I2C(0, I2C.MASTER, baudrate=100000)', 'machine.I2C'),
    ('from machine import ADC', 'ADC().channel(pin="P16")', 'machine.ADC'),
    ('import machine', 'machine.deepsleep(1000)', 'machine.deepsleep'),
    ('import pycom', 'pycom.rgbled(0x7f0000)', 'pycom.rgbled'),
    ('from network import WLAN', 'WLAN(mode=WLAN.STA)', 'network.WLAN'),
    ('from network import LoRa', 'LoRa(mode=LoRa.LORAWAN)', 'network.LoRa'),
    ('', "Pin('P12', mode=Pin.OUT)(True)", 'machine.Pin'),       # as the page has it
]


class RunnerTest(unittest.TestCase):
    """Scripts that need no radio."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def write(self, name, code):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb' if isinstance(code, bytes) else 'w') as file:
            file.write(code)
        return path

    def runner(self, *arguments, program=(PYTHON, RUNNER), **options):
        return subprocess.run([*program, *arguments], capture_output=True, text=True, timeout=3 * SOON, check=False,
                              stdin=options.pop('stdin', None if 'input' in options else subprocess.DEVNULL), **options)

    def script(self, code, *arguments, **options):
        return self.runner(self.write('main.py', code), *arguments, **options)

    def expect(self, ended, output='', status=0, errors=''):
        self.assertEqual((ended.returncode, ended.stdout.rstrip('\n'), ended.stderr.rstrip('\n')),
                         (status, output, errors))


class Names(RunnerTest):
    def test_names(self):
        for code, output in NAMES:
            with self.subTest(code):
                ended = self.script(code + '\n')
                self.assertEqual((ended.returncode, ended.stderr), (0, ''), code)
                if 'print_exception' in code:
                    self.assertIn('Traceback', ended.stdout)
                    ended.stdout = ended.stdout.splitlines()[-1]
                self.assertEqual(ended.stdout.rstrip('\n'), output)

    def test_refused_at_the_call(self):
        for first, call, name in REFUSALS:
            with self.subTest(call):
                ended = self.script(f'{first}\nprint("imported")\n{call}\nprint("called")\n')
                self.assertEqual((ended.returncode, ended.stdout), (1, 'imported\n'))
                self.assertRegex(ended.stderr.splitlines()[-1],
                                 rf'^OSError: \[Errno 95\] {name}[.\w]*: that is hardware of the board; .* none of it$')

    def test_a_script_can_go_on_without_it(self):
        code = 'import pycom\ntry:\n    pycom.rgbled(0)\nexcept OSError as e:\n    print(e.errno)\n'
        self.expect(self.script(code), '95')

    def test_nothing_of_it_is_global(self):
        """Other programs' imports do not find the boards' modules."""
        for name in 'network', 'machine', 'pycom', 'ubinascii', 'utime':
            ended = self.runner('-c', f'import bluebroker, {name}', program=[PYTHON])
            self.assertIn(f"No module named '{name}'", ended.stderr)


class Alarms(RunnerTest):
    def test_alarms(self):
        """A script that has ended stays for its alarms, and ends with the last of them."""
        ended = self.script(textwrap.dedent('''\
            from machine import Timer

            class Clock:
                def __init__(self):
                    self.seconds = 0
                    self.alarm = Timer.Alarm(self._seconds_handler, 0.1, periodic=True)

                def _seconds_handler(self, alarm):
                    self.seconds += 1
                    print("%d of" % self.seconds, alarm is self.alarm)
                    if self.seconds == 3:
                        alarm.cancel()

            def once(arg):
                global clock
                print(arg)
                clock = Clock()

            Timer.Alarm(once, ms=50, arg='once')
            never = Timer.Alarm(print, 3600, arg='never')
            never.callback(None)
            Timer.Alarm(print, us=3600000000).cancel()
            '''))
        self.expect(ended, 'once\n1 of True\n2 of True\n3 of True')

    def test_exit_does_not_wait_for_alarms(self):
        code = 'from machine import Timer\nTimer.Alarm(print, 3600)\nprint("end")\n'
        self.expect(self.runner('--exit', self.write('main.py', code)), 'end')

    def test_threads(self):
        """Threads of the script's are waited for, as a board goes on with them."""
        ended = self.script(textwrap.dedent('''\
            import _thread
            import time

            def work(name, delay):
                while not ended:
                    time.sleep(delay)
                for i in range(3):
                    time.sleep(delay)
                    print(name, i)

            ended = False
            _thread.start_new_thread(work, ('a', 0.1))
            print('end')
            ended = True
            '''))
        self.expect(ended, 'end\na 0\na 1\na 2')

    def test_errors_in_threads(self):
        code = 'import _thread\ndef work(n):\n    raise ValueError(n)\n_thread.start_new_thread(work, (5,))\n'
        ended = self.script(code)
        lines = ended.stderr.splitlines()
        self.assertEqual((ended.returncode, ended.stdout), (0, ''))
        self.assertRegex(lines[0], '^Unhandled exception in thread started by <function work at .*>$')
        self.assertEqual(lines[-1], 'ValueError: 5')
        self.assertEqual([line.rsplit(' ', 1)[1] for line in lines if line.startswith('  File')], ['work'])


class Script(RunnerTest):
    """Where it is, what it is given, how it ends."""

    def test_arguments(self):
        path = self.write('main.py', 'import sys\nprint(sys.argv[1:], sys.argv[0] == __file__)\n')
        self.expect(self.runner(path, '-v', '--exit', 'a b', '--', '--help'),
                    "['-v', '--exit', 'a b', '--', '--help'] True")

    def test_standard_input(self):
        ended = self.runner('-', 'a', input='import sys\nprint(sys.argv, __name__)\n', cwd=self.directory)
        self.expect(ended, "['-', 'a'] __main__")

    def test_as_a_module(self):
        path = self.write('main.py', 'import sys, network\nprint(__name__, sys.argv[1:])\n')
        self.expect(self.runner('-m', 'bluebroker.pycom', path, '1', program=[PYTHON]), "__main__ ['1']")

    def test_modules_beside_it(self):
        """As in a project for a board: modules beside the script and in lib/, which import what boards have."""
        self.write('sensor.py', 'from machine import Timer\nimport utime\nSIZE = const(3)\nlast = utime.ticks_ms()\n')
        self.write('lib/driver.py', 'import ustruct\nimport sensor\ndef size():\n    return sensor.SIZE\n')
        self.write('lib/parts/__init__.py', 'from .one import ONE\n')
        self.write('lib/parts/one.py', 'ONE = 1\n')
        # a module of the script's own does not stand in for one of the board's
        self.write('pycom.py', 'raise ImportError("not this one")\n')
        code = 'import driver, pycom\nfrom parts import ONE\npycom.heartbeat(False)\nprint(driver.size(), ONE)\n'
        self.expect(self.script(code, cwd='/'), '3 1')

    def test_statuses(self):
        for code, status, errors in [
                ('', 0, ''), ('import sys\nsys.exit()\n', 0, ''), ('import sys\nsys.exit(3)\n', 3, ''),
                ('raise SystemExit\n', 0, ''), ('import sys\nsys.exit("not so")\n', 1, 'not so'),
                ('raise KeyboardInterrupt\n', 130, '')]:
            with self.subTest(code):
                self.expect(self.script(code), '', status, errors)

    def test_exit_ends_it(self):
        """Whoever calls sys.exit() wants to end, whatever is left."""
        code = 'import sys\nfrom machine import Timer\nTimer.Alarm(print, 3600)\nsys.exit()\n'
        self.expect(self.script(code))

    def test_no_script(self):
        path = os.path.join(self.directory, 'nothing.py')
        self.expect(self.runner(path), '', 2, f'bluebroker-pycom: {path}: No such file or directory')
        self.expect(self.runner(self.directory), '', 2, f'bluebroker-pycom: {self.directory}: Is a directory')

    def test_an_error_in_it(self):
        """The traceback is the script's, without ours."""
        path = self.write('main.py', 'def f():\n    return 1 / 0\n\nf()\n')
        ended = self.runner(path)
        self.assertEqual((ended.returncode, ended.stdout), (1, ''))
        files = [line.split('"')[1] for line in ended.stderr.splitlines() if line.startswith('  File')]
        self.assertEqual(files, [path, path])
        self.assertEqual(ended.stderr.splitlines()[-1], 'ZeroDivisionError: division by zero')

    def test_no_script_of_python(self):
        for code, message in (('def f(:\n', 'SyntaxError: '), ('if 1:\nx = 1\n', 'IndentationError: '),
                              (b'x = "\xff"\n', 'SyntaxError: '), ('return 1\n', 'SyntaxError: ')):
            with self.subTest(code):
                path = self.write('main.py', code)
                ended = self.runner(path)
                self.assertEqual((ended.returncode, ended.stdout), (1, ''))
                lines = ended.stderr.splitlines()
                self.assertTrue(lines[-1].startswith(message), ended.stderr)
                files = [line.split('"')[1] for line in lines if line.startswith('  File')]
                self.assertIn(files, ([path], []), ended.stderr)


class Options(RunnerTest):
    def test_help(self):
        ended = self.runner('--help')
        self.assertEqual((ended.returncode, ended.stderr), (0, ''))
        for text in 'bluebroker-pycom', '--adapter hciN', '--exit', '--version', 'SCRIPT', 'Ctrl-C':
            self.assertIn(text, ended.stdout)

    def test_version(self):
        ended = self.runner('--version')
        self.assertEqual(ended.returncode, 0)
        self.assertRegex(ended.stdout, r'^bluebroker \d+\.\d+')

    def test_usage(self):
        for arguments in (), ('--colour', 'main.py'), ('--adapter',):
            ended = self.runner(*arguments)
            self.assertEqual((ended.returncode, ended.stdout), (2, ''))
            self.assertTrue(ended.stderr.startswith('usage: bluebroker-pycom'), ended.stderr)


class Radio(WorldTest):
    """What is said of the radio on the command line."""
    radios = 2
    CODE = textwrap.dedent('''\
        from network import Bluetooth
        bt = Bluetooth()
        bt.set_advertisement(name='LoPy')
        bt.advertise(True)
        print('on')
        ''')

    def test_adapter(self):
        for options, radio, other in (([], RADIO, SECOND_RADIO), (['--adapter', 'hci0'], RADIO, SECOND_RADIO),
                                      (['--adapter=hci1'], SECOND_RADIO, RADIO)):
            program = self.world.script(self.CODE, *options)
            program.expect('on')
            self.until(lambda: self.air.ask(f'onair {radio}'), 'the advertisement')
            self.assertEqual(self.air.ask(f'onair {other}'), '')
            program.child.terminate()
            self.assertEqual(program.child.wait(SOON), 128 + 15)
            self.world.expect_nothing_left()

    def test_the_script_chooses(self):
        """What it says itself goes first."""
        code = self.CODE.replace('Bluetooth()', 'Bluetooth(adapter="hci1")')
        self.world.script(code, '--adapter', 'hci0').expect('on')
        self.until(lambda: self.air.ask(f'onair {SECOND_RADIO}'), 'the advertisement')
        self.assertEqual(self.air.ask(f'onair {RADIO}'), '')

    def test_no_such_radio(self):
        for name, message in ('hci7', 'OSError: [Errno 19]'), ('radio', 'ValueError: adapter'):
            program = self.world.script(self.CODE, '--adapter', name)
            self.assertEqual(program.child.wait(SOON), 1)
            program.reader.join(5)
            self.assertIn(message, program.lines[-1])

    def test_exit(self):
        """--exit: what is left is let go of at the end; sys.exit() is the same."""
        for code, options in (self.CODE, ['--exit']), (self.CODE + 'raise SystemExit\n', []):
            program = self.world.script(code, *options)
            self.assertEqual(program.result(), ['on'])
            self.world.expect_nothing_left()

    def test_names_without_import(self):
        """As at a board's prompt."""
        program = self.world.script('print(bluetooth.isscanning(), Bluetooth.CONN_ADV, type(bluetooth) is Bluetooth)\n')
        self.assertEqual(program.result(), ['False 0 True'])
        program = self.world.script('import sys\nif len(sys.argv) > 5:\n    bluetooth = None\nprint(bluetooth)\n')
        self.assertEqual(program.child.wait(SOON), 1)
        program.reader.join(5)
        self.assertIn("NameError: name 'bluetooth' is not defined", program.lines[-1])


if __name__ == '__main__':
    unittest.main(verbosity=2)
