#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""That org.bluez on the socket looks like bluetoothd: what a program is told by introspection, the objects with their
values and types, and the signals, for the same scene on either bus. What differs stands here, each with its reason;
what is not in these lists is a fault, and so is a line that meets nothing."""

import os
import re
import unittest

import dbus

from bus_client import ADAPTER_PATH, BusClient, plain, short
from face_world import PEER, PEER_PATH, PERIPHERAL, VERSION, FaceWorld, wait_for

EXPERIMENTAL = '-E' in os.environ.get('BLUETOOTHD_ARGS', '').split()
LAMP, LAMP_PATH = 'C0:00:00:00:00:05', f'{ADAPTER_PATH}/dev_C0_00_00_00_00_05'
# flags, appearance, one service, name, power, data of a company; and of the lamp flags and data of a service
PEER_DATA = '0201060319C10303030D180509426C7565020AFC05FF4C000102'
LAMP_DATA = '0201060516AAFE1020'

NO_LE = 'the broker does LE: profiles of BR/EDR use the system bus'
# Pattern of "PATH: MEMBER" (or "PATH: INTERFACE.PROPERTY"), reason
LACKS = [
    ('/org/bluez: HealthManager1', NO_LE),
    ('/org/bluez/hci0: Media1', NO_LE),
    ('/org/bluez/hci0: NetworkServer1', NO_LE),
    ('/org/bluez/hci0: Adapter1.ExperimentalFeatures ', 'of bluetoothd as a whole, not of a program'),
    ('/org/bluez/hci0: LEAdvertisingManager1.SupportedSecondaryChannels ', 'adverts have no secondary channel'),
    ('/org/bluez/hci0/dev_[^/]*: Device1.Class ', NO_LE),
    ('/org/bluez/hci0/dev_[^/]*: Device1.Modalias ', 'a program reads the PnP ID itself'),
    ('/org/bluez/hci0/dev_[^/]*: Device1.WakeAllowed ', 'of the machine, not of a program'),
]
LACKS_EXPERIMENTAL = [
    ('/org/bluez(/test)?: (node test|SimAccessTest1|DBus.Introspectable)', NO_LE),
    ('/org/bluez/hci0: SimAccess1', NO_LE),
    ('/org/bluez/hci0: BatteryProviderManager1', 'a program tells the system of a battery: not of LE'),
    (r'/org/bluez/hci0: Adapter1.ConnectDevice method \(in a{sv} properties\)', 'it answers what it does not tell'),
]
HAS_MORE = [
    ('/org: DBus.Introspectable', 'as at all other paths'),
    (f'/org/bluez/hci0: node {os.path.basename(LAMP_PATH)}', 'known for 30 seconds more, not until StopDiscovery'),
    (r'/org/bluez/hci0: Adapter1.ConnectDevice method \(in a{sv} properties, out o device\)', 'always there'),
]
HAS_MORE_STABLE = [
    ('/org/bluez/hci0: AdvertisementMonitorManager1', 'always there'),
    ('/org/bluez/hci0/dev_[^/]*: Device1.(AdvertisingFlags|AdvertisingData)', 'always there'),
    ('/org/bluez/hci0/dev_[^/]*: Battery1.Source', 'always there'),
]
# values only
OTHERS = [
    ('/org/bluez/hci0: Adapter1.UUIDs ', 'services of LE'),
]
OTHERS_EXPERIMENTAL = [
    ('/org/bluez/hci0/dev_[^/]*: Device1.AdvertisingData', 'each AD structure'),
]
# of what was experimental in 5.66, all but the last is not any more; and what came later
IS_582 = VERSION >= (5, 82)
LACKS_582 = LACKS_EXPERIMENTAL[:-1] + [
    ('/org/bluez/hci0/dev_[^/]*: Device1.Sets', NO_LE),
]
if EXPERIMENTAL:
    LACKS += LACKS_EXPERIMENTAL
    OTHERS += OTHERS_EXPERIMENTAL
elif IS_582:
    LACKS += LACKS_582
    OTHERS += OTHERS_EXPERIMENTAL
    OTHERS.append(('/org/bluez/hci0/dev_[^/]*: Device1.UUIDs', 'those of service data are in ServiceData alone'))
    HAS_MORE += HAS_MORE_STABLE[:1]
else:
    HAS_MORE += HAS_MORE_STABLE


class Look:
    """The scene, as one program sees it: a discovery, a link, its end, and the device forgotten."""

    def __init__(self, client):
        self.client = client
        self.adapter = client.adapter()
        self.device = client.interface(PEER_PATH, 'org.bluez.Device1')
        self.adapter.SetDiscoveryFilter(dbus.Dictionary({'Transport': 'le'}, signature='sv'))
        self.adapter.StartDiscovery()
        client.wait(lambda: {PEER_PATH, LAMP_PATH} <= set(client.managed()), 'the discovery')
        self.found = client.objects()
        self.found_members = self.members()
        self.adapter.StopDiscovery()
        self.device.Connect()
        client.wait(lambda: client.get(PEER_PATH, 'Device1', 'ServicesResolved'), 'the services')
        client.wait(lambda: 'org.bluez.Battery1' in client.managed()[PEER_PATH], 'the battery')
        self.linked = client.objects()
        self.linked_members = self.members()
        self.device.Disconnect()
        client.wait(lambda: not client.get(PEER_PATH, 'Device1', 'Connected'), 'the end of the link')
        self.adapter.RemoveDevice(dbus.ObjectPath(PEER_PATH))
        self.signals = [self.plain_signal(*signal) for signal in client.take_signals()]
        client.close()

    def members(self):
        paths = {'/', '/org', *self.client.managed()}
        return {f'{path}: {line}' for path in paths if path != LAMP_PATH for line in self.client.introspect(path)}

    @staticmethod
    def plain_signal(path, _interface, member, args):
        if member != 'PropertiesChanged':
            return (str(args[0]), member, sorted(short(name) for name in args[1]))
        # when reports come is a matter of chance
        values = {str(name): plain(value) for name, value in args[1].items() if name != 'RSSI'}
        return (path, short(args[0]), values, sorted(str(name) for name in args[2]))

    def signals_of(self, path):
        """What the program was told of it, without changes of RSSI."""
        return [signal for signal in self.signals if signal[0] == path and signal[2:] != ({}, [])]

    def told(self, path):
        """The same without the order: 5.82 tells of a link's end in one signal, and earlier of a battery."""
        return sorted((*signal[:2], str(what), str(signal[2][what]) if isinstance(signal[2], dict) else '')
                      for signal in self.signals_of(path) for what in signal[2])

    def order(self, member):
        return [signal[0] for signal in self.signals if signal[1] == member and signal[0].startswith(PEER_PATH) and
                'DBus.Introspectable' in signal[2]]


