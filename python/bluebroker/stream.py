# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports with all that is known of them, and the socket on which they come fast: see
com.example.Bluetooth(5), "THE STREAM OF REPORTS"."""

import asyncio
import collections
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Any, AsyncIterator, Deque, Iterator, NamedTuple, Optional, Type

from .values import mac_bytes

if TYPE_CHECKING:
    from .scanner import Scanner

MAGIC, VERSION = 0x6262, 1
DATAGRAM_MAX = 65536
HEADER = struct.Struct('<HBBHHQ')
RECORD = struct.Struct('<HQQ6sBBbbBBBBH')
UNKNOWN = 127       # RSSI, TX power
NO_SID = 255
EXTENDED, SYNTHESIZED, TRUNCATED = 1, 2, 4


class Report(NamedTuple):
    """An advertisement as it was heard."""
    time: int                   # CLOCK_BOOTTIME, microseconds
    mac: bytes
    addr_type: int
    adv_type: int               # 255: the daemon's source cannot tell
    rssi: int                   # dBm; 127: not known
    data: bytes
    tx_power: Optional[int]     # dBm
    primary_phy: int            # 1 LE 1M, 2 LE 2M, 3 LE Coded; 0: not told
    secondary_phy: int
    sid: Optional[int]          # advertising set
    is_extended: bool
    is_synthesized: bool        # data was put together from what BlueZ tells
    is_truncated: bool          # a part of data is missing
    sequence: int               # number in this session; a gap is a loss
    lost: int                   # reports lost to this session so far

    @classmethod
    def from_row(cls, row: Any, lost: int) -> 'Report':
        """Of a row of ReadAdvertisements."""
        extras = row[6]
        return cls(row[0], mac_bytes(row[1]), row[2], row[3], row[4], row[5], extras.get('TxPower'),
                   extras.get('PrimaryPhy', 0), extras.get('SecondaryPhy', 0), extras.get('Sid'),
                   extras.get('Extended', False), extras.get('Synthesized', False), extras.get('Truncated', False),
                   extras.get('Sequence', 0), lost)


def reports(datagram: bytes) -> Iterator[Report]:
    """Those of a datagram."""
    magic, version, at, count, _, lost = HEADER.unpack_from(datagram)
    if magic != MAGIC or version != VERSION:
        raise ValueError('this bluebrokerd has another layout of the stream')
    for _ in range(count):
        (size, time, sequence, mac, addr_type, adv_type, rssi, tx_power, primary, secondary, sid, flags,
         length) = RECORD.unpack_from(datagram, at)
        data = datagram[at + RECORD.size:at + RECORD.size + length]
        yield Report(time, mac, addr_type, adv_type, rssi, data, None if tx_power == UNKNOWN else tx_power, primary,
                     secondary, None if sid == NO_SID else sid, bool(flags & EXTENDED), bool(flags & SYNTHESIZED),
                     bool(flags & TRUNCATED), sequence, lost)
        at += size


class Stream:
    """An iterator over reports, from Bluetooth.stream(). A program that is too slow loses reports, counted in
    Report.lost."""

    def __init__(self, bluetooth: 'Scanner', fd: int, version: int) -> None:
        self._bluetooth = bluetooth     # the session lives as long as we do
        self._socket = socket.socket(fileno=fd)
        self._waiting: Deque[Report] = collections.deque()
        self._is_closed = False
        self._readers = 0       # that wait
        if version != VERSION:
            self._socket.close()
            raise ValueError('this bluebrokerd has another layout of the stream')

    def __enter__(self) -> 'Stream':
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __iter__(self) -> Iterator[Report]:
        return self

    def __next__(self) -> Report:
        while not self._waiting and not self._is_closed:
            with self._reader():
                self._take(0)
        return self._first(StopIteration)

    def __aiter__(self) -> AsyncIterator[Report]:
        return self

    async def __anext__(self) -> Report:
        while not self._waiting and not self._is_closed:
            try:
                self._take(socket.MSG_DONTWAIT)
            except BlockingIOError:
                await self._readable()
        return self._first(StopAsyncIteration)

    async def _readable(self) -> None:
        """Waits, and takes nothing: where it is cancelled, nothing is lost."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        with self._reader():
            loop.add_reader(self._socket, ready.set)
            try:
                await ready.wait()
            finally:
                loop.remove_reader(self._socket)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[None]:
        """The socket stays while somebody waits at it."""
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1
            if self._is_closed and self._readers == 0:
                self._socket.close()

    def _take(self, flags: int) -> None:
        datagram = self._socket.recv(DATAGRAM_MAX, flags)
        if datagram:
            self._waiting.extend(reports(datagram))
        else:
            self.close()

    def _first(self, end: Type[Exception]) -> Report:
        if self._is_closed:
            raise end
        return self._waiting.popleft()

    def close(self) -> None:
        """Ends the stream, also for whoever waits for a report just then; reports go to the FIFO again."""
        if not self._is_closed:
            self._is_closed = True
            try:
                self._socket.shutdown(socket.SHUT_RDWR)     # wakes those who wait
            except OSError:
                pass    # the daemon has ended it
        if self._readers == 0:
            self._socket.close()
