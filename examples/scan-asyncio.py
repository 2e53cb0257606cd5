#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scan.py with asyncio: prints what it hears for ten seconds."""
import asyncio

from bluebroker import Bluetooth


async def listen(bt):
    with bt.stream() as stream:
        bt.start_scan(-1)
        async for report in stream:
            name = bt.resolve_adv_data(report.data, Bluetooth.ADV_NAME_CMPL)
            print(report.mac.hex(':').upper(), report.rssi, name or '')


async def main():
    async with Bluetooth() as bt:
        bt.set_scan_filter(dedup=1000)      # the same bytes of a device at most once a second
        try:
            await asyncio.wait_for(listen(bt), 10)
        except asyncio.TimeoutError:
            pass

asyncio.run(main())
