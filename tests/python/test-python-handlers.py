#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Handlers: what they are called with, in which order, and what comes of what they do: block, raise, call back into
the object."""

import threading
import unittest

from bluebroker import Bluetooth
from bluebroker.loop import HANDLERS
from pyhandlers import CONNECTED, CONTROL, LEFT, LEVEL, MEASUREMENT, NOTIFY, PHONE, PHONE_PATH, HandlersTest
from pyworld import HEART, RADIO


class Client(HandlersTest):
    def setUp(self):
        super().setUp()
        self.world.add_peripheral()
        self.connection = self.bt.connect(HEART)
        self.known = {char.uuid(): char for service in self.connection.services()
                      for char in service.characteristics()}
        self.measurement = self.known[MEASUREMENT]

    def notify(self, *values):
        for value in values:
            self.air.ask(f'notify heart 000B {value:02X}')

    def test_parameters(self):
        """The event and its value, for one that takes them; what arg is."""
        def one(arg):
            self.seen.append(arg)

        def two(arg, more):
            self.seen.append((arg, more))

        class Object:
            def method(self, arg, more):
                two(arg, more)

            def __call__(self, arg):
                one(arg)
        char = self.measurement
        for handler, arg, wanted in (
                (one, None, char), (one, 'x', 'x'), (one, 0, 0), (two, None, (char, (NOTIFY, b'\x07'))),
                (two, [], ([], (NOTIFY, b'\x07'))), (lambda arg, more=None: two(arg, more), 1, (1, (NOTIFY, b'\x07'))),
                (lambda *arguments: two(*arguments), 2, (2, (NOTIFY, b'\x07'))),
                (Object().method, 3, (3, (NOTIFY, b'\x07'))), (Object(), 4, 4), (self.seen.append, 5, 5)):
            self.seen.clear()
            char.callback(NOTIFY, handler, arg)
            self.notify(7)
            self.saw(wanted)
        self.seen.clear()
        char.callback(handler=one)      # what else could it be for
        self.notify(7)
        self.saw(char)
        char.callback()
        self.notify(8)
        self.known[LEVEL].callback(NOTIFY, two)
        self.air.ask('notify heart 0021 09')
        self.saw(char, (self.known[LEVEL], (NOTIFY, b'\x09')))

    def test_taken_back(self):
        """What waits for a handler that is taken back does not call it any more."""
        began, may_end, last = (threading.Event() for _ in range(3))
        self.addCleanup(may_end.set)
        self.measurement.callback(NOTIFY, self.blocking(lambda _, more: self.seen.append(more[1]), began, may_end))
        self.notify(1)
        self.assertTrue(began.wait(20))
        self.notify(2)
        self.until(lambda: self.measurement.value() == b'\x02', 'the second one')
        self.measurement.callback()
        may_end.set()
        HANDLERS.post(last.set)
        self.assertTrue(last.wait(20))
        self.assertEqual(self.seen, [b'\x01'])

    def test_blocks(self):
        """The others' events wait for it, and come in order, with the values that were theirs; the program goes
        on."""
        began, may_end = threading.Event(), threading.Event()
        self.addCleanup(may_end.set)
        self.measurement.callback(NOTIFY, self.blocking(lambda _, more: self.seen.append(more[1]), began, may_end))
        self.known[LEVEL].callback(NOTIFY, lambda _, more: self.seen.append(more[1]))
        self.notify(1)
        self.assertTrue(began.wait(20))
        self.notify(2)
        self.air.ask('notify heart 0021 03')
        self.notify(4)
        self.until(lambda: self.measurement.value() == b'\x04', 'the last one')
        self.assertEqual(self.known[CONTROL].read(), b'\0')
        self.assertEqual(self.seen, [b'\x01'])
        may_end.set()
        self.saw(b'\x01', b'\x02', b'\x03', b'\x04')

    def test_raises(self):
        def raises(_, more):
            self.seen.append(more[1])
            raise KeyError('what the handler has lost')
        self.measurement.callback(NOTIFY, raises)
        with self.printed('what the handler has lost'):
            self.notify(1)
        with self.printed('in raises'):
            self.notify(2)
        self.saw(b'\x01', b'\x02')
        self.assertTrue(self.connection.isconnected())

    def test_exits(self):
        """SystemExit ends the handler, as it does any thread, and silently."""
        def exits(_, more):
            self.seen.append(more[1])
            raise SystemExit(3)
        self.measurement.callback(NOTIFY, exits)
        with self.printed():
            self.notify(1, 2)
            self.saw(b'\x01', b'\x02')

    def test_calls_back(self):
        """Whatever may be called elsewhere, with what it is about."""
        control = self.known[CONTROL]

        def calls(char, more):
            value = more[1]
            control.write(value)
            self.seen.append((value, control.read(), char.value(), char.events(), char.events(),
                              [service.uuid() for service in self.connection.services()][1], self.bt.isscanning()))
            if value == b'\x01':
                self.bt.start_scan(-1)
            if value == b'\x02':
                char.callback(NOTIFY, lambda _, more: self.seen.append(more[1]))
        self.measurement.callback(NOTIFY, calls)
        first = (b'\x01', b'\x01', b'\x01', NOTIFY, 0, 0x180d, False)
        self.notify(1)
        self.saw(first)
        self.notify(2)
        second = (b'\x02', b'\x02', b'\x02', NOTIFY, 0, 0x180d, True)
        self.saw(first, second)
        self.until(lambda: self.measurement._callback._handler is not calls, 'the new handler')
        self.notify(3)
        self.saw(first, second, b'\x03')

    def test_disconnects(self):
        """What a handler lets go of is over, and so is what waited for it."""
        def once(_, more):
            self.connection.disconnect()
            self.seen.append(more[1])
        self.measurement.callback(NOTIFY, once)
        self.notify(1)
        self.saw(b'\x01')
        self.until(lambda: 'up=0' in self.air.ask('link heart'), 'the end of the link')
        self.assertFalse(self.connection.isconnected())
        again = self.bt.connect(HEART)
        self.assertTrue(again.isconnected())

    def test_closes(self):
        """A handler may close the object that calls it."""
        self.measurement.callback(NOTIFY, lambda *_: (self.bt.close(), self.seen.append('closed')))
        self.notify(1)
        self.saw('closed')
        self.world.expect_nothing_left()


class Radio(HandlersTest):
    """Bluetooth.callback()."""

    def setUp(self):
        super().setUp()
        self.air.ask(f'central phone {PHONE} random')
        self.bt.set_advertisement(name='LoPy')
        self.bt.advertise()
        self.until(lambda: self.air.ask(f'onair {RADIO}'), 'advertising')

    def come_and_go(self, times=1):
        """As soon as BlueZ knows of the one, the other."""
        for _ in range(times):
            for line, is_there in (f'connect phone {RADIO}', True), ('disconnect phone', False):
                self.air.ask(line)
                self.until(lambda is_there=is_there: self.bluez_has_phone() == is_there, line)

    def bluez_has_phone(self):
        return 'true' in self.world.busctl('get-property', 'org.bluez', PHONE_PATH, 'org.bluez.Device1',
                                           'Connected').stdout

    def test_each_event(self):
        """A central that comes and goes twice, at once: each is a call of its own, whose events() says which."""
        began, may_end = threading.Event(), threading.Event()
        self.addCleanup(may_end.set)
        self.bt.callback(CONNECTED | LEFT, self.blocking(lambda bt: self.seen.append((bt.events(), bt.events())),
                                                         began, may_end))
        self.come_and_go(2)
        self.assertTrue(began.wait(20))
        may_end.set()
        self.saw((CONNECTED, 0), (LEFT, 0), (CONNECTED, 0), (LEFT, 0))
        self.assertEqual(self.bt.events(), 0)

    def test_one_event(self):
        """What is not asked for does not call; events() has it all the same."""
        self.bt.callback(LEFT, self.seen.append, 'left')
        self.come_and_go(2)
        self.saw('left', 'left')
        self.assertEqual(self.bt.events(), CONNECTED | LEFT)
        self.bt.callback()
        self.come_and_go()
        self.until(lambda: self.bt.events() & LEFT, 'the event')
        self.assertEqual(len(self.seen), 2)

    def test_taken_back(self):
        """What waits for a handler that is taken back, or whose object is closed, does not call it any more."""
        for end in self.bt.callback, self.bt.close:
            self.seen.clear()
            began, may_end = threading.Event(), threading.Event()
            self.addCleanup(may_end.set)
            self.bt.callback(CONNECTED | LEFT, self.blocking(self.seen.append, began, may_end), 'event')
            self.come_and_go(2)
            self.assertTrue(began.wait(20))
            end()
            may_end.set()
            last = threading.Event()
            HANDLERS.post(last.set)
            self.assertTrue(last.wait(20))
            self.assertEqual(self.seen, ['event'])

    def test_arg(self):
        for arg, wanted in (None, self.bt), (0, 0), ('x', 'x'), (self, self):
            self.seen.clear()
            self.bt.callback(trigger=CONNECTED, handler=self.seen.append, arg=arg)
            self.come_and_go()
            self.saw(wanted)

    def test_raises(self):
        def raises(_):
            self.seen.append(1)
            raise OSError('out of something')
        self.bt.callback(CONNECTED | LEFT, raises)
        with self.printed('out of something', 'in raises'):
            self.come_and_go()
            self.saw(1, 1)

    def test_calls_back(self):
        """It sends the central away, takes up the handler itself, and leaves."""
        def comes(bt):
            events = bt.events()
            self.seen.append(events)
            if events & CONNECTED:
                bt.service(0x180f, nbr_chars=1).characteristic(LEVEL, value=5)
                bt.advertise(False)
            else:
                bt.callback(CONNECTED | LEFT, lambda bt: self.seen.append(('other', bt.events())))
                bt.advertise(True)
        self.bt.callback(CONNECTED | LEFT, comes)
        self.come_and_go()
        self.saw(CONNECTED, LEFT)
        self.until(lambda: self.bt._callback._handler is not comes and self.air.ask(f'onair {RADIO}'), 'advertising')
        self.come_and_go()
        self.saw(CONNECTED, LEFT, ('other', CONNECTED), ('other', LEFT))

    def test_new_adv(self):
        """A handler that takes one report a call, as the boards' scripts do, gets all that come together."""
        heard = []

        def take(bt):
            self.seen.append(bt.events())
            adv = bt.get_adv()
            if adv:
                heard.append(adv)
        self.bt.callback(Bluetooth.NEW_ADV_EVENT, take)
        self.bt.start_scan(-1)
        self.until(lambda: 'scanning=1' in self.air.ask(f'status {RADIO}'), 'the scan')
        for i in range(10):
            self.air.ask(f'adv {RADIO} C0:00:00:00:00:{i:02X} random 3 -50 020106')
        self.until(lambda: len(heard) >= 10, '10 reports')
        self.assertEqual([adv.mac[5] for adv in heard], list(range(10)))
        self.assertEqual(set(self.seen), {Bluetooth.NEW_ADV_EVENT})


if __name__ == '__main__':
    unittest.main(verbosity=2)
