# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs of test-face-twelve.py that are no package's own. Each keeps what it hears; the line "tell" on its stdin
makes it print all that as one line of JSON, and begin anew."""

# bleak's scanner. "again": as a program does that has seen that nothing comes any more.
SCANNER = '''
import asyncio, json, sys
from bleak import BleakScanner
from bleak.backends.bluezdbus.advertisement_monitor import OrPattern
from bleak.backends.bluezdbus.scanner import BlueZScannerArgs
from bleak.exc import BleakError

how = json.loads(sys.argv[1])
heard = {'numbers': [], 'others': {}}

def on_report(device, data):
    value = data.manufacturer_data.get(0xffff)
    if value:       # of the storm: who it is, and which report
        heard['numbers'].append(int.from_bytes(value[4:], 'little'))
    else:
        heard['others'][device.address] = heard['others'].get(device.address, 0) + 1

def scanner():
    options = {}
    if 'patterns' in how:
        options = dict(scanning_mode='passive', bluez=BlueZScannerArgs(
            or_patterns=[OrPattern(start, kind, bytes.fromhex(data)) for start, kind, data in how['patterns']]))
    elif 'filters' in how:
        options = dict(bluez=BlueZScannerArgs(filters=how['filters']))
    return BleakScanner(on_report, service_uuids=how.get('uuids'), **options)

async def start():
    while True:
        now = scanner()
        try:
            await now.start()
            print('scanning')
            return now
        except BleakError as error:     # bluetoothd has just come back, and has no radio yet
            print('not now:', error)
            await asyncio.sleep(0.5)

async def main():
    now = await start()
    while True:
        line = (await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)).strip()
        if line == 'tell':
            print(json.dumps(heard))
            heard.update(numbers=[], others={})
        elif line == 'again':
            try:
                await now.stop()
            except BleakError as error:     # bluetoothd knows nothing of it
                print('stopped:', error)
            now = await start()
        else:
            break
    await now.stop()

asyncio.run(main())
'''

# bleak's client, which is subscribed, and reads or writes twice a second; it connects again when it has lost the link.
CLIENT = '''
import asyncio, json, sys
from bleak import BleakClient, BleakScanner

HEART, LOCATION, CONTROL = (f'0000{n}-0000-1000-8000-00805f9b34fb' for n in ('2a37', '2a38', '2a39'))
address, writes = sys.argv[1], sys.argv[2] == 'writes'
heard = {'numbers': [], 'done': 0, 'wrong': []}
written = 0

def on_value(_, value):
    heard['numbers'].append(int.from_bytes(value[-4:], 'little'))

async def use(client):
    global written
    if writes:
        written = (written + 1) % 256
        await client.write_gatt_char(CONTROL, bytes([written]), response=True)
        back = await client.read_gatt_char(CONTROL)
        good = back == bytes([written])
    else:
        back = await client.read_gatt_char(LOCATION)
        good = back == b'\\x01'
    if good:
        heard['done'] += 1
    else:
        heard['wrong'].append(back.hex())

async def stay_connected():
    while True:
        lost = asyncio.Event()
        try:
            device = await BleakScanner.find_device_by_address(address, timeout=20)
            if not device:
                raise OSError('not found')
            async with BleakClient(device, disconnected_callback=lambda _: lost.set()) as client:
                await client.start_notify(HEART, on_value)
                print('listening')
                while not lost.is_set():
                    await use(client)
                    try:
                        await asyncio.wait_for(lost.wait(), 0.5)
                    except asyncio.TimeoutError:
                        pass
            print('lost')
        except asyncio.CancelledError:
            raise
        except Exception as error:
            print('trouble:', repr(error))
            await asyncio.sleep(1)

async def main():
    task = asyncio.create_task(stay_connected())
    while (await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)).strip() == 'tell':
        print(json.dumps(heard))
        heard.update(numbers=[], done=0, wrong=[])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

asyncio.run(main())
'''

# A program that knows this daemon: a session on the system bus.
SESSION = '''
import json, select, sys
import dbus

NAME = 'com.example.Bluetooth'
bus = dbus.SystemBus()
manager = dbus.Interface(bus.get_object(NAME, '/com/example/Bluetooth', introspect=False), NAME + '.Manager1')
path = manager.OpenSession(dbus.UInt32(0), dbus.Dictionary({'fifo': dbus.UInt32(1024)}, signature='sv'))
session = dbus.Interface(bus.get_object(NAME, path, introspect=False), NAME + '.Session1')
session.SetScanFilter(dbus.Dictionary({'rssi': dbus.Int16(int(sys.argv[1]))}, signature='sv'))
session.StartScan(dbus.Int32(-1))
print('scanning')

def take():
    return [int.from_bytes(bytes(report[4])[-4:], 'little') for report in session.GetAdvertisements()
            if bytes(report[4])[3:7] == b'\\x0b\\xff\\xff\\xff']

numbers = []
while True:
    told, _, _ = select.select([sys.stdin], [], [], 0.5)
    numbers += take()
    if told:
        if sys.stdin.readline().strip() != 'tell':
            break
        print(json.dumps({'numbers': numbers}))
        numbers = []
'''
