# SPDX-License-Identifier: GPL-2.0-or-later
"""The GATT client, by the names of Pycom's documentation: GATTCConnection, GATTCService, GATTCCharacteristic."""

import asyncio
import contextlib
import errno
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Type, Union

from .bus import Lane, dictionary, options, wait, weakly
from .callback import Callback, Handler
from .constants import Constants
from .glib import GLib
from .loop import HANDLERS
from .values import Uuid, Value, bytes_variant, mac_bytes, path_mac, uuid_value, uuid_variant, value_bytes

if TYPE_CHECKING:
    from .bluetooth import Bluetooth

SERVICE = 'RemoteService1'
CHARACTERISTIC = 'RemoteCharacteristic1'


class GATTCConnection:
    """An open link to a device, from Bluetooth.connect(). It stays until disconnect(), deinit(), or the
    program's end, for this program; other programs may hold the same link, and keep it. With "with", it ends
    with the block.

    Every method may raise OSError: ENOTCONN where the link is lost or was let go, ECONNRESET where
    bluebrokerd was started anew, EACCES, EDQUOT (too many calls), EHOSTDOWN (bluetoothd is away)."""

    def __init__(self, bluetooth: 'Bluetooth', path: str) -> None:
        self._bluetooth = bluetooth
        self._bus = bluetooth._bus
        self._path = path
        self._services: Optional[List['GATTCService']] = None
        self._is_over = False
        self._bus.route(path, 'Disconnected', weakly(self._lost))

    def __repr__(self) -> str:
        return f'<GATTCConnection {path_mac(self._path)}>'

    def __enter__(self) -> 'GATTCConnection':
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], *_: Any) -> None:
        self.disconnect()

    async def __aenter__(self) -> 'GATTCConnection':
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.disconnect_async()

    def _lost(self, _reason: Any) -> None:
        self._over()

    def _over(self) -> None:
        self._is_over = True
        self._bus.unroute_below(self._path)
        self._bluetooth._note()

    def _begin(self, path: str, interface: str, member: str, arguments: Any = None,
               lane: Optional[Lane] = None) -> Any:
        self._check()
        return self._bus.begin(path, interface, member, arguments, lane)

    def _check(self) -> None:
        """Where nothing is asked: whether it would be answered."""
        if self._bus.is_dead:
            raise self._bus.end_error()
        if self._is_over:
            raise OSError(errno.ENOTCONN, 'the device is not connected')

    def _call(self, path: str, interface: str, member: str, arguments: Any = None) -> Any:
        self._check()
        return self._bus.call(path, interface, member, arguments)

    @property
    def mac(self) -> bytes:
        """The device's address, 6 bytes."""
        return mac_bytes(path_mac(self._path))

    def disconnect(self) -> None:
        """Lets go of the link. The radio's link ends when no other program holds it. No error where it is over."""
        future = self._begin_disconnect()
        if future:
            with _over_is_fine():
                wait(future)

    async def disconnect_async(self) -> None:
        """disconnect(), with asyncio."""
        future = self._begin_disconnect()
        if future:
            with _over_is_fine():
                await asyncio.wrap_future(future)

    def _begin_disconnect(self) -> Any:
        """None: there is nothing to do."""
        if self._is_over:
            return None
        # not by _begin(): the link may be lost just now, which is no error
        future = self._bus.begin(self._path, 'Connection1', 'Disconnect')
        self._over()
        return future

    def isconnected(self) -> bool:
        """Whether the link is up, and this program's."""
        if self._is_over and not self._bus.is_dead:
            return False
        return bool(self._bus.call(self._path, 'Connection1', 'IsConnected'))

    def pair(self, passkey: Optional[int] = None, handler: Optional[Handler] = None) -> None:
        """Pairs with the device, and returns when that is done. (Not on the page.)

        passkey: 0 to 999999: the answer, where it is known beforehand.
        handler: called as handler(kind, passkey) where something has to be asked: "confirm" (whether the device
            shows this passkey: true to go on), "enter" (returns the passkey that the device shows; None: none), or
            told: "display" (this one is to be entered at the device). None: what is asked is refused.

        Raises OSError with EPERM where nothing was asked and bluebrokerd does not allow that (JustWorks),
        ECONNREFUSED where the device refuses, EINPROGRESS; and Bluetooth.timeout.
        """
        wait(self._begin_pair(passkey, handler))

    async def pair_async(self, passkey: Optional[int] = None, handler: Optional[Handler] = None) -> None:
        """pair(), with asyncio."""
        await asyncio.wrap_future(self._begin_pair(passkey, handler))

    def _begin_pair(self, passkey: Optional[int], handler: Optional[Handler]) -> Any:
        if passkey is not None and not 0 <= passkey <= 999999:
            raise ValueError(f'passkey: 0 to 999999, not {passkey!r}')

        def asked(arguments: Any) -> None:
            HANDLERS.post(lambda: self._answer(handler, *arguments))
        self._bus.route(self._path, 'PairingRequest', asked)
        return self._begin(self._path, 'Connection1', 'Pair', options(
            passkey=None if passkey is None else GLib.Variant('u', passkey)))

    def _answer(self, handler: Optional[Handler], request: int, kind: str, passkey: int) -> None:
        """In the handlers' thread."""
        answer = None
        try:
            answer = handler(kind, passkey) if handler else None
        finally:
            if kind != 'display':
                accepts = answer is not None if kind == 'enter' else bool(answer)
                self._call(self._path, 'Connection1', 'RespondPairing', GLib.Variant(
                    '(ubu)', (request, accepts, int(answer or 0) if kind == 'enter' else 0)))

    def services(self) -> List['GATTCService']:
        """The device's services, by handle: a list of GATTCService, the same ones each time."""
        self._check()
        if self._services is None:
            paths = self._call(self._path, 'Connection1', 'Services')
            self._services = [GATTCService(self, path, self._bus.get_all(path, SERVICE)) for path in paths]
        return list(self._services)

    def get_mtu(self) -> int:
        """The ATT MTU in bytes."""
        return int(self._call(self._path, 'Connection1', 'GetMtu'))


