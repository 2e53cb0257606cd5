#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts as they are written for the boards, through bluebroker-pycom, and all that they print: a client that reads
everything, scans, events, advertising, GATT servers with both kinds of handlers."""

import signal
import unittest

from pyworld import RADIO, SOON, WorldTest

SENSOR = 'C4:00:00:00:00:02'
BEACON, TAG = 'C0:00:00:00:00:0B', 'C0:00:00:00:00:0C'
PHONE, TABLET = 'C0:00:00:00:00:77', 'C0:00:00:00:00:78'
NORDIC = '6E40{:04X}-B5A3-F393-E0A9-E50E24DCCA9E'

QUICK = '''\
from network import Bluetooth
import time
import ubinascii

bt = Bluetooth()
bt.start_scan(-1)

def show(uuid):
    return ubinascii.hexlify(uuid).decode() if type(uuid) == bytes else '%04x' % uuid

while True:
    adv = bt.get_adv()
    if adv and bt.resolve_adv_data(adv.data, Bluetooth.ADV_NAME_CMPL) == 'Thermo':
        bt.stop_scan()
        print(bt.isscanning(), ubinascii.hexlify(adv.mac), adv.addr_type == Bluetooth.RANDOM_ADDR, adv.rssi < 0)
        try:
            conn = bt.connect(adv.mac)
            for service in conn.services():
                time.sleep(0.050)
                print('service', show(service.uuid()), service.isprimary())
                for char in service.characteristics():
                    properties = char.properties()
                    if properties & Bluetooth.PROP_READ:
                        print('char {} value = {}'.format(show(char.uuid()), char.read()))
                    elif properties & Bluetooth.PROP_WRITE:
                        char.write(b'x01')
                        print('char {} written'.format(show(char.uuid())))
            conn.disconnect()
            print(conn.isconnected())
            break
        except:
            print("Error while connecting or reading from the BLE device")
            break
    else:
        time.sleep(0.050)
'''

NOTIFIED = '''\
from network import Bluetooth
import time
import binascii

bt = Bluetooth()
conn = bt.connect('c40000000002')

def later_callback(arg, data):
    event, value = data
    print(arg, event == Bluetooth.CHAR_NOTIFY_EVENT, binascii.hexlify(value))

for service in conn.services():
    for char in service.characteristics():
        if char.uuid() == 0x2a1c:
            char.callback(trigger=Bluetooth.CHAR_NOTIFY_EVENT, handler=later_callback, arg='thermo')
        elif char.uuid() == 0x2a1e:
            char.callback(trigger=Bluetooth.CHAR_NOTIFY_EVENT, handler=lambda c: print('%x' % c.uuid(), c.value()))
'''

SCAN = '''\
import ubinascii
import time
from network import Bluetooth
bluetooth = Bluetooth()

seen = set()
bluetooth.start_scan(4)
while bluetooth.isscanning():
    adv = bluetooth.get_adv()
    if not adv:
        time.sleep_ms(20)
        continue
    lines = [ubinascii.hexlify(adv.mac).decode(), str(bluetooth.resolve_adv_data(adv.data, Bluetooth.ADV_NAME_CMPL))]
    mfg_data = bluetooth.resolve_adv_data(adv.data, Bluetooth.ADV_MANUFACTURER_DATA)
    if mfg_data:
        lines.append(ubinascii.hexlify(mfg_data).decode())
    lines.append(str(bluetooth.resolve_adv_data(adv.data, Bluetooth.ADV_TX_PWR)))
    seen.add(' '.join(lines))
for line in sorted(seen):
    print(line)
bluetooth.get_advertisements()
print(bluetooth.get_adv(), bluetooth.get_advertisements())
'''

NEW_ADV = '''\
from network import Bluetooth

bluetooth = Bluetooth()
names = []

def new_adv_cb(bt):
    if not bt.events() & Bluetooth.NEW_ADV_EVENT:
        print('no event')
    for adv in bt.get_advertisements():
        name = bt.resolve_adv_data(adv.data, Bluetooth.ADV_NAME_CMPL)
        if name not in names:
            names.append(name)
            print(name)
        if len(names) == 2:
            bt.callback(trigger=0)
            bt.stop_scan()

bluetooth.callback(trigger=Bluetooth.NEW_ADV_EVENT, handler=new_adv_cb)
bluetooth.start_scan(-1)
'''

EVENTS = '''\
from network import Bluetooth
import pycom

pycom.heartbeat(False)
bluetooth = Bluetooth()
bluetooth.set_advertisement(name='FiPy', service_uuid=0x180f)
left = 0

def conn_cb(bt_o, *data):
    global left
    events = bt_o.events()
    if events & Bluetooth.CLIENT_CONNECTED:
        print("connected")
    if events & Bluetooth.CLIENT_DISCONNECTED:
        print("disconnected", bt_o.events())
        left += 1
        if left == 2:
            bt_o.advertise(False)
            bt_o.callback(trigger=None)
            print('off')

bluetooth.callback(trigger=Bluetooth.CLIENT_CONNECTED | Bluetooth.CLIENT_DISCONNECTED, handler=conn_cb)
bluetooth.advertise(True)
print('on')
'''

ADVERTISE = '''\
from network import Bluetooth
bluetooth = Bluetooth(mode=Bluetooth.BLE, antenna=Bluetooth.INT_ANT)

for keywords in (dict(name="advert", manufacturer_data="lopy_v1"),
                 dict(name='WiPy', manufacturer_data=b'\\x4c\\x00\\x02\\x15', service_uuid=0x180d),
                 dict(service_data=b'\\xaa\\xfe\\x10\\x00', service_uuid='feaa'),
                 dict(service_uuid=b'1234567890123456')):
    bluetooth.set_advertisement(**keywords)
    bluetooth.advertise(True)
    print('on')
    input()
    bluetooth.advertise(False)
bluetooth.set_advertisement_raw(b'\\x02\\x01\\x06\\x04\\xff\\x4c\\x00\\x07')
bluetooth.advertise()
print('on')
input()
bluetooth.deinit()
'''

SERVER = '''\
from network import Bluetooth
import time

bluetooth = Bluetooth()
bluetooth.set_advertisement(name='LoPy', service_uuid=b'1234567890123456')
bluetooth.advertise(True)

srv1 = bluetooth.service(uuid=b'1234567890123456', isprimary=True, nbr_chars=2)
chr1 = srv1.characteristic(uuid=b'ab34567890123456', value=5)
chr3 = srv1.characteristic(uuid=0x2a29, properties=Bluetooth.PROP_READ, value='Pycom')
srv2 = bluetooth.service(uuid=1234, isprimary=True, nbr_chars=1)
chr2 = srv2.characteristic(uuid=4567, value=0x1234)
reads = 0

def char1_cb_handler(chr):
    global reads
    events = chr.events()
    if events & Bluetooth.CHAR_WRITE_EVENT:
        print("Write request with value = {}".format(chr.value()))
        chr.value('written')
    else:
        reads += 1
        print('Read request', reads)
        if reads == 2:
            return 'ABC DEF'
        if reads == 3:
            return 0x0201
        if reads == 4:
            raise ValueError('no fourth')

def char2_cb_handler(chr, data):
    events, value = data
    if events & Bluetooth.CHAR_WRITE_EVENT:
        print("char 2 written: {}".format(value), chr is chr2)
    elif events & Bluetooth.CHAR_SUBSCRIBE_EVENT:
        print("char 2 subscribed:", value == Bluetooth.CHAR_CONFIG_NOTIFY, chr.config())
        if value:
            for v in (1, 0x1234, 'text', b'\\x00\\xff'):
                chr.value(v)
    else:
        print('char 2 read: stored {}'.format(value))
        return b'R' + value

chr1.callback(trigger=Bluetooth.CHAR_WRITE_EVENT | Bluetooth.CHAR_READ_EVENT, handler=char1_cb_handler)
chr2.callback(trigger=Bluetooth.CHAR_READ_EVENT | Bluetooth.CHAR_WRITE_EVENT | Bluetooth.CHAR_SUBSCRIBE_EVENT,
              handler=char2_cb_handler)
print('serving')
'''


def name(text):
    return f'{len(text) + 1:02X}09{text.encode().hex()}'


class ScriptsTest(WorldTest):
    def add(self, *lines):
        for line in lines:
            self.air.ask(line)

    def printed(self, program, *lines):
        """Waits until it has printed so many lines; they are these."""
        self.until(lambda: len(program.lines) >= len(lines), f'{len(lines)} lines, not {program.lines},')
        self.assertEqual(program.lines, list(lines))

    def ended(self, program, *lines):
        """That is all that it prints, and nothing is left of it."""
        self.assertEqual(program.result(), list(lines))
        self.world.expect_nothing_left()

    def interrupt(self, program, *lines):
        """It has to be ended."""
        self.assertIsNone(program.child.poll())
        program.child.send_signal(signal.SIGINT)
        self.assertEqual(program.child.wait(SOON), 130)
        program.reader.join(5)
        self.assertEqual(program.lines, list(lines))
        self.world.expect_nothing_left()

    def onair(self):
        """AD structures of what is sent, with those of the scan response: content by type; none: nothing is."""
        sent = self.air.ask(f'onair {RADIO}').split(':')
        found = {}
        for rest in [part for part in sent[4:6] if part != '-']:
            while rest:
                end = 2 + 2 * int(rest[:2], 16)
                found[rest[2:4].upper()] = bytes.fromhex(rest[4:end])
                rest = rest[end:]
        return found


class Client(ScriptsTest):
    def setUp(self):
        super().setUp()
        self.add(f'peer thermo {SENSOR} random 020106{name("Thermo")}', 'service thermo 0006 1809 primary',
                 'char thermo 0007 2A1C notify -', 'desc thermo 0009 2902 read,write 0000',
                 'char thermo 000A 2A1D read 02', 'char thermo 000C 2A1E notify -',
                 'desc thermo 000E 2902 read,write 0000', 'service thermo 0010 180F primary',
                 'char thermo 0011 2A19 read,notify 57', 'desc thermo 0013 2902 read,write 0000',
                 f'service thermo 0020 {NORDIC.format(1)} primary',
                 f'char thermo 0021 {NORDIC.format(2)} write 00',
                 f'char thermo 0023 {NORDIC.format(3)} read 68656C6C6F')

    def test_quick(self):
        nordic = [NORDIC.format(i).replace('-', '').lower() for i in (1, 2, 3)]
        self.ended(self.world.script(QUICK), "False b'c40000000002' True True", 'service 1809 True',
                   "char 2a1d value = b'\\x02'", 'service 180f True', "char 2a19 value = b'W'",
                   f'service {nordic[0]} True', f'char {nordic[1]} written', f"char {nordic[2]} value = b'hello'",
                   'False')
        self.assertEqual(self.air.ask('value thermo 0021'), '783031')

    def test_quick_with_an_error(self):
        """The script's own words for it."""
        self.air.ask('atterror thermo 000a read 0e')
        self.ended(self.world.script(QUICK), "False b'c40000000002' True True", 'service 1809 True',
                   'Error while connecting or reading from the BLE device')

    def test_notifications(self):
        program = self.world.script(NOTIFIED)
        self.until(lambda: all('writes=1' in self.air.ask(f'counts thermo {handle}') for handle in ('0009', '000E')),
                   'the subscriptions')
        self.air.ask('notify thermo 0007 0A0B')
        self.air.ask('notify thermo 0007 0C')
        self.printed(program, "thermo True b'0a0b'", "thermo True b'0c'")
        self.air.ask('notify thermo 000C 58')
        lines = ["thermo True b'0a0b'", "thermo True b'0c'", "2a1e b'X'"]
        self.printed(program, *lines)
        # on the boards a script stays for what it waits for, and here as long as that may come
        self.air.ask('drop thermo')
        self.ended(program, *lines)


