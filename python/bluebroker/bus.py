# SPDX-License-Identifier: GPL-2.0-or-later
"""A connection to the bus, with a private session of the daemon's on it: calls and signals."""

import concurrent.futures
import errno
import weakref
from typing import Any, Callable, Dict, Optional, Tuple

from . import errors
from .glib import Gio, GLib
from .loop import LOOP
from .version import BUS_NAME

ROOT = '/com/example/Bluetooth'
INTERFACE = 'com.example.Bluetooth.'
SESSION = 'Session1'
PROPERTIES = 'org.freedesktop.DBus.Properties'
NO_TIMEOUT = GLib.MAXINT32    # ms; the daemon bounds how long things take

Signal = Callable[[Any], None]      # with its arguments


def plain(variant: Any) -> Any:
    """What a GVariant says, in Python: ay is bytes, an array a list, a structure a tuple, a variant its
    content."""
    kind = variant.get_type_string()
    if kind == 'ay':
        return bytes(variant.get_data_as_bytes().get_data() or b'')
    if kind == 'v':
        return plain(variant.get_variant())
    if kind.startswith('a{'):
        entries = (variant.get_child_value(i) for i in range(variant.n_children()))
        return {plain(entry.get_child_value(0)): plain(entry.get_child_value(1)) for entry in entries}
    if kind[0] in 'a(':
        items = [plain(variant.get_child_value(i)) for i in range(variant.n_children())]
        return tuple(items) if kind[0] == '(' else items
    return variant.unpack()


def wait(future: 'concurrent.futures.Future[Any]') -> Any:
    """Until the answer is there. Ctrl-C comes through."""
    assert not LOOP.is_own()
    return future.result()


class Bus:
    """One connection; what it is asked for goes to the daemon that answered first. One that comes after it
    knows nothing of our session."""

    def __init__(self) -> None:
        future: 'concurrent.futures.Future[Any]' = concurrent.futures.Future()
        LOOP.run(lambda: _connect(future))
        self._connection = wait(future)
        self._end = weakref.finalize(self, _close, self._connection)
        self._routes: Dict[Tuple[str, str], Signal] = {}
        self._daemon = BUS_NAME
        self._is_dead = self._is_closed = False
        _subscribe(self._connection, weakref.WeakMethod(self._signal))

    @property
    def is_dead(self) -> bool:
        """Whether the session's daemon is gone, or the connection to the bus."""
        return self._is_dead or bool(self._connection.is_closed())

    def close(self) -> None:
        """Ends the connection, and so the session and all that it holds."""
        self._is_dead = self._is_closed = True
        self._routes.clear()
        self._end()

    def end_error(self) -> OSError:
        """What calls raise from then on."""
        return OSError(errno.EBADF, 'this Bluetooth object is closed') if self._is_closed else errors.session_ended()

    # --- calls ---

    def begin(self, path: str, interface: str, member: str, arguments: Any = None,
              destination: Optional[str] = None) -> 'concurrent.futures.Future[Any]':
        """Calls a method; its answer is a tuple, or what is in it, if that is one thing. interface: the short
        name of one of ours, or any. arguments: a GVariant. A file descriptor is an int, and the caller's to
        close."""
        future: 'concurrent.futures.Future[Any]' = concurrent.futures.Future()
        full = interface if '.' in interface else INTERFACE + interface
        to = destination or self._daemon
        if self.is_dead:
            future.set_exception(self.end_error())
            return future

        def answered(connection: Any, result: Any) -> None:
            try:
                answer = _result(connection, result)
            except GLib.Error as error:
                self._fail(future, error)
            else:
                _settle(future, answer)

        def call() -> None:
            self._connection.call_with_unix_fd_list(
                to, path, full, member, arguments, None, Gio.DBusCallFlags.NONE, NO_TIMEOUT, None, None, answered)

        LOOP.run(call)
        return future

    def call(self, path: str, interface: str, member: str, arguments: Any = None) -> Any:
        """The same, and waits for it."""
        return wait(self.begin(path, interface, member, arguments))

    def get(self, path: str, interface: str, name: str) -> Any:
        """A property."""
        return self.call(path, PROPERTIES, 'Get', GLib.Variant('(ss)', (INTERFACE + interface, name)))

    def get_all(self, path: str, interface: str) -> Dict[str, Any]:
        """All properties, but those that the daemon keeps out."""
        answer: Dict[str, Any] = self.call(path, PROPERTIES, 'GetAll', GLib.Variant('(s)', (INTERFACE + interface,)))
        return answer

    def _fail(self, future: 'concurrent.futures.Future[Any]', error: Any) -> None:
        name, message = Gio.dbus_error_get_remote_error(error), error.message
        if name and message.startswith(f'GDBus.Error:{name}: '):
            message = message[len(f'GDBus.Error:{name}: '):]
        if self._daemon != BUS_NAME and (name is None or name in errors.GONE):
            self._is_dead = True
        if self._daemon == BUS_NAME and name in errors.GONE:
            exception: Exception = OSError(errno.ECONNREFUSED, f'bluebrokerd does not run: {message}')
        else:
            exception = errors.error_from(name, message)
        _settle(future, None, exception)

    def stay_with_daemon(self) -> None:
        """From now on, calls go to the daemon that owns the name now, and to no later one."""
        self._daemon = wait(self.begin('/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetNameOwner',
                                       GLib.Variant('(s)', (BUS_NAME,)), 'org.freedesktop.DBus'))
        _watch(self._connection, self._daemon, weakref.WeakMethod(self._gone))

    def _gone(self) -> None:
        self._is_dead = True

    # --- signals ---

    def route(self, path: str, member: str, function: Optional[Signal]) -> None:
        """Has a signal of an object go to a function, in the loop's thread; None: to nobody any more."""
        if function:
            self._routes[path, member] = function
        else:
            self._routes.pop((path, member), None)

    def unroute_below(self, path: str) -> None:
        """Signals of an object that is gone, and of those below it. '': all."""
        for key in [key for key in self._routes if key[0] == path or key[0].startswith(path + '/')]:
            self._routes.pop(key, None)

    def calls_handlers(self) -> bool:
        """Whether the program has handlers that signals are for."""
        return any(member not in ('Disconnected', 'PairingRequest') for _, member in list(self._routes))

    def _signal(self, sender: str, path: str, member: str, arguments: Any) -> None:
        function = self._routes.get((path, member))
        if function and sender == self._daemon:     # any program may send us something
            function(plain(arguments))


