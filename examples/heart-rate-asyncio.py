#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""heart-rate.py with asyncio: all sensors that are heard in five seconds, at once. An argument: how many
measurements of each."""
import asyncio
import sys

from bluebroker import Bluetooth

HEART_RATE, MEASUREMENT = 0x180d, 0x2a37


async def look(bt, seconds):
    """The addresses of the sensors."""
    found = set()

    async def listen():
        async for report in stream:
            found.add(report.mac)
    bt.set_scan_filter(uuids=[HEART_RATE])
    with bt.stream() as stream:
        bt.start_scan(-1)
        try:
            await asyncio.wait_for(listen(), seconds)
        except asyncio.TimeoutError:
            bt.stop_scan()
    return found


async def follow(bt, mac, count):
    """Prints what one sensor measures."""
    name, values, loop = mac.hex(':').upper(), asyncio.Queue(), asyncio.get_running_loop()

    def measured(_, data):      # in the handlers' thread
        loop.call_soon_threadsafe(values.put_nowait, data[1])
    async with await bt.connect_async(mac) as connection:
        chars = {char.uuid(): char for service in connection.services() for char in service.characteristics()}
        chars[MEASUREMENT].callback(Bluetooth.CHAR_NOTIFY_EVENT, measured)
        while count is None or count > 0:
            value = await values.get()
            print(name, int.from_bytes(value[1:3] if value[0] & 1 else value[1:2], 'little'))
            count = count and count - 1


async def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else None
    with Bluetooth() as bt:
        sensors = await look(bt, 5)
        print(len(sensors), 'sensors')
        await asyncio.gather(*(follow(bt, mac, count) for mac in sorted(sensors)))


if __name__ == '__main__':
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
