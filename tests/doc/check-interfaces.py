#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the D-Bus manual page against the interface XML: the same members, signatures and argument names, both ways.

usage: check-interfaces.py PAGE.scd XML... Reads the page's source: a top heading followed by "Interface *NAME* ..."
opens an interface; a member stands on a line of its own, as written by member_line(). """

import re
import sys
import xml.etree.ElementTree as ElementTree

CHANGES = 'org.freedesktop.DBus.Property.EmitsChangedSignal'
PROPERTY_KINDS = {'const': 'constant', 'true': 'changes are signalled', 'false': 'explicit'}


def arguments(element, direction=None):
    found = [argument for argument in element.findall('arg')
             if direction is None or argument.get('direction') == direction]
    return ', '.join(f'{argument.get("type")} {argument.get("name")}' for argument in found)


def member_line(element):
    """A member of the XML, the way the page writes it."""
    name = element.get('name')
    if element.tag == 'method':
        answer = arguments(element, 'out')
        return f'*{name}*({arguments(element, "in")})' + (f' → ({answer})' if answer else '')
    if element.tag == 'signal':
        return f'Signal *{name}*({arguments(element)})'
    if element.tag == 'property':
        kinds = [a.get('value') for a in element.findall('annotation') if a.get('name') == CHANGES]
        return f'Property *{name}* {element.get("type")} ({PROPERTY_KINDS[kinds[0] if kinds else "true"]})'
    raise ValueError(f'{name}: what is a {element.tag}?')


def xml_members(paths):
    members = {}
    for path in paths:
        for interface in ElementTree.parse(path).getroot().findall('interface'):
            lines = [member_line(e) for e in interface if e.tag != 'annotation']
            members[interface.get('name')] = lines
    return members


def page_members(path):
    members = {}
    current = None
    literal = False
    with open(path, encoding='utf-8') as page:
        for line in page:
            line = line.rstrip('\n')
            if line.startswith('```'):
                literal = not literal
            if literal:
                continue
            if line.startswith('# '):
                current = None
            opening = re.match(r'Interface \*([\w.]+)\*', line)
            if opening:
                current = members.setdefault(opening.group(1), [])
            elif current is not None and re.match(r'\*\w+\*\(|(Signal|Property) \*\w+\*', line):
                current.append(line)
    return members


def main(page, *interfaces):
    in_xml = xml_members(interfaces)
    in_page = page_members(page)
    failures = []

    if not in_xml:
        failures.append('no interface in the XML')
    for name in sorted(in_xml.keys() | in_page.keys()):
        xml, documented = in_xml.get(name, []), in_page.get(name, [])
        if not xml:
            failures.append(f'{name}: in the page, not in the XML')
        if not documented:
            failures.append(f'{name}: in the XML, not in the page')
        failures += [f'{name}: the page lacks: {line}' for line in xml if line not in documented]
        failures += [f'{name}: the XML lacks: {line}' for line in documented if line not in xml]
        failures += [f'{name}: twice in the page: {line}' for line in set(documented) if documented.count(line) > 1]

    for failure in failures:
        print(failure)
    count = sum(len(lines) for lines in in_xml.values())
    print(f'{len(in_xml)} interfaces, {count} members, {len(failures)} differences')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