class Scan(ScriptsTest):
    def setUp(self):
        super().setUp()
        self.add(f'repeat * beacon {BEACON} random 3 -60 020106{name("Beacon")}07FF4C0002150102 100 0',
                 f'repeat * tag {TAG} random 3 -70 {name("Tag")}020AF4 100 0')

    def test_scan(self):
        self.ended(self.world.script(SCAN), 'c0000000000b Beacon 4c0002150102 None', 'c0000000000c Tag -12',
                   'None []')

    def test_new_adv_event(self):
        program = self.world.script(NEW_ADV)
        lines = program.result()
        self.assertEqual(sorted(lines), ['Beacon', 'Tag'])
        self.world.expect_nothing_left()


class Advertise(ScriptsTest):
    def test_events(self):
        program = self.world.script(EVENTS)
        lines = ['on']
        for number in range(2):
            self.until(self.onair, 'the advertisement')
            self.add(f'central phone{number} {PHONE} random', f'connect phone{number} {RADIO}')
            lines.append('connected')
            self.printed(program, *lines)
            self.add(f'disconnect phone{number}', f'uncentral phone{number}')
            lines.append('disconnected 0')
            self.until(lambda: len(program.lines) >= len(lines), 'the event')
        self.ended(program, *lines, 'off')

    def test_advertise(self):
        """What is set replaces what was; the order of structures is BlueZ's."""
        program = self.world.script(ADVERTISE)
        for wanted in ({'FF': b'lopy_v1', '09': b'advert'},
                       {'FF': b'\x4c\0\x02\x15', '03': b'\x0d\x18', '09': b'WiPy'},
                       {'16': b'\xaa\xfe\x10\0', '03': b'\xaa\xfe'},
                       {'07': b'1234567890123456'[::-1]},
                       {'FF': b'\x4c\0\x07'}):
            wanted['01'] = b'\x06'
            try:
                self.until(lambda: self.onair() == wanted, 'it')
            except AssertionError as error:
                raise AssertionError(f'{wanted} expected, {self.onair()} sent; {program.lines}') from error
            program.say('')
        self.until(lambda: not self.onair(), 'the end')
        self.ended(program, *['on'] * 5)


