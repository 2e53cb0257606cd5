#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scans for ten seconds and prints what it hears: address, dBm, name."""
import time

from bluebroker import Bluetooth

bt = Bluetooth()
bt.set_scan_filter(dedup=1000)      # the same bytes of a device at most once a second
bt.start_scan(10)
while bt.isscanning():
    for adv in bt.get_advertisements():
        name = bt.resolve_adv_data(adv.data, Bluetooth.ADV_NAME_CMPL)
        print(adv.mac.hex(':').upper(), adv.rssi, name or '')
    time.sleep(0.1)
