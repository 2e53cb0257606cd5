#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""lopy.py with asyncio: a counter that peers read, write and subscribe to."""
import asyncio

from bluebroker import Bluetooth


async def count(counter):
    """A second, a step."""
    while True:
        await asyncio.sleep(1)
        counter.value(int.from_bytes(counter.value(), 'little') + 1 & 0xffff)


async def main():
    loop, writes = asyncio.get_running_loop(), asyncio.Queue()

    def written(_, data):       # in the handlers' thread
        loop.call_soon_threadsafe(writes.put_nowait, data[1])
    async with Bluetooth() as bt:
        counter = bt.service(b'1234567890123456').characteristic(b'ab34567890123456', value=0)
        counter.callback(Bluetooth.CHAR_WRITE_EVENT, written)
        bt.set_advertisement(name='LoPy', service_uuid=b'1234567890123456')
        bt.advertise(True)
        print('Advertising')
        task = asyncio.create_task(count(counter))
        try:
            while True:
                print('Written:', await writes.get())
        finally:
            task.cancel()


if __name__ == '__main__':
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
