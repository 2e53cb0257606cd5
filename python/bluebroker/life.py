# SPDX-License-Identifier: GPL-2.0-or-later
"""What a script leaves behind when it has ended. On a board the radio goes on with it; the runner has it so,
too."""

from typing import TYPE_CHECKING, Optional, Set

if TYPE_CHECKING:
    from .bluetooth import Bluetooth

# Those objects that advertise, serve or call handlers, where the runner wants them kept; None: as in any program, an
# object ends when nothing refers to it any more.
kept: 'Optional[Set[Bluetooth]]' = None


def keep() -> None:
    """From now on."""
    global kept
    kept = set()


def note(bluetooth: 'Bluetooth') -> None:
    """It may have become busy, or idle."""
    if kept is None:
        return
    if bluetooth._is_busy():
        kept.add(bluetooth)
    else:
        kept.discard(bluetooth)


def is_anything_left() -> bool:
    """Whether one of them is still at it; not where bluebrokerd has ended its session."""
    return any(bluetooth._is_busy() for bluetooth in list(kept or ()))


def is_dead() -> bool:
    """Whether bluebrokerd has ended the session of one that was at it."""
    return any(bluetooth._bus.is_dead for bluetooth in list(kept or ()))