class Serve(ScriptsTest):
    def setUp(self):
        super().setUp()
        self.program = self.world.script(SERVER)
        self.program.expect('serving')
        self.until(self.onair, 'the advertisement')
        self.add(f'central phone {PHONE} random', f'connect phone {RADIO}')
        items = [item.split(':') for item in self.air.ask('discover phone').split()]
        self.at = {item[4][:8]: item[3] for item in items if item[0] == 'c'}
        self.text, self.maker, self.number = (self.at[uuid] for uuid in ('61623334', '00002a29', '000011d7'))

    def read(self, handle):
        return bytes.fromhex(self.air.ask(f'read phone {handle}'))

    def test_old_handlers(self):
        """handler(chr): what it returns is what a peer reads; what it does not, or cannot, is the stored value."""
        self.assertEqual(self.read(self.maker), b'Pycom')
        self.assertEqual([self.read(self.text) for _ in range(5)],
                         [b'\x05', b'ABC DEF', b'\x01\x02', b'\x05', b'\x05'])
        self.air.ask(f'write phone {self.text} 6869')
        self.program.expect('Write')
        # the handler has stored another one meanwhile
        self.until(lambda: self.read(self.text) == b'written', 'what the handler stores')
        lines = [line for line in self.program.lines if line.startswith(('Read', 'Write', 'Value'))]
        self.assertEqual(lines[:7], [*(f'Read request {i}' for i in (1, 2, 3, 4)), 'ValueError: no fourth',
                                     'Read request 5', "Write request with value = b'hi'"])
        self.program.child.send_signal(signal.SIGINT)
        self.assertEqual(self.program.child.wait(SOON), 130)
        self.world.expect_nothing_left()

    def test_later_handlers(self):
        """handler(chr, data)."""
        self.assertEqual(self.read(self.number), b'R\x34\x12')
        self.air.ask(f'write phone {self.number} 0102')
        self.air.ask(f'write phone {self.number} 61 command')
        self.air.ask(f'subscribe phone {self.number} notify')
        heard = []
        self.until(lambda: heard.extend(self.air.ask('events phone').split()) or len(heard) >= 4, 'the notifications')
        self.assertEqual(heard, [f'{self.number}:{value}' for value in ('01', '3412', '74657874', '00ff')])
        self.assertEqual(self.read(self.number), b'R\x00\xff')
        self.air.ask(f'subscribe phone {self.number} off')
        self.program.expect('subscribed: False 0')
        self.air.ask('disconnect phone')
        self.interrupt(self.program, 'serving', "char 2 read: stored b'4\\x12'", "char 2 written: b'\\x01\\x02' True",
                       "char 2 written: b'a' True", 'char 2 subscribed: True 1', "char 2 read: stored b'\\x00\\xff'",
                       'char 2 subscribed: False 0')


if __name__ == '__main__':
    unittest.main(verbosity=2)