@contextlib.contextmanager
def _over_is_fine() -> Iterator[None]:
    """The link may have been lost a moment before."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTCONN):
            raise


class GATTCService:
    """A service of a connected device, from GATTCConnection.services()."""

    def __init__(self, connection: GATTCConnection, path: str, properties: Dict[str, Any]) -> None:
        self._connection = connection
        self._path = path
        self._properties = properties
        self._characteristics: Optional[List['GATTCCharacteristic']] = None

    def __repr__(self) -> str:
        return f'<GATTCService {self._properties["UUID"]}>'

    def isprimary(self) -> bool:
        """Whether it is a primary service."""
        return bool(self._properties['IsPrimary'])

    def uuid(self) -> Union[int, bytes]:
        """Its UUID: an int of 16 or 32 bits, else 16 bytes, in the order in which it is printed."""
        return uuid_value(self._properties['UUID'])

    def instance(self) -> int:
        """Its attribute handle."""
        return int(self._properties['Instance'])

    def characteristics(self) -> List['GATTCCharacteristic']:
        """Its characteristics, by handle: a list of GATTCCharacteristic, the same ones each time."""
        self._connection._check()
        if self._characteristics is None:
            paths = self._connection._call(self._path, SERVICE, 'Characteristics')
            bus = self._connection._bus
            self._characteristics = [GATTCCharacteristic(self._connection, path, bus.get_all(path, CHARACTERISTIC))
                                     for path in paths]
        return list(self._characteristics)


class GATTCCharacteristic:
    """A characteristic of a connected device, from GATTCService.characteristics().

    Beside what GATTCConnection says, its methods may raise OSError: EPERM (it does not allow that), EREMOTEIO
    (the device refuses; the message begins with the ATT error code), EBUSY (another program has claimed it);
    and Bluetooth.timeout."""

    def __init__(self, connection: GATTCConnection, path: str, properties: Dict[str, Any]) -> None:
        self._connection = connection
        self._path = path
        self._properties = properties
        self._callback = Callback()
        self._is_known = False
        self._writes = Lane()

    def __repr__(self) -> str:
        return f'<GATTCCharacteristic {self._properties["UUID"]}>'

    def uuid(self) -> Union[int, bytes]:
        """Its UUID: an int of 16 or 32 bits, else 16 bytes, in the order in which it is printed."""
        return uuid_value(self._properties['UUID'])

    def instance(self) -> int:
        """The handle of its declaration."""
        return int(self._properties['Instance'])

    def properties(self) -> int:
        """What it allows: Bluetooth.PROP_READ and so on, combined."""
        return int(self._properties['Properties'])

    def read(self) -> bytes:
        """Asks the device for the value: at most 512 bytes."""
        value: bytes = wait(self._begin_read())
        self._is_known = True
        return value

    async def read_async(self) -> bytes:
        """read(), with asyncio."""
        value: bytes = await asyncio.wrap_future(self._begin_read())
        self._is_known = True
        return value

    def _begin_read(self) -> Any:
        return self._connection._begin(self._path, CHARACTERISTIC, 'Read', options())

    def value(self) -> Union[int, bytes]:
        """What was read or notified last, without asking the device; 0 if there was nothing yet."""
        self._connection._check()
        value: bytes = self._connection._bus.get(self._path, CHARACTERISTIC, 'Value')
        return value if value or self._is_known else 0

    def write(self, value: Value) -> None:
        """Writes, and returns when the device has confirmed it; where the characteristic takes writes without
        response alone, when it is sent.

        value: bytes, a str (its UTF-8), or an int (little-endian, 1, 2, 4 or 8 bytes); at most 512 bytes.
        """
        wait(self._begin_write(value))

    async def write_async(self, value: Value) -> None:
        """write(), with asyncio."""
        await asyncio.wrap_future(self._begin_write(value))

    def _begin_write(self, value: Value) -> Any:
        both = self.properties() & (Constants.PROP_WRITE | Constants.PROP_WRITE_NR)
        how = GLib.Variant('s', 'command') if both == Constants.PROP_WRITE_NR else None
        arguments = GLib.Variant.new_tuple(GLib.Variant.new_variant(bytes_variant(value_bytes(value))),
                                           dictionary(type=how))
        return self._connection._begin(self._path, CHARACTERISTIC, 'Write', arguments, self._writes)

    def read_descriptor(self, uuid: Uuid) -> Optional[bytes]:
        """Reads the descriptor of that UUID; None: there is none. uuid: an int, a str, or bytes."""
        return self._first(wait(self._begin_descriptor(uuid)))

    async def read_descriptor_async(self, uuid: Uuid) -> Optional[bytes]:
        """read_descriptor(), with asyncio."""
        return self._first(await asyncio.wrap_future(self._begin_descriptor(uuid)))

    def _begin_descriptor(self, uuid: Uuid) -> Any:
        arguments = GLib.Variant.new_tuple(GLib.Variant.new_variant(uuid_variant(uuid)))
        return self._connection._begin(self._path, CHARACTERISTIC, 'ReadDescriptor', arguments)

    @staticmethod
    def _first(values: List[bytes]) -> Optional[bytes]:
        return values[0] if values else None

    def callback(self, trigger: Optional[int] = None, handler: Optional[Handler] = None, arg: Any = None) -> None:
        """Has a handler called for each notification or indication, in order; returns when the device knows.

        trigger: Bluetooth.CHAR_NOTIFY_EVENT; None or 0: none, and the device is told so.
        handler: called as handler(arg, (event, value)), with the value (bytes) of that event; or as
            handler(arg), if it takes no more. One at a time, in a thread of its own: it may block, and call
            anything.
        arg: given to it; None: the characteristic itself.
        """
        trigger = trigger or 0
        if handler is None:
            trigger = 0
        elif not trigger:
            trigger = Constants.CHAR_NOTIFY_EVENT
        if trigger & ~Constants.CHAR_NOTIFY_EVENT:
            raise ValueError('trigger: a characteristic of a device has CHAR_NOTIFY_EVENT alone')
        bus = self._connection._bus
        self._callback.set(trigger, handler, self if arg is None else arg)
        bus.route(self._path, 'Notification', self._notified if trigger else None)
        self._connection._bluetooth._note()
        try:
            self._connection._call(self._path, CHARACTERISTIC, 'Callback', GLib.Variant('(u)', (trigger,)))
        except BaseException:
            self._callback.set(0, None, None)
            bus.route(self._path, 'Notification', None)
            raise

    def events(self) -> int:
        """Bits of the events since the last call, which clears them."""
        if self._callback.trigger:
            return self._callback.take()
        return self._callback.take(self._connection._call(self._path, CHARACTERISTIC, 'Events'))

    def _notified(self, arguments: Any) -> None:
        self._is_known = True
        self._callback.call_with(Constants.CHAR_NOTIFY_EVENT, arguments[1])
