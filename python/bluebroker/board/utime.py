# SPDX-License-Identifier: GPL-2.0-or-later
"""What MicroPython's time has beyond Python's. Ticks come round at 2**30."""

import time

TICKS_PERIOD = 1 << 30


def sleep_ms(ms: float) -> None:
    """Sleeps for milliseconds."""
    time.sleep(ms / 1e3)


def sleep_us(us: float) -> None:
    """Sleeps for microseconds."""
    time.sleep(us / 1e6)


def ticks_ms() -> int:
    """Milliseconds, for ticks_diff()."""
    return int(time.monotonic_ns() // 1_000_000 % TICKS_PERIOD)


def ticks_us() -> int:
    """Microseconds, for ticks_diff()."""
    return int(time.monotonic_ns() // 1000 % TICKS_PERIOD)


ticks_cpu = ticks_us


def ticks_add(ticks: int, delta: int) -> int:
    """Ticks that much later."""
    return (ticks + delta) % TICKS_PERIOD


def ticks_diff(first: int, second: int) -> int:
    """From second to first, below 0 where first was earlier."""
    return (first - second + TICKS_PERIOD // 2) % TICKS_PERIOD - TICKS_PERIOD // 2