def _connect(future: 'concurrent.futures.Future[Any]') -> None:
    """In the loop's thread: where a connection is made, GDBus tells of its end, and keeps it until that is
    heard."""
    flags = Gio.DBusConnectionFlags
    try:
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM, None)
        connection = Gio.DBusConnection.new_for_address_sync(
            address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
    except GLib.Error as error:
        _settle(future, None, OSError(errno.ENOTCONN, f'there is no system bus: {error.message}'))
    else:
        _settle(future, connection)


def _settle(future: 'concurrent.futures.Future[Any]', answer: Any, exception: Optional[Exception] = None) -> None:
    try:
        if exception:
            future.set_exception(exception)
        else:
            future.set_result(answer)
    except concurrent.futures.InvalidStateError:
        pass    # it was cancelled: nobody waits any more


def _result(connection: Any, result: Any) -> Any:
    answer, fds = connection.call_with_unix_fd_list_finish(result)
    values: Tuple[Any, ...] = plain(answer)
    if fds is not None and fds.get_length() > 0:
        values = (fds.get(0), *values[1:])
    return values[0] if len(values) == 1 else values


def _subscribe(connection: Any, method: Any) -> None:
    """Our signals are sent to us alone, so that the bus needs no rule for them."""
    def arrived(_connection: Any, sender: str, path: str, _interface: str, member: str, arguments: Any) -> None:
        function = method()
        if function:
            function(sender, path, member, arguments)

    def subscribe() -> None:
        connection.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NO_MATCH_RULE, arrived)

    LOOP.run(subscribe)


def _watch(connection: Any, name: str, method: Any) -> None:
    """method() when the owner of that name has left the bus."""
    def changed(*_: Any) -> None:
        function = method()
        if function:
            function()

    def subscribe() -> None:
        if connection.is_closed():
            return
        connection.signal_subscribe('org.freedesktop.DBus', 'org.freedesktop.DBus', 'NameOwnerChanged',
                                    '/org/freedesktop/DBus', name, Gio.DBusSignalFlags.NONE, changed)

    LOOP.run(subscribe)


def _close(connection: Any) -> None:
    try:
        connection.close_sync(None)
    except GLib.Error:
        pass    # it was closed already


def options(**values: Any) -> Any:
    """(a{sv}) of those that are not None; each a GVariant."""
    return GLib.Variant('(a{sv})', ({key: value for key, value in values.items() if value is not None},))
