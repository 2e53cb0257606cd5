# SPDX-License-Identifier: GPL-2.0-or-later
"""The documented class."""

import asyncio
import collections
import contextlib
import errno
import gc
import threading
import weakref
from typing import Any, Iterator, Optional, Union

from . import errors, life
from .bus import ROOT, SESSION, Bus, dictionary, options, wait
from .callback import Callback, Handler
from .client import GATTCConnection
from .constants import Constants
from .glib import GLib
from .options import init_options, number, radio_number, text_or_bytes
from .scanner import Scanner
from .server import GATTSService
from .values import Uuid, bytes_variant, mac_text, path_mac, uuid_variant

EVENTS = Constants.NEW_ADV_EVENT | Constants.CLIENT_CONNECTED | Constants.CLIENT_DISCONNECTED


class Bluetooth(Scanner):
    """The driver of a Bluetooth radio, as Pycom's page network.Bluetooth documents it. Each object is a
    session of its own at bluebrokerd: what it scans for, connects, advertises and serves does not disturb
    other objects or programs. It ends with deinit(), with a "with" block, or when nothing refers to it any
    more.

    id: 0. adapter: which radio: 0 or "hci0" and so on; None: the first one. The rest: as of init().

    Errors of every method: ValueError (an argument; the message names it); OSError with errno ENETDOWN (after
    deinit(), or the radio is off), EDQUOT (a limit of bluebrokerd's), EHOSTDOWN (bluetoothd is away),
    ECONNRESET (bluebrokerd was started anew: make a new Bluetooth), EOPNOTSUPP (not with this radio or
    BlueZ), EACCES (the user is not in the group that may)."""

    timeout = errors.timeout

    def __init__(self, id: int = 0, mode: int = Constants.BLE, antenna: Optional[int] = None,  # noqa: A002
                 *, adapter: Union[int, str, None] = None, **how: Any) -> None:
        init = init_options(id, mode, antenna, how)
        self._sleeps = bool(how.get('modem_sleep', True))
        super().__init__()
        self._callback = Callback()
        self._connections: 'weakref.WeakValueDictionary[str, GATTCConnection]' = weakref.WeakValueDictionary()
        self._lock = threading.Lock()
        self._attempts: 'collections.Counter[str]' = collections.Counter()     # to connect, by address
        self._has_services = False
        self._advertises = False
        self._bus = Bus()
        try:
            adapters = self._bus.get(ROOT, 'Manager1', 'Adapters')
            self._bus.stay_with_daemon()
            arguments = GLib.Variant.new_tuple(GLib.Variant('u', radio_number(adapter, adapters)), init)
            try:
                self._path = self._bus.call(ROOT, 'Manager1', 'OpenSession', arguments)
            except OSError as error:
                if error.errno != errno.EDQUOT:
                    raise
                gc.collect()    # handlers and their objects refer to each other: some may be of no use any more
                self._path = self._bus.call(ROOT, 'Manager1', 'OpenSession', arguments)
        except BaseException:
            self._bus.close()
            raise

    def __repr__(self) -> str:
        return f'<Bluetooth {self._path}>'

    def __enter__(self) -> 'Bluetooth':
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    async def __aenter__(self) -> 'Bluetooth':
        return self

    async def __aexit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Ends the session and releases all that it holds. The object is of no use afterwards. (Not on the
        page.)"""
        self._forget_all()
        self._bus.close()

    # --- life ---

    def init(self, id: int = 0, mode: int = Constants.BLE, antenna: Optional[int] = None,  # noqa: A002
             **how: Any) -> None:
        """Enables the radio, anew: nothing is kept of what this object had.

        id: 0.
        mode: Bluetooth.BLE.
        antenna: Bluetooth.INT_ANT, or EXT_ANT where bluebrokerd can switch to it.
        Keywords: pin (0 to 999999: what is served from now on asks for encryption), secure, privacy,
            secure_connections (bool), mtu (23 to 517), modem_sleep (of no effect); beyond the page: fifo (how
            many reports wait at most, default 16), overflow ("drop-oldest", the default, or "drop-newest").
        """
        init = init_options(id, mode, antenna, how)
        self._forget_all()
        self._bus.call(self._path, SESSION, 'Init', GLib.Variant.new_tuple(init))
        self._sleeps = bool(how.get('modem_sleep', self._sleeps))

    def deinit(self) -> None:
        """Disables the radio, for this object: it ends whatever the object had. init() makes it useful
        again."""
        self._forget_all()
        self._call('Deinit')

    def _forget_all(self) -> None:
        for connection in list(self._connections.values()):
            connection._over()
        self._connections.clear()
        self._waiting.clear()
        self._callback.set(0, None, None)
        self._bus.unroute_below('')
        self._has_services = self._advertises = False
        self._note()

    def _note(self) -> None:
        """Something has changed of what a script may leave behind."""
        life.note(self)

    def _is_busy(self) -> bool:
        """Whether it advertises, serves, or calls handlers."""
        return not self._bus.is_dead and (self._advertises or self._has_services or self._bus.calls_handlers())

    # --- links ---

    def connect(self, mac_addr: Union[bytes, str], timeout: Optional[int] = None,
                addr_type: Optional[int] = None) -> GATTCConnection:
        """Connects a device, and returns when its services are known. At most 4 devices are connected at
        once; beyond that, the call waits.

        mac_addr: 6 bytes, 12 hex digits, or those with colons.
        timeout: ms; None: as bluebrokerd is configured.
        addr_type: Bluetooth.PUBLIC_ADDR and so on; None: whichever it is.

        Raises Bluetooth.timeout, and OSError with ECONNREFUSED.
        """
        with self._attempt(mac_addr):
            return self._connected(wait(self._begin_connect(mac_addr, timeout, addr_type)))

    async def connect_async(self, mac_addr: Union[bytes, str], timeout: Optional[int] = None,
                            addr_type: Optional[int] = None) -> GATTCConnection:
        """connect(), with asyncio. Where it is cancelled, the link is let go of. (Not on the page.)"""
        try:
            with self._attempt(mac_addr):
                future = self._begin_connect(mac_addr, timeout, addr_type)
                # not cancelled with us: the daemon goes on, and what it opens has to be closed
                return self._connected(await asyncio.shield(asyncio.wrap_future(future)))
        except asyncio.CancelledError:
            future.add_done_callback(self._let_go)
            raise

    @contextlib.contextmanager
    def _attempt(self, mac: Union[bytes, str]) -> Iterator[None]:
        """While it lasts, nobody else lets go of the link."""
        with self._lock:
            self._attempts[mac_text(mac)] += 1
        try:
            yield
        finally:
            with self._lock:
                self._attempts[mac_text(mac)] -= 1

    def _begin_connect(self, mac: Union[bytes, str], timeout: Optional[int], addr_type: Optional[int]) -> Any:
        if timeout is not None and timeout < 0:
            raise ValueError(f'timeout: ms, not {timeout!r}')
        return self._begin('Connect', GLib.Variant.new_tuple(GLib.Variant('s', mac_text(mac)), dictionary(
            timeout=None if timeout is None else GLib.Variant('u', timeout),
            addr_type=None if addr_type is None else GLib.Variant('y', addr_type))))

    def _connected(self, path: str) -> GATTCConnection:
        known = self._connections.get(path)
        if known is None or known._is_over:
            known = GATTCConnection(self, path)
            self._connections[path] = known
        return known

    def _let_go(self, future: Any) -> None:
        """Of a link that nobody waits for any more, unless others have it, or wait for it."""
        if future.exception():
            return
        path = future.result()
        with self._lock:
            known = self._connections.get(path)
            if (known is None or known._is_over) and not self._attempts[path_mac(path)]:
                self._bus.begin(path, 'Connection1', 'Disconnect')

    # --- events ---

    def callback(self, trigger: Optional[int] = None, handler: Optional[Handler] = None, arg: Any = None) -> None:
        """Has a handler called when one of the events occurs.

        trigger: Bluetooth.NEW_ADV_EVENT, CLIENT_CONNECTED and CLIENT_DISCONNECTED, combined; None or 0: none.
        handler: called as handler(arg); which event it was, events() tells. One at a time, in a thread of its
            own: it may block, and call anything. After NEW_ADV_EVENT, take all of get_advertisements(): those
            that come meanwhile do not call it once each.
        arg: given to it; None: this object.
        """
        trigger = (trigger or 0) if handler else 0
        if trigger & ~EVENTS:
            raise ValueError('trigger: a Bluetooth has NEW_ADV_EVENT, CLIENT_CONNECTED and CLIENT_DISCONNECTED')
        self._callback.set(trigger, handler, self if arg is None else arg)
        self._bus.route_events(self._path, trigger, (
            (Constants.NEW_ADV_EVENT, 'Event', self._event),
            (Constants.CLIENT_CONNECTED, 'ClientConnected', self._client_connected),
            (Constants.CLIENT_DISCONNECTED, 'ClientDisconnected', self._client_left)))
        self._note()
        self._call('Callback', GLib.Variant('(u)', (trigger,)))
        if trigger & Constants.NEW_ADV_EVENT:
            self._rearm()

    def events(self) -> int:
        """Bits of the events since the last call, which clears them."""
        return self._callback.take(self._call('Events'))

    def _rearm(self) -> None:
        """The daemon tells of an event once, until it is asked for."""
        if int(self._call('Events')) & Constants.NEW_ADV_EVENT:
            self._call_for_adv()

    def _call_for_adv(self) -> None:
        """The handler for NEW_ADV_EVENT; once more where it has taken one, and left others that came with it."""
        taken = self._taken

        def before() -> None:
            nonlocal taken
            self._callback.flag(self._call('Events') & ~self._callback.trigger)
            taken = self._taken

        def after() -> None:
            if self._waiting and self._taken > taken:
                self._call_for_adv()
        self._callback.call(Constants.NEW_ADV_EVENT, before, after)

    # In the loop's thread: nothing here may wait.

    def _event(self, arguments: Any) -> None:
        if arguments[0] & Constants.NEW_ADV_EVENT:
            self._call_for_adv()

    def _client_connected(self, _arguments: Any) -> None:
        self._callback.call(Constants.CLIENT_CONNECTED)

    def _client_left(self, _arguments: Any) -> None:
        self._callback.call(Constants.CLIENT_DISCONNECTED)

    # --- the server ---

    def set_advertisement(self, *, name: Optional[str] = None, manufacturer_data: Union[str, bytes, None] = None,
                          service_data: Union[str, bytes, None] = None, service_uuid: Optional[Uuid] = None) -> None:
        """What advertise() sends. None: not in it.

        name: at most 29 bytes.
        manufacturer_data: company number, little-endian, then data.
        service_data: 16-bit UUID, little-endian, then data.
        service_uuid: an int, a str, or 2, 4 or 16 bytes.
        """
        self._call('SetAdvertisement', options(
            name=None if name is None else GLib.Variant('s', name),
            manufacturer_data=text_or_bytes('manufacturer_data', manufacturer_data),
            service_data=text_or_bytes('service_data', service_data),
            service_uuid=None if service_uuid is None else uuid_variant(service_uuid, 'service_uuid')))

    def set_advertisement_params(self, *, adv_int_min: int = 0x20, adv_int_max: int = 0x40,
                                 adv_type: int = Constants.ADV_TYPE_IND, own_addr_type: int = Constants.PUBLIC_ADDR,
                                 channel_map: int = Constants.ADV_CHNL_ALL,
                                 adv_filter_policy: int = Constants.ADV_FILTER_ALLOW_SCAN_ANY_CON_ANY) -> None:
        """How advertise() sends. What BlueZ cannot do is refused (EOPNOTSUPP).

        adv_int_min, adv_int_max: 0x20 to 0x4000, in 0.625 ms.
        """
        self._call('SetAdvertisementParams', options(
            adv_int_min=number('adv_int_min', 'q', adv_int_min), adv_int_max=number('adv_int_max', 'q', adv_int_max),
            adv_type=number('adv_type', 'y', adv_type), own_addr_type=number('own_addr_type', 'y', own_addr_type),
            channel_map=number('channel_map', 'y', channel_map),
            adv_filter_policy=number('adv_filter_policy', 'y', adv_filter_policy)))

    def set_advertisement_raw(self, data: bytes, scan_rsp: bytes = b'') -> None:
        """AD structures that advertise() sends as they are, at most 31 bytes; scan_rsp: those of the scan
        response."""
        self._call('SetAdvertisementRaw', GLib.Variant.new_tuple(bytes_variant(data), bytes_variant(scan_rsp)))

    def advertise(self, enable: bool = True) -> None:
        """Starts or stops to advertise what set_advertisement() said. It goes on over connections."""
        self._call('Advertise', GLib.Variant('(b)', (bool(enable),)))
        self._advertises = bool(enable)
        self._note()

    def service(self, uuid: Uuid, *, isprimary: bool = True, nbr_chars: int = 1, start: bool = True) -> GATTSService:
        """Makes a service of the GATT server.

        uuid: an int, a str (hex digits, or 16 characters), or 2, 4 or 16 bytes.
        nbr_chars: how many characteristics it will have.
        start: whether peers see it as soon as it has these.
        """
        path = self._call('Service', GLib.Variant.new_tuple(GLib.Variant.new_variant(uuid_variant(uuid)), dictionary(
            isprimary=GLib.Variant('b', bool(isprimary)), nbr_chars=number('nbr_chars', 'q', nbr_chars),
            start=GLib.Variant('b', bool(start)))))
        self._has_services = True
        self._note()
        return GATTSService(self, path)

    def disconnect_client(self) -> None:
        """Disconnects the centrals that use this object's services. EBUSY: one also uses another
        program's."""
        self._call('DisconnectClient')

    def gatts_mtu(self) -> Optional[int]:
        """The ATT MTU of the central that came last; None: there is none."""
        mtu = self._call('GattsMtu')
        return int(mtu[0]) if mtu else None

    # --- the rest ---

    def set_pin(self, pin: int) -> None:
        """0 to 999999: what is served from now on asks for encryption, unless its permissions say
        otherwise."""
        self._call('SetPin', GLib.Variant.new_tuple(number('pin', 'u', pin)))

    def tx_power(self, type: int, level: Optional[int] = None) -> Optional[int]:  # noqa: A002
        """The transmit power's level, Bluetooth.TX_PWR_N12 to TX_PWR_P9; with one: sets it, and returns None.
        Of advertising only (TX_PWR_ADV), where BlueZ and the radio offer it."""
        levels = [] if level is None else [level]
        dbm = self._call('TxPower', GLib.Variant.new_tuple(number('type', 'u', type), GLib.Variant('ai', levels)))
        return None if levels else min(max(round((dbm + 12) / 3), self.TX_PWR_N12), self.TX_PWR_P9)

    def modem_sleep(self, enable: Optional[bool] = None) -> Optional[bool]:
        """Of no effect here: a computer's radio sleeps when it can. Without an argument: what was said
        last."""
        if enable is None:
            return self._sleeps
        self._sleeps = bool(enable)
        return None

    def nvram_erase(self) -> None:
        """Refused (EOPNOTSUPP): other programs' bonds are there, too. forget() removes that of a device."""
        raise OSError(errno.EOPNOTSUPP, 'nvram_erase(): the bonds of all programs are in one place here; '
                                        'forget(mac) removes that of one device')

    def forget(self, mac_addr: Union[bytes, str]) -> None:
        """Removes the bond with a device that this user has paired with. ENOENT: there is none. (Not on the
        page.)"""
        self._call('Forget', GLib.Variant('(s)', (mac_text(mac_addr),)))