def values(objects):
    """One line for each interface and property, without the lamp where it may be forgotten."""
    return {f'{path}: {name}{"." if prop else ""}{prop} ': value
            for path, interfaces in objects.items() for name, properties in interfaces.items()
            for prop, value in [('', None), *properties.items()]}


class Likeness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        world = FaceWorld()
        cls.addClassCleanup(world.close)
        world.air.ask(f'peer heart {PEER} random {PEER_DATA}')
        for line in PERIPHERAL[1:]:
            world.air.ask(line)
        world.air.ask(f'repeat * lamp {LAMP} random 3 -60 {LAMP_DATA} 100 0')
        cls.real = Look(BusClient())
        wait_for(lambda: 'up=0' in world.air.ask('link heart'), 'the link is closed')
        cls.face = Look(BusClient(f'unix:path={world.socket}'))

    def check(self, lines, designed, used, what):
        """That each line is met by one of the lists' patterns."""
        faults = []
        for line in sorted(lines):
            met = [pattern for pattern, _reason in designed if re.match(pattern, line)]
            used.update(met)
            if not met:
                faults.append(line)
        self.assertEqual(faults, [], what)

    def check_all_used(self, designed, used):
        self.assertEqual([pattern for pattern, _reason in designed if pattern not in used], [], 'differ no more')

    def test_members(self):
        lacks, more = set(), set()
        for real, face in ((self.real.found_members, self.face.found_members),
                           (self.real.linked_members, self.face.linked_members)):
            self.check(real - face, LACKS, lacks, 'not in the face')
            self.check(face - real, HAS_MORE, more, 'only in the face')
        self.check_all_used(LACKS, lacks)
        self.check_all_used(HAS_MORE, more)
        # nothing that is compared is empty
        same = self.real.linked_members & self.face.linked_members
        for member in ('DBus.ObjectManager.InterfacesAdded', 'AgentManager1.RegisterAgent', 'Adapter1.StartDiscovery',
                       'Device1.Connect', 'GattService1.Includes', 'GattCharacteristic1.ReadValue',
                       'GattDescriptor1.WriteValue', 'Battery1.Percentage'):
            self.assertTrue(any(f': {member} ' in line for line in same), member)

    def test_values(self):
        others = set()
        for real, face in ((self.real.found, self.face.found), (self.real.linked, self.face.linked)):
            real, face = values(real), values(face)
            face = {line: value for line, value in face.items() if line in real or LAMP_PATH not in line}
            self.check(set(real) - set(face), LACKS, set(), 'not in the face')
            self.check(set(face) - set(real), HAS_MORE + OTHERS, others, 'only in the face')
            differ = {line for line in set(real) & set(face) if real[line] != face[line]}
            self.check(differ, OTHERS, others, [(line, real[line], face[line]) for line in differ])
        self.check_all_used(OTHERS, others)

    def test_signals(self):
        for path in ADAPTER_PATH, PEER_PATH:
            signals = [look.told(path) if IS_582 else look.signals_of(path) for look in (self.face, self.real)]
            self.assertEqual(*signals)
        for member in 'InterfacesAdded', 'InterfacesRemoved':
            self.assertEqual(sorted(self.face.order(member)), sorted(self.real.order(member)))
            self.assertEqual(len(set(self.face.order(member))), len(self.face.order(member)))

    def test_order(self):
        """What is below an object comes after it and goes before it; a link's end is told before its objects go."""
        for look in self.real, self.face:
            for order in look.order('InterfacesAdded'), look.order('InterfacesRemoved')[::-1]:
                for at, path in enumerate(order):
                    self.assertFalse([child for child in order[:at] if child.startswith(path + '/')], path)
            ended = next(at for at, signal in enumerate(look.signals)
                         if signal[:2] == (PEER_PATH, 'Device1') and signal[2].get('Connected') == 'b False')
            gone = [at for at, signal in enumerate(look.signals)
                    if signal[1] == 'InterfacesRemoved' and signal[0].startswith(PEER_PATH + '/')]
            self.assertGreater(min(gone), ended)
        # here bluetoothd is at times too early, and the face never
        resolved = next(at for at, signal in enumerate(self.face.signals) if 'ServicesResolved' in signal[2])
        added = [at for at, signal in enumerate(self.face.signals)
                 if signal[1] == 'InterfacesAdded' and signal[0].startswith(PEER_PATH + '/')]
        self.assertLess(max(added), resolved)


if __name__ == '__main__':
    unittest.main(verbosity=2)
