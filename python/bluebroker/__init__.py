# SPDX-License-Identifier: GPL-2.0-or-later
"""Bluetooth Low Energy for many programs at once on one radio, by bluebrokerd: Pycom's documented class
network.Bluetooth.

    from bluebroker import Bluetooth

    bt = Bluetooth()
    bt.start_scan(10)
    while bt.isscanning():
        adv = bt.get_adv()
        if adv:
            print(adv.mac.hex(':'), adv.rssi, bt.resolve_adv_data(adv.data, Bluetooth.ADV_NAME_CMPL))

help(Bluetooth) is a manual. Scripts written for the boards run unmodified with bluebroker-pycom(1)."""

from .bluetooth import Bluetooth
from .client import GATTCCharacteristic, GATTCConnection, GATTCService
from .scanner import Advertisement
from .server import GATTSCharacteristic, GATTSService
from .stream import Report, Stream
from .version import VERSION as __version__

__all__ = [
    'Advertisement', 'Bluetooth', 'GATTCCharacteristic', 'GATTCConnection', 'GATTCService',
    'GATTSCharacteristic', 'GATTSService', 'Report', 'Stream', '__version__',
]
