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
        self._handler: Handler = _nothing
        self._takes_two = True
        self._arg: Any = None

    def set(self, trigger: int, handler: Optional[Handler], arg: Any) -> None:
        """Replaces what there was. No handler: nothing is called, and no event asked for."""
        self._handler, self._arg = handler or _nothing, arg
        self._takes_two = takes_two(self._handler)
        self.trigger = trigger if handler else 0

    def flag(self, events: int) -> None:
        """Keeps event bits until take()."""
        with self._lock:
            self._events |= events

    def take(self, others: int = 0) -> int:
        """The event bits so far; clears them. others: the daemon's, which count where no handler asks for them."""
        with self._lock:
            events, self._events = self._events, 0
        return events | others & ~self.trigger

    def _post(self, event: int, function: Callable[[], None], otherwise: Callable[[], None] = _nothing) -> None:
        """Has function() called in turn, where the event is asked for; where that is taken back meanwhile,
        otherwise()."""
        if event & self.trigger:
            HANDLERS.post(lambda: function() if event & self.trigger else otherwise())

    def call(self, event: int, before: Callable[[], None] = _nothing, after: Callable[[], None] = _nothing) -> None:
        """Has handler(arg) called in turn, and before() and after() around it, where the event is asked for."""
        handler, arg = self._handler, self._arg

        def run() -> None:
            before()
            self.flag(event)
            try:
                handler(arg)
            finally:
                after()
        self._post(event, run)

    def call_with(self, event: int, value: Any, answer: Callable[[Any], None] = _nothing) -> None:
        """The same for a characteristic: handler(arg, (event, value)), or handler(arg). value: or what gives
        it then. answer() gets what the handler returns; None where it raised, or is asked no more."""
        handler, arg, both = self._handler, self._arg, self._takes_two

        def run() -> None:
            self.flag(event)
            returned = None
            try:
                if both:
                    returned = handler(arg, (event, value() if callable(value) else value))
                else:
                    returned = handler(arg)
            finally:
                answer(returned)
        self._post(event, run, lambda: answer(None))
