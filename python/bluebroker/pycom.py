# SPDX-License-Identifier: GPL-2.0-or-later
"""bluebroker-pycom: runs a script that was written for a Pycom board."""

import _thread
import argparse
import ast
import builtins
import gc
import importlib
import io
import os
import signal
import sys
import time
import traceback
import types
from typing import Any, Dict, List, NoReturn, Optional, Set

from . import life
from .board import machine, micropython, network, threads, utime
from .version import VERSION

# What a script imports, and what it gets.
MODULES = {
    'network': 'bluebroker.board.network', 'machine': 'bluebroker.board.machine', 'pycom': 'bluebroker.board.pycom',
    'micropython': 'bluebroker.board.micropython',
    'ubinascii': 'binascii', 'ucollections': 'collections', 'uerrno': 'errno', 'uhashlib': 'hashlib', 'uio': 'io',
    'ujson': 'json', 'uos': 'os', 'urandom': 'random', 'ure': 're', 'uselect': 'select', 'usocket': 'socket',
    'ussl': 'ssl', 'ustruct': 'struct', 'usys': 'sys', 'utime': 'time', 'uzlib': 'zlib',
}
LAST_WORDS = 0.7    # seconds that a script has for its end, once it was told
POLL = 0.2
START_THREAD = _thread.start_new_thread      # the real one: see board.threads


def main() -> NoReturn:
    """The program."""
    arguments = _parse(sys.argv[1:])
    network.default_adapter = arguments.adapter
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    _provide()
    life.keep()
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, _told_to_end)
    try:
        status = _run(arguments.script, arguments.arguments)
        if status is None:
            status = 0 if arguments.exit else _stay()
    except KeyboardInterrupt:
        status = 128 + signal.SIGINT
    except SystemExit as end:   # SIGTERM
        status = _status(end)
    sys.stdout.flush()
    sys.exit(status)


def _parse(argv: List[str]) -> Any:
    parser = argparse.ArgumentParser(
        prog='bluebroker-pycom', description='Runs a Python script that was written for a Pycom board, on bluebrokerd.',
        epilog='A script that has come to its end, but left advertising, services, callbacks, alarms or threads '
               'behind, goes on until Ctrl-C or SIGTERM, as on a board; sys.exit() ends it.')
    parser.add_argument('--adapter', metavar='hciN', help='the radio (default: the first one)')
    parser.add_argument('--exit', action='store_true', help='end when the script has ended, whatever it left behind')
    parser.add_argument('--version', action='version', version=f'bluebroker {VERSION}')
    parser.add_argument('script', metavar='SCRIPT', help='file; -: standard input')
    parser.add_argument('arguments', metavar='ARG', nargs=argparse.REMAINDER, help='for the script: sys.argv')
    return parser.parse_args(argv)


def _provide() -> None:
    """MicroPython's names, where scripts look for them. The process is the script's alone."""
    for name, real in MODULES.items():
        sys.modules[name] = importlib.import_module(real)
    for name in dir(utime):
        if not hasattr(time, name) and not name.startswith('_'):
            setattr(time, name, getattr(utime, name))
    setattr(_thread, 'start_new_thread', threads.start_new_thread)
    setattr(builtins, 'const', micropython.const)
    setattr(sys, 'print_exception', _print_exception)
    setattr(gc, 'mem_free', lambda: os.sysconf('SC_AVPHYS_PAGES') * os.sysconf('SC_PAGE_SIZE'))


def _print_exception(error: BaseException, file: Any = None) -> None:
    traceback.print_exception(type(error), error, error.__traceback__, file=file or sys.stdout)


def _told_to_end(number: int, _frame: Optional[types.FrameType]) -> NoReturn:
    """The script hears of it as an exception; one that goes on all the same is ended."""
    for once in signal.SIGINT, signal.SIGTERM:
        signal.signal(once, signal.SIG_IGN)     # its end is near: another would come in between
    started = _thread.allocate_lock()
    started.acquire()

    def end() -> None:
        started.release()
        time.sleep(LAST_WORDS)
        os._exit(128 + number)
    # not one of threading's: the script may be inside that, and hold its lock
    START_THREAD(end, ())
    started.acquire()   # one that begins while the interpreter goes crashes it
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


def _bound(tree: ast.AST) -> Set[str]:
    """Names that a script gives a meaning."""
    names: Set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).split('.')[0] for alias in node.names)
    return names


def _prelude(tree: ast.AST) -> Dict[str, Any]:
    """What the page's examples use without saying where it comes from: as at a board's prompt."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - _bound(tree)
    names: Dict[str, Any] = {}
    if 'Bluetooth' in used:
        names['Bluetooth'] = network.Bluetooth
    if 'bluetooth' in used:
        names['bluetooth'] = network.Bluetooth()
    if 'Pin' in used:
        names['Pin'] = machine.Pin
    return names


def _run(path: str, arguments: List[str]) -> Optional[int]:
    """The status to exit with; None: the script has come to its end, and what it leaves behind stays."""
    module = types.ModuleType('__main__')
    module.__file__ = path
    sys.argv = [path, *arguments]
    folder = os.path.dirname(os.path.abspath(path)) if path != '-' else ''
    sys.path[:1] = [folder, os.path.join(folder, 'lib')]    # as a board has it
    try:
        with open(0 if path == '-' else path, 'rb') as file:
            source = file.read()
    except OSError as error:
        print(f'bluebroker-pycom: {path}: {error.strerror}', file=sys.stderr)
        return 2
    sys.modules['__main__'] = module
    try:
        tree: Any = compile(source, path, 'exec', ast.PyCF_ONLY_AST)     # ast.parse() would be in the traceback
        module.__dict__.update(_prelude(tree))
        exec(compile(tree, path, 'exec'), module.__dict__)  # pylint: disable=exec-used
    except SystemExit as end:
        return _status(end)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BaseException as error:  # pylint: disable=broad-except
        _tell(error)
        return 1
    return None


def _status(end: SystemExit) -> int:
    """As the interpreter has it."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def _tell(error: BaseException) -> None:
    """A traceback, without our own part of it."""
    own = os.path.abspath(__file__)
    at = error.__traceback__
    while at and os.path.abspath(at.tb_frame.f_code.co_filename) == own:
        at = at.tb_next
    traceback.print_exception(type(error), error, at)


def _stay() -> int:
    """Until there is nothing of the script left, or we are told to end."""
    was_left = life.is_anything_left()
    while life.is_anything_left() or machine.alarms or threads.running:
        time.sleep(POLL)
    if was_left and life.is_dead():
        print('bluebroker-pycom: bluebrokerd is gone or was started anew', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    main()
