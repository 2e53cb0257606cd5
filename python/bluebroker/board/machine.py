# SPDX-License-Identifier: GPL-2.0-or-later
"""The boards' module machine, as far as it has a meaning on a computer: Timer, and what asks for little."""

import secrets
import threading
import time
import uuid
from typing import Any, Callable, Optional

from bluebroker.loop import HANDLERS

from .refusal import Refused

PWRON_RESET = 0
alarms: 'set[Alarm]' = set()    # that are set


class Chrono:
    """A stopwatch; in seconds."""

    def __init__(self) -> None:
        self._passed = 0.0
        self._since: Optional[float] = None

    def start(self) -> None:
        """Goes on."""
        if self._since is None:
            self._since = time.monotonic()

    def stop(self) -> None:
        """Stands still."""
        self._passed, self._since = self.read(), None

    def reset(self) -> None:
        """Begins at 0."""
        self._passed = 0.0
        if self._since is not None:
            self._since = time.monotonic()

    def read(self) -> float:
        """Seconds."""
        return self._passed + (time.monotonic() - self._since if self._since is not None else 0)

    def read_ms(self) -> int:
        """Milliseconds."""
        return int(self.read() * 1e3)

    def read_us(self) -> int:
        """Microseconds."""
        return int(self.read() * 1e6)


class Alarm:
    """Calls handler(arg) when a time is over, or again and again. arg: None: the alarm itself."""

    def __init__(self, handler: Optional[Callable[[Any], Any]] = None, s: float = 0, *, ms: int = 0, us: int = 0,
                 arg: Any = None, periodic: bool = False) -> None:
        self._seconds = s + ms / 1e3 + us / 1e6
        self._periodic = periodic
        self._cancelled = threading.Event()
        self._thread: Optional[threading.Thread] = None
        self.callback(handler, arg=arg)

    def callback(self, handler: Optional[Callable[[Any], Any]], *, arg: Any = None) -> None:
        """Another handler; None: none, and the alarm ends."""
        self._handler, self._arg = handler, self if arg is None else arg
        if handler is None:
            self.cancel()
        elif self._thread is None and not self._cancelled.is_set():
            if self._seconds <= 0:
                raise ValueError('s, ms, us: the time of an alarm is more than 0')
            alarms.add(self)
            self._thread = threading.Thread(target=self._run, name='bluebroker-alarm', daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """Ends it."""
        self._cancelled.set()
        alarms.discard(self)

    def _run(self) -> None:
        due = time.monotonic() + self._seconds
        while not self._cancelled.wait(max(due - time.monotonic(), 0)):
            HANDLERS.post(self._call)
            due += self._seconds
            if not self._periodic:
                break
        alarms.discard(self)

    def _call(self) -> None:
        if self._handler and not (self._periodic and self._cancelled.is_set()):
            self._handler(self._arg)


class Timer:
    """Chrono and Alarm, by the boards' names."""
    Alarm = Alarm
    Chrono = Chrono


def idle() -> None:
    """Lets others run."""
    time.sleep(0)


def rng() -> int:
    """A random number of 24 bits."""
    return secrets.randbits(24)


def unique_id() -> bytes:
    """6 bytes that tell this computer from others: of its machine id, or, where it has none, a network address."""
    try:
        with open('/etc/machine-id', encoding='ascii') as file:
            return int(file.read(12), 16).to_bytes(6, 'big')
    except (OSError, ValueError):
        return uuid.getnode().to_bytes(6, 'big')


def reset_cause() -> int:
    """That of any program's start."""
    return PWRON_RESET


def disable_irq() -> int:
    """Handlers are no interrupts here: there is nothing to keep away."""
    return 0


def enable_irq(_state: int = 0) -> None:
    """See disable_irq()."""


def __getattr__(name: str) -> Refused:
    if name.startswith('__'):
        raise AttributeError(name)
    return Refused(f'machine.{name}')
