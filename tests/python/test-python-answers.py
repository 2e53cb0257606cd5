#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Handlers of a server's characteristics: what they are called with, in which order, and how they answer a read."""

import io
import threading
import unittest
from unittest import mock

from bluebroker import Bluetooth
from pyhandlers import CONNECTED, LEFT, LEVEL, PHONE, READ, SUBSCRIBE, WRITE, HandlersTest
from pyworld import RADIO


class Server(HandlersTest):
    def setUp(self):
        super().setUp()
        self.air.ask(f'central phone {PHONE} random')
        self.bt.set_advertisement(name='LoPy', service_uuid=0x180f)
        self.service = self.bt.service(0x180f, nbr_chars=1)
        self.level = self.service.characteristic(LEVEL, value=b'stored')
        self.bt.advertise()
        self.until(lambda: self.air.ask(f'onair {RADIO}'), 'advertising')

    def connect(self):
        self.air.ask(f'connect phone {RADIO}')
        found = [word.split(':') for word in self.air.ask('discover phone').split()]
        self.handle = next(word[3] for word in found if word[0] == 'c' and word[4].startswith('00002a19'))

    def write(self, *values):
        for value in values:
            self.air.ask(f'write phone {self.handle} {value:02X}')

    def read(self):
        return self.air.ask(f'read phone {self.handle}').lower()

    def test_order(self):
        """What a central does, in the order in which it does it; also what different handlers are for."""
        self.bt.callback(CONNECTED | LEFT, lambda bt: self.seen.append(bt.events()))
        self.level.callback(READ | WRITE | SUBSCRIBE, lambda char, more: self.seen.append((*more, char.events())))
        self.connect()
        self.write(1)
        self.air.ask(f'subscribe phone {self.handle} notify')
        self.until(lambda: self.level.config() == Bluetooth.CHAR_CONFIG_NOTIFY, 'the subscription')
        self.assertEqual(self.read(), '01')
        self.write(2, 3)
        self.air.ask(f'subscribe phone {self.handle} off')
        self.until(lambda: self.level.config() == 0, 'its end')
        self.write(4)
        self.air.ask('disconnect phone')
        self.saw(CONNECTED, (WRITE, b'\x01', WRITE), (SUBSCRIBE, 1, SUBSCRIBE), (READ, b'\x01', READ),
                 (WRITE, b'\x02', WRITE), (WRITE, b'\x03', WRITE), (SUBSCRIBE, 0, SUBSCRIBE), (WRITE, b'\x04', WRITE),
                 LEFT)

    def test_blocks(self):
        """Writes are answered meanwhile; each is an event with its value."""
        began, may_end = threading.Event(), threading.Event()
        self.addCleanup(may_end.set)
        self.level.callback(WRITE, self.blocking(lambda _, more: self.seen.append(more[1]), began, may_end))
        self.connect()
        self.write(1)
        self.assertTrue(began.wait(20))
        self.write(2, 3)
        self.assertEqual(self.level.value(), b'\x03')
        self.assertEqual(self.seen, [b'\x01'])
        may_end.set()
        self.saw(b'\x01', b'\x02', b'\x03')

    def test_calls_back(self):
        """A write that is answered with a notification, as the boards' servers do."""
        def written(char, more):
            char.value(more[1] + b'!')
            self.seen.append((more, char.events() & WRITE, char.value()))
        self.level.callback(WRITE, written)
        self.connect()
        self.air.ask(f'subscribe phone {self.handle} notify')
        self.write(1)
        self.saw(((WRITE, b'\x01'), WRITE, b'\x01!'))     # before the next one takes the value's place
        self.write(2)
        self.saw(((WRITE, b'\x01'), WRITE, b'\x01!'), ((WRITE, b'\x02'), WRITE, b'\x02!'))
        self.until(lambda: '0221' in self.air.ask('events phone'), 'the notification')

    def test_sends_away(self):
        """A handler that disconnects who has written."""
        self.level.callback(WRITE, lambda *_: self.bt.disconnect_client())
        self.connect()
        self.write(1)
        self.until(lambda: 'up=1' not in self.air.ask('state phone'), 'the end of the link')

    def test_read_answers(self):
        """What the handler returns is what the peer gets, at once; what cannot be sent, or nothing: what is
        stored."""
        stored = b'stored'.hex()

        def fails():
            raise RuntimeError('no value today')
        self.level.callback()
        self.connect()
        for returned, wanted, said in (
                (b'\x01\x02', '0102', None), (bytearray(b'ab'), '6162', None), (memoryview(b'a'), '61', None),
                ('ö', 'c3b6', None), (5, '05', None), (0x1234, '3412', None), (True, '01', None), (0, '00', None),
                (b'x' * 20, b'x'.hex() * 20, None), (None, stored, None), (fails, stored, 'no value today'),
                (1.5, stored, '1.5'), ([1], stored, '[1]'), (object, stored, 'object'), (1 << 64, stored, '8 bytes'),
                (b'x' * 513, stored, '513'), (b'', '-', None)):
            def answer(_, more, returned=returned):
                self.seen.append(more)
                return returned() if returned is fails else returned
            self.level.callback(READ, answer)
            with self.printed(*([said] if said else [])):
                self.assertEqual(self.read(), wanted, returned)
            self.assertEqual(self.seen.pop(), (READ, b'stored'))
        self.assertEqual(self.level.value(), b'stored')

    def test_read_handler_of_one(self):
        self.level.callback(READ, lambda arg: arg, b'its arg')
        self.connect()
        self.assertEqual(self.read(), b'its arg'.hex())

    def test_read_stores(self):
        """A handler that stores the value, and returns nothing: the peer gets what it has stored."""
        self.level.callback(READ, lambda char, _: char.value(b'new'))
        self.connect()
        self.assertEqual(self.read(), b'new'.hex())

    def test_answer_too_late(self):
        """The peer gets what is stored, and the next one may be in time again."""
        may_end = threading.Event()
        self.addCleanup(may_end.set)
        self.level.callback(READ, lambda *_: may_end.wait() and b'late')
        with mock.patch('sys.stderr', io.StringIO()) as stream:
            self.connect()
            self.assertEqual(self.read(), b'stored'.hex())
            may_end.set()
            self.assertEqual(self.read(), b'late'.hex())
        self.assertIn('too slow', stream.getvalue())
        self.assertNotIn('Traceback', stream.getvalue())


if __name__ == '__main__':
    unittest.main(verbosity=2)
