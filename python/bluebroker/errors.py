# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon's errors as Python's."""

import errno
from typing import Optional

ERROR_PREFIX = 'com.example.Bluetooth.Error.'

ERRNOS = {
    'NotReady': errno.ENETDOWN,
    'NoSuchAdapter': errno.ENODEV,
    'NotConnected': errno.ENOTCONN,
    'NotPermitted': errno.EPERM,
    'AccessDenied': errno.EACCES,
    'NotSupported': errno.EOPNOTSUPP,
    'InProgress': errno.EINPROGRESS,
    'ConnectionRefused': errno.ECONNREFUSED,
    'Busy': errno.EBUSY,
    'LimitReached': errno.EDQUOT,
    'DoesNotExist': errno.ENOENT,
    'AttError': errno.EREMOTEIO,
    'BlueZUnavailable': errno.EHOSTDOWN,
    'Failed': errno.EIO,
}

SESSION_ENDED = ('bluebrokerd is gone or was started anew, and with it what this Bluetooth object had: '
                 'make a new Bluetooth()')

# What the bus, or GDBus, says where the daemon that a session was with is not there any more.
GONE = {
    'org.freedesktop.DBus.Error.ServiceUnknown',
    'org.freedesktop.DBus.Error.NameHasNoOwner',
    'org.freedesktop.DBus.Error.NoReply',
    'org.freedesktop.DBus.Error.Disconnected',
}
# What it says of an object that is not there (any more).
NO_OBJECT = {
    'org.freedesktop.DBus.Error.UnknownObject',
    'org.freedesktop.DBus.Error.UnknownInterface',
    'org.freedesktop.DBus.Error.UnknownMethod',
}


class timeout(TimeoutError):    # noqa: N801, the page's name
    """What was asked did not come about in time: Bluetooth.timeout. errno is ETIMEDOUT."""


def session_ended() -> OSError:
    """What a call gives whose session ended with its daemon."""
    return OSError(errno.ECONNRESET, SESSION_ENDED)


def error_from(name: Optional[str], message: str) -> Exception:
    """The exception for a D-Bus error. name: None: none of D-Bus, but of the connection itself."""
    if name is None or name in GONE:
        return session_ended()
    if name in NO_OBJECT:
        return OSError(errno.ENOTCONN, 'it is not there any more: ' + message)
    if name == 'org.freedesktop.DBus.Error.AccessDenied':
        return OSError(errno.EACCES, 'the bus lets nobody at bluebrokerd but root and its group '
                                     '("bluetooth", unless built otherwise): ' + message)
    kind = name[len(ERROR_PREFIX):] if name.startswith(ERROR_PREFIX) else ''
    if kind == 'InvalidArguments' or name == 'org.freedesktop.DBus.Error.InvalidArgs':
        return ValueError(message)
    if kind == 'TimedOut':
        return timeout(errno.ETIMEDOUT, message)
    return OSError(ERRNOS.get(kind, errno.EIO), message)
