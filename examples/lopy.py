#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A GATT server, as the boards' documentation has it: a counter that peers read, write and subscribe to."""
import time

from bluebroker import Bluetooth

bt = Bluetooth()
bt.set_advertisement(name='LoPy', service_uuid=b'1234567890123456')


def client_changed(bt):
    events = bt.events()
    if events & Bluetooth.CLIENT_CONNECTED:
        print('Client connected')
    if events & Bluetooth.CLIENT_DISCONNECTED:
        print('Client disconnected')


def counter_used(char, data):
    event, value = data
    if event & Bluetooth.CHAR_WRITE_EVENT:
        print('Written:', value)
    elif event & Bluetooth.CHAR_SUBSCRIBE_EVENT:
        print('Subscribed' if value else 'Unsubscribed')
    else:
        print('Read')


bt.callback(Bluetooth.CLIENT_CONNECTED | Bluetooth.CLIENT_DISCONNECTED, client_changed)
service = bt.service(b'1234567890123456')
counter = service.characteristic(b'ab34567890123456', value=0)
counter.callback(Bluetooth.CHAR_READ_EVENT | Bluetooth.CHAR_WRITE_EVENT | Bluetooth.CHAR_SUBSCRIBE_EVENT, counter_used)
bt.advertise(True)
print('Advertising')
try:
    while True:
        time.sleep(1)
        counter.value(int.from_bytes(counter.value(), 'little') + 1 & 0xffff)
except KeyboardInterrupt:
    pass
