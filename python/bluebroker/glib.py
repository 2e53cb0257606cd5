# SPDX-License-Identifier: GPL-2.0-or-later
"""PyGObject, which tells no types: here, in one place."""

from gi.repository import Gio, GLib  # type: ignore

__all__ = ['GLib', 'Gio']
