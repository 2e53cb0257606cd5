# SPDX-License-Identifier: GPL-2.0-or-later
"""A connection to the bus, with a private session of the daemon's on it: calls and signals."""

import concurrent.futures
import errno
import threading
import weakref
from typing import Any, Callable, Dict, Iterable, Optional, Tuple

from . import errors
from .glib import Gio, GLib
from .loop import LOOP, WORKERS
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


def weakly(method: Callable[..., None]) -> Callable[..., None]:
    """The same, for those who are not to keep its object alive; nothing once that is gone."""
    reference = weakref.WeakMethod(method)

    def call(*arguments: Any) -> None:
        function = reference()
        if function:
            function(*arguments)
    return call


class Lane:
    """Calls that are to be sent in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = threading.Event()
        self._last.set()

    def join(self) -> Tuple[threading.Event, threading.Event]:
        """What to wait for, and what to set afterwards."""
        with self._lock:
            behind, self._last = self._last, threading.Event()
            return behind, self._last


class Bus:
    """One connection; what it is asked for goes to the daemon that answered first. One that comes after it
    knows nothing of our session."""

    def __init__(self) -> None:
        self._routes: Dict[Tuple[str, str], Signal] = {}
        self._daemon = BUS_NAME
        self._is_dead = self._is_closed = False
        future: 'concurrent.futures.Future[Any]' = concurrent.futures.Future()
        signal = weakly(self._signal)
        LOOP.run(lambda: _connect(future, signal))
        self._connection = wait(future)
        self._end = weakref.finalize(self, _close, self._connection)

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
              lane: 'Optional[Lane]' = None) -> 'concurrent.futures.Future[Any]':
        """Calls a method, as call() does, in a thread of its own. Of those in one lane, each waits for the answer
        of the one before."""
        future: 'concurrent.futures.Future[Any]' = concurrent.futures.Future()
        behind, over = lane.join() if lane else (None, None)

        def run() -> None:
            if behind:
                behind.wait()
            try:
                answer = self._exchange(path, interface, member, arguments)
            except Exception as error:  # pylint: disable=broad-except
                _settle(future, None, error)
            else:
                _settle(future, answer)
            if over:
                over.set()
        WORKERS.post(run)
        return future

    def call(self, path: str, interface: str, member: str, arguments: Any = None) -> Any:
        """Calls a method, and waits for its answer: a tuple, or what is in it, if that is one thing. interface:
        the short name of one of ours, or any. arguments: a GVariant. A file descriptor is an int, and the
        caller's to close. Ctrl-C, which only the main thread hears, comes through."""
        if threading.current_thread() is threading.main_thread():
            return wait(self.begin(path, interface, member, arguments))
        return self._exchange(path, interface, member, arguments)

    def _exchange(self, path: str, interface: str, member: str, arguments: Any) -> Any:
        """GDBus waits here: each of its callbacks for an answer would leave some bytes behind (PyGObject 3.42)."""
        assert not LOOP.is_own()
        if self.is_dead:
            raise self.end_error()
        to = 'org.freedesktop.DBus' if interface == 'org.freedesktop.DBus' else self._daemon
        full = interface if '.' in interface else INTERFACE + interface
        try:
            answer, fds = self._connection.call_with_unix_fd_list_sync(
                to, path, full, member, arguments, None, Gio.DBusCallFlags.NONE, NO_TIMEOUT, None, None)
        except GLib.Error as error:
            raise self._error(error) from None
        values: Tuple[Any, ...] = plain(answer)
        if fds is not None and fds.get_length() > 0:
            values = (fds.get(0), *values[1:])
        return values[0] if len(values) == 1 else values

    def get(self, path: str, interface: str, name: str) -> Any:
        """A property."""
        return self.call(path, PROPERTIES, 'Get', GLib.Variant('(ss)', (INTERFACE + interface, name)))

    def get_all(self, path: str, interface: str) -> Dict[str, Any]:
        """All properties, but those that the daemon keeps out."""
        answer: Dict[str, Any] = self.call(path, PROPERTIES, 'GetAll', GLib.Variant('(s)', (INTERFACE + interface,)))
        return answer

    def _error(self, error: Any) -> Exception:
        name, message = Gio.dbus_error_get_remote_error(error), error.message
        if name and message.startswith(f'GDBus.Error:{name}: '):
            message = message[len(f'GDBus.Error:{name}: '):]
        if self._daemon == BUS_NAME and name in errors.GONE:
            return OSError(errno.ECONNREFUSED, f'bluebrokerd does not run: {message}')
        if self._daemon != BUS_NAME and (name is None or name in errors.GONE):
            self._is_dead = True
            return self.end_error()
        return errors.error_from(name, message)

    def stay_with_daemon(self) -> None:
        """From now on, calls go to the daemon that owns the name now, and to no later one."""
        self._daemon = self.call('/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetNameOwner',
                                 GLib.Variant('(s)', (BUS_NAME,)))
        _watch(self._connection, self._daemon, weakly(self._gone))

    def _gone(self, *_: Any) -> None:
        self._is_dead = True

    # --- signals ---

    def route(self, path: str, member: str, function: Optional[Signal]) -> None:
        """Has a signal of an object go to a function, in the loop's thread; None: to nobody any more."""
        if function:
            self._routes[path, member] = function
        else:
            self._routes.pop((path, member), None)

    def route_events(self, path: str, trigger: int, events: Iterable[Tuple[int, str, Signal]]) -> None:
        """The same for signals of events (bit, signal, function): those that trigger asks for, and no others."""
        for event, member, function in events:
            self.route(path, member, function if trigger & event else None)

    def unroute_below(self, path: str) -> None:
        """Signals of an object that is gone, and of those below it. '': all."""
        for key in [key for key in self._routes if key[0] == path or key[0].startswith(path + '/')]:
            self._routes.pop(key, None)

    def calls_handlers(self) -> bool:
        """Whether the program has handlers that signals are for."""
        return any(member not in ('Disconnected', 'PairingRequest') for _, member in list(self._routes))

    def _signal(self, _connection: Any, sender: str, path: str, _interface: str, member: str, arguments: Any) -> None:
        function = self._routes.get((path, member))
        if function and sender == self._daemon:     # any program may send us something
            function(plain(arguments))


