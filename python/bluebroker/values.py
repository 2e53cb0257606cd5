# SPDX-License-Identifier: GPL-2.0-or-later
"""Addresses, UUIDs, values and AD structures, as the boards have them."""

import uuid
from typing import Any, Iterator, Optional, Tuple, Union

from .constants import Constants
from .glib import GLib

Uuid = Union[int, str, bytes]           # what is taken for one
Value = Union[bytes, bytearray, memoryview, str, int]
Resolved = Union[int, str, bytes]

_BASE = uuid.UUID('00000000-0000-1000-8000-00805f9b34fb').int
_BASE_MASK = (1 << 96) - 1


def mac_text(mac: Union[bytes, bytearray, str]) -> str:
    """'AA:BB:CC:DD:EE:FF' of 6 bytes, 12 hex digits, or itself."""
    if isinstance(mac, (bytes, bytearray)) and len(mac) == 6:
        return mac.hex(':').upper()
    text = bytes(mac).decode('ascii', 'replace') if isinstance(mac, (bytes, bytearray)) else mac
    try:
        digits = text.replace(':', '') if text.count(':') == 5 else text
        if len(digits) == 12:
            return bytes.fromhex(digits).hex(':').upper()
    except (AttributeError, ValueError):
        pass
    raise ValueError(f'mac_addr: an address is 6 bytes, 12 hex digits, or those with colons, not {mac!r}')


def path_mac(path: str) -> str:
    """The address at the end of an object path."""
    return path.rsplit('/', 1)[1].replace('_', ':')


def mac_bytes(text: str) -> bytes:
    """6 bytes of 'AA:BB:CC:DD:EE:FF'."""
    return bytes.fromhex(text.replace(':', ''))


def uuid_value(text: str) -> Union[int, bytes]:
    """An int for a 16- or 32-bit UUID, else its 16 bytes, as printed."""
    number = uuid.UUID(text).int
    if number & _BASE_MASK == _BASE:
        return number >> 96
    return number.to_bytes(16, 'big')


def uuid_variant(value: Uuid, name: str = 'uuid') -> Any:
    """A GVariant of a UUID in any form; the daemon looks at the rest."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 0xffffffff:
        return GLib.Variant('u', value)
    if isinstance(value, str):
        return GLib.Variant('s', value)
    if isinstance(value, (bytes, bytearray)) and len(value) in (2, 4, 16):
        return bytes_variant(value)
    raise ValueError(f'{name}: a UUID is an int of up to 32 bits, a str, or 2, 4 or 16 bytes, not {value!r}')


def bytes_variant(value: Union[bytes, bytearray, memoryview]) -> Any:
    """ay."""
    return GLib.Variant.new_from_bytes(GLib.VariantType('ay'), GLib.Bytes.new(bytes(value)), True)


def number_bytes(value: int) -> bytes:
    """Little-endian, in 1, 2, 4 or 8 bytes, as few as do; a negative one in two's complement."""
    for size in 1, 2, 4, 8:
        try:
            return value.to_bytes(size, 'little', signed=value < 0)
        except OverflowError:
            continue
    raise ValueError(f'value: {value} does not fit 8 bytes')


def value_bytes(value: Value) -> bytes:
    """The bytes of a value: bytes, a str (UTF-8), or an int."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int):
        return number_bytes(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise ValueError(f'value: it is bytes, a str or an int, not {value!r}')


def structures(data: bytes) -> Iterator[Tuple[int, bytes]]:
    """AD structures: type and content. Ends where they do, or where one does not fit."""
    at = 0
    while at + 1 < len(data) and data[at] > 0:
        end = at + 1 + data[at]
        if end > len(data):
            return
        yield data[at + 1], data[at + 2:end]
        at = end


def resolve(data: bytes, data_type: int) -> Optional[Resolved]:
    """The first AD structure of that type: an int for flags and TX power (dBm), a str for a name, else bytes.
    None: there is none."""
    for kind, content in structures(data):
        if kind != data_type:
            continue
        if kind in (Constants.ADV_NAME_SHORT, Constants.ADV_NAME_CMPL):
            return content.split(b'\0')[0].decode('utf-8', 'replace')
        if kind == Constants.ADV_FLAG:
            return content[0] if content else 0
        if kind != Constants.ADV_TX_PWR:
            return content
        if content:
            return int.from_bytes(content[:1], 'little', signed=True)
    return None
