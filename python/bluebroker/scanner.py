# SPDX-License-Identifier: GPL-2.0-or-later
"""What a Bluetooth object does with its scan."""

import asyncio
import collections
import concurrent.futures
import errno
import time
from typing import Any, Deque, List, NamedTuple, Optional

from .bus import SESSION, Bus, Lane, options
from .constants import Constants
from .glib import GLib
from .options import scan_filter
from .stream import Report, Stream
from .values import Resolved, mac_bytes, resolve

# Where a radio's scanner has run all along, a report is there as soon as it is asked for; here it begins to run with
# start_scan(). For so long after that (in seconds), get_adv() waits for the first one; and looks so often.
FIRST_REPORT = 1.0
LOOK = 0.02


class Advertisement(NamedTuple):
    """What get_adv() gives."""
    mac: bytes
    addr_type: int
    adv_type: int
    rssi: int
    data: bytes


class Scanner(Constants):
    """The methods of Bluetooth that are about the scan."""
    _bus: Bus
    _path: str

    def __init__(self) -> None:
        self._waiting: Deque[Advertisement] = collections.deque()
        self._wait_until = 0.0
        self._taken = 0
        self._takes = Lane()

    def _begin(self, member: str, arguments: Any = None, lane: Optional[Lane] = None) -> Any:
        return self._bus.begin(self._path, SESSION, member, arguments, lane)

    def _call(self, member: str, arguments: Any = None) -> Any:
        return self._bus.call(self._path, SESSION, member, arguments)

    def start_scan(self, timeout: int) -> None:
        """Begins to listen for advertisements, and returns at once; they wait in a FIFO for get_adv().
        Empties it, and ends a scan of this object's that runs.

        timeout: in seconds; negative: until stop_scan(). Not 0.
        """
        if not isinstance(timeout, (int, float)) or timeout == 0:
            raise ValueError(f'timeout: seconds, or below 0 for no end; not {timeout!r}')
        seconds = GLib.Variant('(i)', (-1 if timeout < 0 else min(max(round(timeout), 1), GLib.MAXINT32),))
        try:
            self._call('StartScan', seconds)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
            self._call('StopScan')
            self._call('StartScan', seconds)
        self._waiting.clear()
        self._wait_until = time.monotonic() + FIRST_REPORT

    def stop_scan(self) -> None:
        """Ends the scan. No error where there is none."""
        self._call('StopScan')

    def isscanning(self) -> bool:
        """Whether this object scans."""
        return bool(self._call('IsScanning'))

    def get_adv(self) -> Optional[Advertisement]:
        """The oldest advertisement of the FIFO, or None: (mac, addr_type, adv_type, rssi, data), by these
        names, too. mac: 6 bytes; rssi in dBm; data: the bytes of the advertisement, as many as it has.

        In the first second of a scan it waits for the first advertisement."""
        while not self._waiting:
            self._waiting.extend(self._take())
            if self._waiting or time.monotonic() >= self._wait_until:
                break
            time.sleep(LOOK)
        self._wait_until = 0
        try:
            return self._first()
        except IndexError:      # there is none, or another thread was quicker
            return None

    def _first(self) -> Advertisement:
        adv = self._waiting.popleft()
        self._taken += 1
        return adv

    async def get_adv_async(self) -> Advertisement:
        """Waits for an advertisement, with asyncio. Where it is cancelled, none is lost. (Not on the page.)"""
        while not self._waiting:
            future = self._begin('GetAdvertisements', None, self._takes)
            future.add_done_callback(self._keep)
            await asyncio.shield(asyncio.wrap_future(future))
            if not self._waiting:
                await asyncio.sleep(LOOK)
        return self._first()

    def _keep(self, future: 'concurrent.futures.Future[Any]') -> None:
        """Of an answer that perhaps nobody waits for any more."""
        if not future.exception():
            self._waiting.extend(_advertisements(future.result()))

    def get_advertisements(self) -> List[Advertisement]:
        """All of the FIFO, oldest first; a list of what get_adv() gives."""
        last = self._take()     # and behind what get_adv_async() may have asked for
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        return taken + last

    def _take(self) -> List[Advertisement]:
        return _advertisements(self._call('GetAdvertisements'))

    def read_advertisements(self, max: int = 0) -> List[Report]:  # noqa: A002
        """The FIFO's content with all that is known of each report: see bluebroker.Report. (Not on the page.)

        max: how many at most; 0: all.
        """
        rows, lost = self._call('ReadAdvertisements', GLib.Variant('(u)', (max,)))
        return [Report.from_row(row, lost) for row in rows]

    def stream(self, batch_ms: Optional[int] = None, batch_max: Optional[int] = None) -> Stream:
        """An iterator over the reports of the scan, for "for" and "async for": the fast way, past the FIFO.
        It ends with close(), with "with", or with the session; not with the scan. (Not on the page.)

        batch_ms (0 to 10000): how long a report waits for others, so that they come together.
        batch_max (1 to 4096): how many come together at most.
        """
        fd, version = self._call('AcquireAdvertisements', options(
            batch_ms=None if batch_ms is None else GLib.Variant('u', batch_ms),
            batch_max=None if batch_max is None else GLib.Variant('u', batch_max)))
        return Stream(self, fd, version)

    def set_scan_filter(self, **keys: Any) -> None:
        """Which reports this object's scan is for: those that match every key given. None given: all. (Not on
        the page.)

        addresses: list of addresses.
        uuids: list of UUIDs.
        manufacturers: list of company numbers.
        name: a pattern of the shell's kind.
        rssi: dBm, at least.
        pathloss: dB, at most.
        patterns: list of (start, AD type, bytes).
        adv_types: list of adv_type.
        dedup: ms in which the same bytes of a device come once.
        active: whether devices are asked for scan responses.
        scan_responses: whether these are wanted.
        """
        self._call('SetScanFilter', scan_filter(keys))

    @staticmethod
    def resolve_adv_data(data: bytes, data_type: int) -> Optional[Resolved]:
        """The first AD structure of that type in an advertisement's data: an int for ADV_FLAG and ADV_TX_PWR
        (dBm), a str for ADV_NAME_SHORT and ADV_NAME_CMPL, else bytes; None where there is none."""
        return resolve(bytes(data), data_type)


def _advertisements(rows: List[Any]) -> List[Advertisement]:
    return [Advertisement(mac_bytes(row[0]), *row[1:]) for row in rows]
