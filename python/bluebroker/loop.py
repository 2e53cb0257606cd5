# SPDX-License-Identifier: GPL-2.0-or-later
"""The threads of the package. One of each a process: one runs GLib's main loop, where signals of the bus
arrive, and one runs the program's handlers, one after another. Others wait for answers, as many as there are calls
at once."""

import atexit
import collections
import sys
import threading
import traceback
from typing import Any, Callable, Deque, Optional

from .glib import GLib

# Events that may wait for handlers that are too slow. What comes beyond is lost, and said so.
WAITING_MAX = 65536
# Calls that wait for their answers at once; more stand in line.
WORKERS_MAX = 128


class Loop:
    """A thread with a main loop. Started with the first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None
        self._context: Any = None
        self._loop: Any = None

    def _start(self) -> None:
        with self._lock:
            if self._thread:
                return
            self._context = GLib.MainContext.new()
            self._loop = GLib.MainLoop.new(self._context, False)
            self._thread = threading.Thread(target=self._run, name='bluebroker-bus', daemon=True)
            self._thread.start()
            atexit.register(self._stop)

    def _run(self) -> None:
        self._context.push_thread_default()
        self._loop.run()
        self._context.pop_thread_default()

    def _stop(self) -> None:
        """Before the interpreter goes: the thread must not come back into it afterwards."""
        self._loop.quit()
        assert self._thread
        try:
            self._thread.join(1)
        except KeyboardInterrupt:
            pass    # once more: we are at it

    def run(self, function: Callable[[], None]) -> None:
        """Has the thread call it, and returns at once."""
        self._start()

        def once(*_: Any) -> bool:
            function()
            return False    # G_SOURCE_REMOVE
        source = GLib.Idle()
        source.set_priority(GLib.PRIORITY_DEFAULT)
        source.set_callback(once)
        source.attach(self._context)

    def is_own(self) -> bool:
        """Whether that is the calling thread."""
        return threading.current_thread() is self._thread


class Handlers:
    """A thread that calls the program's handlers in the order in which their events came."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._waiting: Deque[Callable[[], None]] = collections.deque()
        self._lost = 0
        self._thread: Optional[threading.Thread] = None

    def post(self, function: Callable[[], None]) -> None:
        """Behind what waits already."""
        with self._ready:
            if not self._thread:
                self._thread = threading.Thread(target=self._run, name='bluebroker-handlers', daemon=True)
                self._thread.start()
            if len(self._waiting) >= WAITING_MAX:
                self._lost += 1
                return
            self._waiting.append(function)
            self._ready.notify()

    def _next(self) -> Callable[[], None]:
        with self._ready:
            while not self._waiting:
                self._ready.wait()
            if self._lost:
                print(f'bluebroker: handlers are too slow: {self._lost} events were lost', file=sys.stderr)
                self._lost = 0
            return self._waiting.popleft()

    def _run(self) -> None:
        while True:
            function = self._next()
            try:
                function()
            except SystemExit:
                pass    # as in any thread: it ends the handler
            except BaseException:   # whatever it is, it is the handler's
                traceback.print_exc()
            del function    # it keeps nothing alive while we wait


class Workers:
    """Threads in which calls wait for their answers, so that the program's own can be interrupted."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._waiting: Deque[Callable[[], None]] = collections.deque()
        self._threads = self._idle = 0

    def post(self, function: Callable[[], None]) -> None:
        """Has one of them call it."""
        with self._ready:
            self._waiting.append(function)
            self._ready.notify()
            if self._idle >= len(self._waiting) or self._threads >= WORKERS_MAX:
                return
            self._threads += 1
        LOOP.run(self._start)   # not here, where Ctrl-C might come in between

    def _start(self) -> None:
        threading.Thread(target=self._run, name='bluebroker-call', daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._ready:
                self._idle += 1
                while not self._waiting:
                    self._ready.wait()
                self._idle -= 1
                function = self._waiting.popleft()
            function()
            del function    # it keeps nothing alive while we wait


LOOP = Loop()
HANDLERS = Handlers()
WORKERS = Workers()
