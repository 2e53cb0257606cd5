#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The package with asyncio: while a call waits, the program goes on; what is cancelled leaves nothing and loses
nothing."""

import asyncio
import select
import unittest

from bluebroker import Bluetooth
from pyworld import HEART, SOON, WorldTest

SECOND, ABSENT = 'C4:00:00:00:00:02', 'C4:00:00:00:00:99'
MEASUREMENT, LOCATION, CONTROL = 0x2a37, 0x2a38, 0x2a39


def name(text):
    return f'{len(text) + 1:02X}09{text.encode().hex()}'


class AsyncioTest(WorldTest):
    def setUp(self):
        super().setUp()
        self.world.add_peripheral()

    def add_second(self):
        for line in (f'peer second {SECOND} random 020106', 'service second 0006 180D primary',
                     'char second 0007 2A38 read 02', 'char second 0009 2A39 read,write 00'):
            self.air.ask(line)

    def run_main(self, main):
        """Runs it to its end; nothing is left then."""
        async def bounded():
            await asyncio.wait_for(main(), 3 * SOON)
        asyncio.run(bounded())
        self.world.expect_nothing_left()

    async def until_async(self, condition, what):
        """As until(), and the loop goes on."""
        for _ in range(50 * SOON):
            if condition():
                return
            await asyncio.sleep(0.02)
        self.fail(f'{what} does not come about')

    def is_up(self, peer):
        return 'up=1' in self.air.ask(f'link {peer}')

    @staticmethod
    def found(connection):
        return {char.uuid(): char for service in connection.services() for char in service.characteristics()}


class Links(AsyncioTest):
    def test_calls(self):
        async def main():
            async with Bluetooth() as bt:
                async with await bt.connect_async(HEART) as connection:
                    found = self.found(connection)
                    self.assertEqual(await found[LOCATION].read_async(), b'\x01')
                    self.assertEqual(found[LOCATION].value(), b'\x01')
                    self.assertIsNone(await found[CONTROL].write_async(0x1234))
                    self.assertEqual(await found[CONTROL].read_async(), b'\x34\x12')
                    self.assertEqual(await found[CONTROL].read_descriptor_async(0x2901), b'AB')
                    self.assertIsNone(await found[LOCATION].read_descriptor_async(0x2901))
                    with self.assertRaises(PermissionError):
                        await found[MEASUREMENT].read_async()
                    with self.assertRaises(ValueError):
                        await found[CONTROL].write_async([1])
                    self.air.ask('atterror heart 000e read 0e')
                    with self.assertRaises(OSError) as caught:
                        await found[LOCATION].read_async()
                    self.assertIn('0x0e', str(caught.exception))
                self.assertFalse(connection.isconnected())
                await connection.disconnect_async()
                with self.assertRaises(OSError):
                    await found[LOCATION].read_async()
                await self.until_async(lambda: not self.is_up('heart'), 'the end of the link')
        self.run_main(main)

    def test_two_links_at_once(self):
        """Both attempts, and what is asked on both links, are under way together."""
        self.add_second()

        async def main():
            async with Bluetooth() as bt:
                first, second = await asyncio.gather(bt.connect_async(HEART), bt.connect_async(SECOND))
                self.assertTrue(self.is_up('heart') and self.is_up('second'))
                one, two = self.found(first), self.found(second)
                # who is silent keeps nobody waiting but who asks him
                self.air.ask('silent heart on')
                slow = asyncio.ensure_future(one[LOCATION].read_async())
                for number in range(10):
                    await two[CONTROL].write_async(number)
                    self.assertEqual(await two[CONTROL].read_async(), bytes([number]))
                self.assertFalse(slow.done())
                self.air.ask('silent heart off')
                slow.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await slow
                self.assertEqual(await two[LOCATION].read_async(), b'\x02')
                await asyncio.gather(first.disconnect_async(), second.disconnect_async())
        self.run_main(main)

    def test_connect_again(self):
        """Two tasks that want the same device have the same connection."""
        async def main():
            async with Bluetooth() as bt:
                one, two = await asyncio.gather(bt.connect_async(HEART), bt.connect_async(HEART))
                self.assertIs(one, two)
                self.assertEqual(await self.found(one)[LOCATION].read_async(), b'\x01')
        self.run_main(main)

    def test_timeout(self):
        async def main():
            async with Bluetooth() as bt:
                with self.assertRaises(Bluetooth.timeout):
                    await bt.connect_async(ABSENT, timeout=200)
                with self.assertRaises(ValueError):
                    await bt.connect_async('nobody')
        self.run_main(main)


class Cancelled(AsyncioTest):
    async def cancel(self, task):
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task

    def test_connect(self):
        """The link that comes about all the same is let go of; another attempt has one of its own."""
        async def main():
            async with Bluetooth() as bt:
                self.air.ask('latency heart 100')
                task = asyncio.ensure_future(bt.connect_async(HEART))
                await self.until_async(lambda: self.is_up('heart'), 'the link')
                await self.cancel(task)
                await self.until_async(lambda: not self.is_up('heart'), 'the end of the link')
                self.air.ask('latency heart 0')
                connection = await bt.connect_async(HEART)
                self.assertEqual(await self.found(connection)[LOCATION].read_async(), b'\x01')
        self.run_main(main)

    def test_connect_at_any_moment(self):
        """Before it has begun; when it has come about, and the task has not heard of it yet; when it has."""
        async def main():
            async with Bluetooth() as bt, Bluetooth() as other:
                for turns in range(6):
                    task = asyncio.ensure_future(bt.connect_async(HEART))
                    if turns > 0:
                        await asyncio.sleep(0)
                        other.connect(HEART).disconnect()   # the loop stands still until the link is there
                        for _ in range(turns - 1):
                            await asyncio.sleep(0)
                    task.cancel()
                    try:
                        connection = await task
                    except asyncio.CancelledError:
                        pass
                    else:
                        await connection.disconnect_async()
                    await self.until_async(lambda: not self.is_up('heart'), 'the end of the link')
        self.run_main(main)

    def test_one_of_two(self):
        """Where another task waits for the same device, it keeps the link."""
        async def main():
            async with Bluetooth() as bt:
                self.air.ask('latency heart 100')
                tasks = [asyncio.ensure_future(bt.connect_async(HEART)) for _ in range(2)]
                await self.until_async(lambda: self.is_up('heart'), 'the link')
                await self.cancel(tasks[0])
                connection = await tasks[1]
                self.air.ask('latency heart 0')
                for _ in range(10):
                    self.assertEqual(await self.found(connection)[LOCATION].read_async(), b'\x01')
                    self.assertTrue(connection.isconnected())
        self.run_main(main)

    def test_of_one_that_was_lost(self):
        """An older connection to the device, which is over, does not count as a holder."""
        async def main():
            async with Bluetooth() as bt:
                lost = await bt.connect_async(HEART)
                await lost.disconnect_async()
                await self.until_async(lambda: not self.is_up('heart'), 'the end of the link')
                self.air.ask('latency heart 100')
                task = asyncio.ensure_future(bt.connect_async(HEART))
                await self.until_async(lambda: self.is_up('heart'), 'the link')
                await self.cancel(task)
                await self.until_async(lambda: not self.is_up('heart'), 'the end of the link')
                self.assertFalse(lost.isconnected())
        self.run_main(main)

    def test_calls(self):
        """The link stays, and goes on."""
        async def main():
            async with Bluetooth() as bt:
                connection = await bt.connect_async(HEART)
                found = self.found(connection)
                self.air.ask('latency heart 200')
                for call in (found[LOCATION].read_async(), found[CONTROL].write_async(5),
                             found[CONTROL].read_descriptor_async(0x2901)):
                    task = asyncio.ensure_future(call)
                    await asyncio.sleep(0.01)
                    await self.cancel(task)
                self.air.ask('latency heart 0')
                self.assertEqual(await found[LOCATION].read_async(), b'\x01')
                await found[CONTROL].write_async(6)
                self.assertEqual(await found[CONTROL].read_async(), b'\x06')
                self.assertTrue(connection.isconnected())
        self.run_main(main)


class Scan(AsyncioTest):
    """What is heard here comes from a device each, for BlueZ tells of one's last advertisement only."""
    heard = 0

    def hear(self, text):
        self.heard = self.heard % 255 + 1
        device = f'C0:00:00:00:00:{self.heard:02X}'
        return self.air.ask(f'adv * {device} random 3 -61 {name(text)}')

    @staticmethod
    def text(report):
        return Bluetooth.resolve_adv_data(report.data, Bluetooth.ADV_NAME_CMPL)

    async def scan(self, **how):
        """A Bluetooth whose radio listens, and that has nothing in its FIFO."""
        bt = Bluetooth(**how)
        self.addCleanup(bt.close)
        bt.set_scan_filter(name='T*')
        bt.start_scan(-1)
        await self.until_async(lambda: self.hear('Tfirst') != '0', 'the scan')
        await self.until_async(bt.get_advertisements, 'the first one')
        return bt

    def test_get_adv(self):
        async def main():
            async with await self.scan() as bt:
                task = asyncio.ensure_future(bt.get_adv_async())
                await asyncio.sleep(0.1)
                self.assertFalse(task.done())
                self.hear('T1')
                self.assertEqual(self.text(await task), 'T1')
                self.assertIsNone(bt.get_adv())
        self.run_main(main)

    def test_get_adv_cancelled(self):
        """Each advertisement is given out once, in order, whenever a call is cancelled."""
        async def main():
            async with await self.scan(fifo=4096) as bt:
                texts, sent = [], [f'T{number:03d}' for number in range(60)]
                for number in range(120):
                    if number < len(sent):
                        self.hear(sent[number])
                    task = asyncio.ensure_future(bt.get_adv_async())
                    await asyncio.sleep(number % 4 / 2000)
                    task.cancel()
                    try:
                        texts.append(self.text(await task))
                    except asyncio.CancelledError:
                        pass
                while not texts or texts[-1] != sent[-1]:
                    texts.append(self.text(await bt.get_adv_async()))
                self.assertEqual(texts, sent)
        self.run_main(main)

    def test_two_who_wait(self):
        """Each advertisement goes to one of them."""
        async def main():
            async with await self.scan() as bt:
                tasks = [asyncio.ensure_future(bt.get_adv_async()) for _ in range(2)]
                await asyncio.sleep(0.05)
                self.hear('T1')
                done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                self.assertEqual([self.text(task.result()) for task in done], ['T1'])
                self.hear('T2')
                self.assertEqual([self.text(await task) for task in waiting], ['T2'])
        self.run_main(main)

    def test_stream(self):
        """With "async for", beside other tasks; it ends when it is closed, also while somebody waits."""
        async def main():
            async with await self.scan() as bt:
                stream, texts = bt.stream(batch_ms=0), []

                async def read():
                    async for report in stream:
                        texts.append(self.text(report))

                reader = asyncio.ensure_future(read())
                sent = [f'T{number}' for number in range(20)]
                for text in sent:
                    self.hear(text)
                    await asyncio.sleep(0)
                await self.until_async(lambda: len(texts) == len(sent), 'all')
                self.assertEqual(texts, sent)
                self.assertFalse(reader.done())
                stream.close()
                await asyncio.wait_for(reader, SOON)
                stream.close()
                # now they go to the FIFO again
                self.hear('Tlast')
                self.assertEqual(self.text(await bt.get_adv_async()), 'Tlast')
        self.run_main(main)

    def test_stream_closed_by_another_thread(self):
        async def main():
            async with await self.scan() as bt:
                stream = bt.stream(batch_ms=0)
                reader = asyncio.ensure_future(asyncio.to_thread(list, stream))
                await asyncio.sleep(0.1)
                stream.close()
                self.assertEqual(await asyncio.wait_for(reader, SOON), [])
        self.run_main(main)

    def test_stream_of_a_session_that_ends(self):
        async def main():
            bt = await self.scan()
            stream = bt.stream()

            async def count():
                return len([report async for report in stream])
            reader = asyncio.ensure_future(count())
            await asyncio.sleep(0.1)
            bt.close()
            self.assertEqual(await asyncio.wait_for(reader, SOON), 0)
            with self.assertRaises(OSError):
                await bt.get_adv_async()
        self.run_main(main)

    def test_reader_cancelled(self):
        """What comes at the moment when its reader is cancelled is for the next."""
        async def main():
            async with await self.scan() as bt:
                with bt.stream(batch_ms=0) as stream:
                    texts, sent = [], [f'T{number}' for number in range(20)]
                    for number, text in enumerate(sent):
                        task = asyncio.ensure_future(stream.__anext__())
                        await asyncio.sleep(0)
                        self.hear(text)
                        # it is there now; so many turns later, the loop has seen it, and has woken the task
                        self.assertTrue(select.select([stream._socket], [], [], SOON)[0])
                        for _ in range(number % 4):
                            await asyncio.sleep(0)
                        task.cancel()
                        try:
                            texts.append(self.text(await task))
                        except asyncio.CancelledError:
                            pass
                        if len(texts) <= number:
                            texts.append(self.text(await stream.__anext__()))
                    self.assertEqual(texts, sent)
        self.run_main(main)


if __name__ == '__main__':
    unittest.main(verbosity=2)
