# SPDX-License-Identifier: GPL-2.0-or-later
"""MicroPython's module of that name; memory takes care of itself here."""

from typing import Any, TypeVar

T = TypeVar('T')


def const(value: T) -> T:
    """The value."""
    return value


def alloc_emergency_exception_buf(_size: int) -> None:
    """Of no effect here."""


def opt_level(_level: int = 0) -> int:
    """Of no effect here."""
    return 0


def mem_info(_verbose: Any = None) -> None:
    """Of no effect here."""


def native(function: T) -> T:
    """The function as it is."""
    return function


viper = native
