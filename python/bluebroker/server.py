# SPDX-License-Identifier: GPL-2.0-or-later
"""The GATT server: GATTSService, GATTSCharacteristic."""

import errno
import sys
from typing import TYPE_CHECKING, Any, Optional

from .bus import dictionary
from .callback import Callback, Handler
from .constants import Constants
from .glib import GLib
from .values import Uuid, Value, bytes_variant, uuid_variant, value_bytes

if TYPE_CHECKING:
    from .bluetooth import Bluetooth

SERVICE = 'LocalService1'
CHARACTERISTIC = 'LocalCharacteristic1'
# ms that a peer's read waits for the handler; then it gets the stored value. More than bluetoothd waits is of no use.
READ_TIMEOUT = 4500
EVENTS = Constants.CHAR_READ_EVENT | Constants.CHAR_WRITE_EVENT | Constants.CHAR_SUBSCRIBE_EVENT


def value_variant(value: Value) -> Any:
    """(v) of its bytes."""
    return GLib.Variant.new_variant(bytes_variant(value_bytes(value)))


class GATTSService:
    """A service that this program offers, from Bluetooth.service(); the page also calls it BluetoothServerService.
    It ends with deinit(), or with the program.

    Its methods may raise OSError: ECONNRESET where bluebrokerd was started anew, ENOTCONN where the service
    is gone, EDQUOT (too many attributes), EHOSTDOWN (bluetoothd is away), EIO (bluetoothd refuses it)."""

    def __init__(self, bluetooth: 'Bluetooth', path: str) -> None:
        self._bluetooth = bluetooth
        self._bus = bluetooth._bus
        self._path = path

    def __repr__(self) -> str:
        return f'<GATTSService {self._path}>'

    def start(self) -> None:
        """Shows it to peers, with the characteristics that it has by now."""
        self._bus.call(self._path, SERVICE, 'Start')

    def stop(self) -> None:
        """Hides it; it keeps its characteristics."""
        self._bus.call(self._path, SERVICE, 'Stop')

    def characteristic(self, uuid: Uuid, *, permissions: Optional[int] = None,
                       properties: int = Constants.PROP_READ | Constants.PROP_WRITE | Constants.PROP_NOTIFY,
                       value: Optional[Value] = None) -> 'GATTSCharacteristic':
        """Adds a characteristic. The service that has as many as it was announced with (nbr_chars) is seen by
        peers.

        uuid: an int, a str, or 2, 4 or 16 bytes.
        permissions: Bluetooth.PERM_READ and so on, combined; None: reading and writing, or, where a pin is
            set, both with encryption.
        properties: Bluetooth.PROP_READ and so on, combined.
        value: its first value: bytes, a str, or an int (little-endian).
        """
        chosen = dictionary(
            permissions=None if permissions is None else GLib.Variant('u', permissions),
            properties=GLib.Variant('u', properties),
            value=None if value is None else bytes_variant(value_bytes(value)),
            read_timeout=GLib.Variant('u', READ_TIMEOUT))
        path = self._bus.call(self._path, SERVICE, 'Characteristic', GLib.Variant.new_tuple(
            GLib.Variant.new_variant(uuid_variant(uuid)), chosen))
        return GATTSCharacteristic(self, path, properties)


