# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads that a script starts with _thread: on a board they go on when the script has come to its end."""

import _thread
import sys
import traceback
from typing import Any, Callable, Dict, Optional, Set, Tuple

running: 'Set[object]' = set()
_start = _thread.start_new_thread


def start_new_thread(function: Callable[..., Any], args: Tuple[Any, ...],
                     kwargs: Optional[Dict[str, Any]] = None) -> int:
    """_thread's function of that name. The thread counts from now on: it may begin much later."""
    token = object()

    def run() -> None:
        try:
            function(*args, **(kwargs or {}))
        except SystemExit:
            pass
        except BaseException as error:  # pylint: disable=broad-except
            print(f'Unhandled exception in thread started by {function!r}', file=sys.stderr)
            traceback.print_exception(type(error), error, error.__traceback__ and error.__traceback__.tb_next)
        finally:
            running.discard(token)
    running.add(token)
    try:
        return _start(run, ())
    except BaseException:
        running.discard(token)
        raise