def _connect(future: 'concurrent.futures.Future[Any]', signal: Callable[..., None]) -> None:
    """In the loop's thread: where a connection is made, GDBus tells of its end, and keeps it until that is
    heard. signal: gets our signals, which are sent to us alone, so that the bus needs no rule for them."""
    flags = Gio.DBusConnectionFlags
    try:
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM, None)
        connection = Gio.DBusConnection.new_for_address_sync(
            address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
    except GLib.Error as error:
        _settle(future, None, OSError(errno.ENOTCONN, f'there is no system bus: {error.message}'))
        return
    connection.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NO_MATCH_RULE, signal)
    _settle(future, connection)


def _settle(future: 'concurrent.futures.Future[Any]', answer: Any, exception: Optional[Exception] = None) -> None:
    try:
        if exception:
            future.set_exception(exception)
        else:
            future.set_result(answer)
    except concurrent.futures.InvalidStateError:
        pass    # it was cancelled: nobody waits any more


def _watch(connection: Any, name: str, gone: Callable[..., None]) -> None:
    """gone() when the owner of that name has left the bus."""
    def subscribe() -> None:
        if connection.is_closed():
            return
        connection.signal_subscribe('org.freedesktop.DBus', 'org.freedesktop.DBus', 'NameOwnerChanged',
                                    '/org/freedesktop/DBus', name, Gio.DBusSignalFlags.NONE, gone)

    LOOP.run(subscribe)


def _close(connection: Any) -> None:
    try:
        connection.close_sync(None)
    except GLib.Error:
        pass    # it was closed already


def dictionary(**values: Any) -> Any:
    """a{sv} of those that are not None; each a GVariant."""
    return GLib.Variant('a{sv}', {key: value for key, value in values.items() if value is not None})


def options(**values: Any) -> Any:
    """The same as the only argument: (a{sv})."""
    return GLib.Variant.new_tuple(dictionary(**values))