class GATTSCharacteristic:
    """A characteristic that this program offers, from GATTSService.characteristic(). Errors: as of
    GATTSService."""

    def __init__(self, service: GATTSService, path: str, properties: int) -> None:
        self._service = service
        self._bus = service._bus
        self._path = path
        self._properties = properties
        self._callback = Callback()

    def __repr__(self) -> str:
        return f'<GATTSCharacteristic {self._path}>'

    def value(self, value: Optional[Value] = None) -> Optional[bytes]:
        """Without an argument: the stored value, which peers read, and which they may have written. With one:
        stores it, and notifies or indicates the peers that subscribed; returns None.

        value: bytes, a str, or an int (little-endian, 1, 2, 4 or 8 bytes); at most 512 bytes.
        """
        if value is None:
            stored: bytes = self._bus.get(self._path, CHARACTERISTIC, 'Value')
            return stored
        self._bus.call(self._path, CHARACTERISTIC, 'SetValue', GLib.Variant.new_tuple(value_variant(value)))
        return None

    def config(self) -> int:
        """What peers have subscribed to: Bluetooth.CHAR_CONFIG_NOTIFY, or CHAR_CONFIG_INDICATE for one that
        indicates only; 0: nobody has."""
        return self._config(self._bus.get(self._path, CHARACTERISTIC, 'Subscribers') > 0)

    def _config(self, is_on: bool) -> int:
        if not is_on:
            return 0
        notifies = self._properties & Constants.PROP_NOTIFY
        return Constants.CHAR_CONFIG_NOTIFY if notifies else Constants.CHAR_CONFIG_INDICATE

    def callback(self, trigger: Optional[int] = None, handler: Optional[Handler] = None, arg: Any = None) -> None:
        """Has a handler called when a peer reads, writes or subscribes; in the order in which it happens.

        trigger: Bluetooth.CHAR_READ_EVENT, CHAR_WRITE_EVENT and CHAR_SUBSCRIBE_EVENT, combined; None or 0:
            none.
        handler: called as handler(arg, (event, value)), or as handler(arg), if it takes no more. value: of a
            write, what is stored now; of a read, what is stored; of a subscription, what config() gives. What
            the handler of a read returns is what the peer gets (bytes, a str, an int); None: the stored
            value, as also after 4.5 seconds without an answer. One at a time, in a thread of its own: it may
            block, and call anything.
        arg: given to it; None: the characteristic itself.
        """
        trigger = (trigger or 0) if handler else 0
        if trigger & ~EVENTS:
            raise ValueError('trigger: a characteristic has CHAR_READ_EVENT, CHAR_WRITE_EVENT, CHAR_SUBSCRIBE_EVENT')
        self._callback.set(trigger, handler, self if arg is None else arg)
        self._bus.route_events(self._path, trigger, (
            (Constants.CHAR_READ_EVENT, 'ReadRequest', self._read),
            (Constants.CHAR_WRITE_EVENT, 'WriteRequest', self._written),
            (Constants.CHAR_SUBSCRIBE_EVENT, 'Subscribed', self._subscribed)))
        self._service._bluetooth._note()
        self._bus.call(self._path, CHARACTERISTIC, 'Callback', GLib.Variant('(u)', (trigger,)))

    def events(self) -> int:
        """Bits of the events since the last call, which clears them."""
        return self._callback.take(self._bus.call(self._path, CHARACTERISTIC, 'Events'))

    def _respond(self, request: int, returned: Any) -> None:
        """In the handlers' thread: what the handler has returned, or the stored value."""
        try:
            self._answer(request, self.value() or b'' if returned is None else value_bytes(returned))
        except ValueError:
            self._respond(request, None)
            raise
        except OSError as error:
            if error.errno == errno.ENOENT:
                print(f'bluebroker: {self!r}: the handler of a read was too slow; the peer got the stored value',
                      file=sys.stderr)
            elif not self._bus.is_dead:     # else the handler has closed it, and nobody waits
                raise

    def _answer(self, request: int, value: bytes) -> None:
        self._bus.call(self._path, CHARACTERISTIC, 'RespondRead', GLib.Variant.new_tuple(
            GLib.Variant('u', request), value_variant(value)))

    # In the loop's thread: nothing here may wait.

    def _read(self, arguments: Any) -> None:
        def respond(returned: Any) -> None:
            if arguments[0]:    # else the peer has its answer
                self._respond(arguments[0], returned)
        self._callback.call_with(Constants.CHAR_READ_EVENT, self.value, respond)

    def _written(self, arguments: Any) -> None:
        self._callback.call_with(Constants.CHAR_WRITE_EVENT, arguments[1])

    def _subscribed(self, arguments: Any) -> None:
        self._callback.call_with(Constants.CHAR_SUBSCRIBE_EVENT, self._config(arguments[1]))
