# SPDX-License-Identifier: GPL-2.0-or-later
"""A script of the boards' that serves, for two of its kind at once."""

# A value that counts, and is notified; what is written to the second one is told.
SERVER = '''
import sys, time
from network import Bluetooth
bt = Bluetooth()
bt.set_advertisement(name="%(name)s", service_uuid=0x%(uuid)x)
service = bt.service(0x%(uuid)x, nbr_chars=2)
count = service.characteristic(0x2a19, value=0, properties=Bluetooth.PROP_READ | Bluetooth.PROP_NOTIFY)
told = service.characteristic(0x2a39, value=b"%(name)s")
told.callback(Bluetooth.CHAR_WRITE_EVENT, lambda _, more: print("written", more[1]))
bt.callback(Bluetooth.CLIENT_CONNECTED | Bluetooth.CLIENT_DISCONNECTED, lambda bt: print("events", bt.events()))
bt.advertise()
print("serves")
i = 0
while True:
    time.sleep(0.2)
    i += 1
    count.value(i %% 256)
'''
# none that bluetoothd has a plugin for: from 5.80 on, nobody writes to those
FIRST, SECOND = {'name': 'first', 'uuid': 0x181c}, {'name': 'second', 'uuid': 0x181a}
