# SPDX-License-Identifier: GPL-2.0-or-later
"""A program's handler, and the flags of the events that it was called for."""

import inspect
import threading
from typing import Any, Callable, Optional

from .loop import HANDLERS

Handler = Callable[..., Any]


def takes_two(handler: Handler) -> bool:
    """Whether a handler of a characteristic is one of (arg, (event, value)). Older scripts have them of
    (arg)."""
    try:
        inspect.signature(handler).bind(None, None)
    except TypeError:
        return False
    except ValueError:      # it does not tell
        pass
    return True


def _nothing(*_: Any) -> None:
    """Where there is no handler (any more)."""


class Callback:
    """What callback() has set: for one object at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events = 0
        self.trigger = 0
        self._handler: Optional[Handler] = None
        self._arg: Any = None

    def set(self, trigger: int, handler: Optional[Handler], arg: Any) -> None:
        """Replaces what there was. No handler: nothing is called, and no event asked for."""
        self._handler, self._arg = handler, arg
        self.trigger = trigger if handler else 0

    def flag(self, events: int) -> None:
        """Keeps event bits until take()."""
        with self._lock:
            self._events |= events

    def take(self) -> int:
        """The event bits so far; clears them."""
        with self._lock:
            events, self._events = self._events, 0
        return events

    def call(self, event: int, before: Callable[[], None] = _nothing, after: Callable[[], None] = _nothing) -> None:
        """Has handler(arg) called in turn, and before() and after() around it, where the event is asked for."""
        handler, arg = self._handler or _nothing, self._arg
        if not event & self.trigger:
            return

        def run() -> None:
            if not event & self.trigger:
                return      # it has been taken back meanwhile
            before()
            self.flag(event)
            try:
                handler(arg)
            finally:
                after()
        HANDLERS.post(run)

    def call_with(self, event: int, value: Any, answer: Optional[Callable[[Any], None]] = None) -> None:
        """The same for a characteristic: handler(arg, (event, value)), or handler(arg). value: or what gives
        it then. answer() gets what the handler returns; None where it raised."""
        handler, arg = self._handler or _nothing, self._arg
        if not event & self.trigger:
            return

        def run() -> None:
            self.flag(event)
            returned = None
            try:
                if takes_two(handler):
                    returned = handler(arg, (event, value() if callable(value) else value))
                else:
                    returned = handler(arg)
            finally:
                if answer:
                    answer(returned)
        HANDLERS.post(run)
