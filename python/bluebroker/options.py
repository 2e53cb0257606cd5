# SPDX-License-Identifier: GPL-2.0-or-later
"""What init() and set_scan_filter() take, as the daemon takes it; ValueError names the key."""

import errno
from typing import Any, Callable, Dict, List, Optional, Union

from .bus import dictionary, options
from .glib import GLib
from .values import bytes_variant, mac_text, uuid_variant


def _each(kind: str, one: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: GLib.Variant.new_array(GLib.VariantType(kind), [one(value) for value in values])


def _a(kind: str) -> Callable[[Any], Any]:
    return lambda value: GLib.Variant(kind, value)


def _pattern(pattern: Any) -> Any:
    start, kind, content = pattern
    return GLib.Variant.new_tuple(GLib.Variant('y', start), GLib.Variant('y', kind), bytes_variant(content))


FILTER_KEYS: Dict[str, Callable[[Any], Any]] = {
    'addresses': _each('s', lambda mac: GLib.Variant('s', mac_text(mac))),
    'uuids': _each('v', lambda uuid: GLib.Variant.new_variant(uuid_variant(uuid, 'uuids'))),
    'manufacturers': _a('aq'),
    'name': _a('s'),
    'rssi': _a('n'),
    'pathloss': _a('q'),
    'patterns': _each('(yyay)', _pattern),
    'adv_types': _a('ay'),
    'dedup': _a('u'),
    'active': _a('b'),
    'scan_responses': _a('b'),
}


def scan_filter(keys: Dict[str, Any]) -> Any:
    """(a{sv})."""
    given = {}
    for key, value in keys.items():
        if key not in FILTER_KEYS:
            raise ValueError(f'{key}: a scan filter has {", ".join(FILTER_KEYS)}')
        if value is None:
            continue
        try:
            given[key] = FILTER_KEYS[key](value)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f'{key}: {error}') from None
    return options(**given)


def number(name: str, kind: str, value: int) -> Any:
    limit = {'y': 0xff, 'q': 0xffff, 'u': 0xffffffff}[kind]
    if not isinstance(value, int) or not 0 <= value <= limit:
        raise ValueError(f'{name}: a number from 0 to {limit}, not {value!r}')
    return GLib.Variant(kind, value)


def text_or_bytes(name: str, value: Union[str, bytes, None]) -> Any:
    if value is None or isinstance(value, str):
        return None if value is None else GLib.Variant('s', value)
    if isinstance(value, (bytes, bytearray)):
        return bytes_variant(value)
    raise ValueError(f'{name}: bytes or a str, not {value!r}')


def init_options(id: int, mode: int, antenna: Optional[int], how: Dict[str, Any]) -> Any:  # noqa: A002
    """a{sv} of Init."""
    if id != 0:
        raise ValueError(f'id: there is but 0, not {id!r}; another radio: adapter="hci1"')
    kinds = {'pin': 'u', 'mtu': 'q', 'fifo': 'u'}
    given: Dict[str, Any] = {'mode': number('mode', 'u', mode)}
    if antenna is not None:
        given['antenna'] = number('antenna', 'u', antenna)
    for key, value in how.items():
        if value is None or key == 'modem_sleep':
            continue
        if key in kinds:
            given[key] = number(key, kinds[key], value)
        elif key in ('secure', 'privacy'):
            given[key] = GLib.Variant('b', bool(value))
        elif key == 'overflow':
            given[key] = GLib.Variant('s', value)
        elif key != 'secure_connections':
            raise ValueError(f'{key}: there is no such keyword of a Bluetooth')
        elif not value:
            raise OSError(errno.EOPNOTSUPP, 'secure_connections: BlueZ does not leave them off for one program')
    return dictionary(**given)


def radio_number(adapter: Union[int, str, None], adapters: List[str]) -> int:
    if adapter is None:
        names = [path.rsplit('/', 1)[1] for path in adapters]
        return min((int(name[3:]) for name in names if name[:3] == 'hci'), default=0)
    name = f'hci{adapter}' if isinstance(adapter, int) else adapter
    if not name.startswith('hci') or not name[3:].isdecimal():
        raise ValueError(f'adapter: 0 or "hci0" and so on, not {adapter!r}')
    return int(name[3:])
