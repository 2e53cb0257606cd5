# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of org.bluez on libdbus, for either bus: what introspection says, what objects there are with values
and their types, and the signals as they came. Names of interfaces are without org.bluez and org.freedesktop.DBus."""

import time
import xml.etree.ElementTree as ElementTree

import dbus
import dbus.bus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

from face_world import SOON

ADAPTER_PATH = '/org/bluez/hci0'


def short(interface):
    return interface.replace('org.bluez.', '').replace('org.freedesktop.DBus.', 'DBus.')


def plain(value):
    """A value with the types that it has on the wire, as text and containers that can be compared."""
    if isinstance(value, dbus.Dictionary):
        return {'type': f'a{{{value.signature}}}', **{plain(k): plain(v) for k, v in value.items()}}
    if isinstance(value, dbus.Array):
        return [f'a{value.signature}', *(plain(item) for item in value)]
    if isinstance(value, dbus.Boolean):
        return f'b {bool(value)}'
    letters = {dbus.String: 's', dbus.ObjectPath: 'o', dbus.Byte: 'y', dbus.Int16: 'n', dbus.UInt16: 'q',
               dbus.Int32: 'i', dbus.UInt32: 'u'}
    return f'{letters[type(value)]} {value:d}' if isinstance(value, int) else f'{letters[type(value)]} {value}'


def arguments(member):
    return ', '.join(' '.join(filter(None, (arg.get('direction'), arg.get('type'), arg.get('name'))))
                     for arg in member.findall('arg'))


def members(node):
    """One line for each interface, member, annotation and child that introspection tells."""
    lines = {f'node {child.get("name")}' for child in node.findall('node')}
    for interface in node.findall('interface'):
        name = short(interface.get('name'))
        lines.add(name)
        for member in interface:
            notes = ''.join(f' [{note.get("name")}={note.get("value")}]' for note in member.findall('annotation'))
            what = (f'{member.get("type")} {member.get("access")}' if member.tag == 'property' else
                    member.get('value') if member.tag == 'annotation' else f'({arguments(member)})')
            lines.add(f'{name}.{member.get("name")} {member.tag} {what}{notes}')
    return lines


class BusClient:
    def __init__(self, address=None):
        loop = DBusGMainLoop()
        self.bus = dbus.bus.BusConnection(address, mainloop=loop) if address else \
            dbus.SystemBus(private=True, mainloop=loop)
        self.bus.set_exit_on_disconnect(False)
        self.signals = []
        self.bus.add_signal_receiver(self.note, None, None, 'org.bluez', None, interface_keyword='interface',
                                     member_keyword='member', path_keyword='path')

    def note(self, *args, interface, member, path):
        self.signals.append((str(path), short(interface), str(member), args))

    def wait(self, condition, what, seconds=SOON):
        """Runs the loop until condition() is true; returns what it gave."""
        end = time.monotonic() + seconds
        context = GLib.MainContext.default()
        ticks = []
        tick = GLib.timeout_add(20, lambda: ticks.append(True) or True)
        try:
            while not (value := condition()):
                assert time.monotonic() < end, f'{what} does not come about'
                # a call that was waited for wakes the loop, too
                ticks.clear()
                while not ticks:
                    context.iteration(True)
        finally:
            GLib.source_remove(tick)
        return value

    def take_signals(self):
        """Those that came since it was called last; what was sent before has come when a call is answered."""
        self.managed()
        while GLib.MainContext.default().iteration(False):
            pass
        signals, self.signals = self.signals, []
        return signals

    def interface(self, path, name):
        return dbus.Interface(self.bus.get_object('org.bluez', path, introspect=False), name)

    def adapter(self):
        return self.interface(ADAPTER_PATH, 'org.bluez.Adapter1')

    def introspect(self, path):
        text = self.interface(path, 'org.freedesktop.DBus.Introspectable').Introspect()
        return members(ElementTree.fromstring(text))

    def managed(self):
        return self.interface('/', 'org.freedesktop.DBus.ObjectManager').GetManagedObjects()

    def objects(self):
        """{path: {interface: {property: value}}} with short names and plain values."""
        return {str(path): {short(name): {str(k): plain(v) for k, v in values.items()}
                            for name, values in interfaces.items()}
                for path, interfaces in self.managed().items()}

    def get(self, path, name, prop):
        return self.interface(path, 'org.freedesktop.DBus.Properties').Get('org.bluez.' + name, prop)

    def close(self):
        self.bus.close()
