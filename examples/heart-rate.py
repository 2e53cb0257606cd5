#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks for a heart rate sensor, connects it, and prints what it measures until Ctrl-C. An argument: how many
measurements."""
import itertools
import queue
import sys

from bluebroker import Bluetooth

HEART_RATE, MEASUREMENT, LOCATION = 0x180d, 0x2a37, 0x2a38
PLACES = 'other', 'chest', 'wrist', 'finger', 'hand', 'ear lobe', 'foot'


def bpm(value):
    """Beats a minute of a Heart Rate Measurement: 8 or 16 bits behind the flags."""
    return int.from_bytes(value[1:3] if value[0] & 1 else value[1:2], 'little')


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else None
    with Bluetooth() as bt:
        bt.set_scan_filter(uuids=[HEART_RATE])
        with bt.stream() as stream:
            bt.start_scan(-1)
            sensor = next(stream)
        bt.stop_scan()
        print('found', sensor.mac.hex(':').upper())
        with bt.connect(sensor.mac) as connection:
            service = next(service for service in connection.services() if service.uuid() == HEART_RATE)
            chars = {char.uuid(): char for char in service.characteristics()}
            if LOCATION in chars:
                place = chars[LOCATION].read()[0]
                print('worn at:', PLACES[place] if place < len(PLACES) else place)
            values = queue.Queue()
            chars[MEASUREMENT].callback(Bluetooth.CHAR_NOTIFY_EVENT, lambda _, data: values.put(data[1]))
            for _ in itertools.islice(itertools.count(), count):
                print(bpm(values.get()))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
