#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the shipped configuration file and its manual page against the program's own table of keys.

usage: check-config.py PROGRAM FILE.conf PAGE.scd

The program prints its table with --list-config: "Group Key unit min max default" a line. A path has "path" as its
unit, a text "text", and its default, which may be empty; one of some words has "choice", the words, and the default.
Both texts must have the same keys in the same groups, each with its range and default.
"""

import os
import re
import shlex
import subprocess
import sys

RANGE = re.compile(r'\b(\d+)(?: \([^)]*\))? to (\d+)\b')


def program_keys(program):
    wrapper = shlex.split(os.environ.get('BLUEBROKERD_WRAPPER', ''))
    listing = subprocess.run([*wrapper, program, '--list-config'], check=True, capture_output=True, text=True).stdout
    keys = {}
    for line in listing.splitlines():
        group, name, *rest = line.split()
        if rest[0] in ('path', 'text'):
            keys[group, name] = (rest[0], ' '.join(rest[1:]))
        elif rest[0] == 'choice':
            keys[group, name] = (rest[1], rest[2])
        else:
            low, high, fallback = rest[-3:]
            keys[group, name] = (f'{low} to {high}', fallback)
    return keys


def allowed(text):
    """What a description says of a key's values."""
    found = RANGE.search(text)
    if found:
        return f'{found.group(1)} to {found.group(2)}'
    found = re.search(r'\bOne of ((?:[\w.-]+, )*[\w.-]+)\.', text)
    if found:
        return found.group(1).replace(', ', '|')
    if re.search(r'\babsolute path\b', text, re.IGNORECASE):
        return 'path'
    return 'text' if re.search(r'\bText\b', text) else 'nothing'


def file_keys(path):
    keys = {}
    group, comment = None, ''
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            heading = re.match(r'\[(\w+)\]', line)
            setting = re.match(r'#?(\w+)=(.*)', line)
            if heading:
                group = heading.group(1)
            elif setting:
                keys[group, setting.group(1)] = (allowed(comment), setting.group(2))
            if line.startswith('# '):
                comment += line[1:].rstrip()
            else:
                comment = ''
    return keys


def page_keys(path):
    keys = {}
    group = name = None
    with open(path, encoding='utf-8') as page:
        for line in page:
            if line.startswith('# '):
                group = name = None
            heading = re.match(r'Group \*\[(\w+)\]\*', line)
            setting = re.match(r'\*(\w+)=\*$', line)
            values = re.match(r'\t(.*) Default: (\S+)\.$', line)
            if heading:
                group = heading.group(1)
            elif setting and group:
                name = setting.group(1)
                keys[group, name] = ('nothing', 'nothing')
            elif values and name:
                fallback = values.group(2)
                keys[group, name] = (allowed(values.group(1)), '' if fallback == 'empty' else fallback)
    return keys


def compare(name, keys, expected):
    failures = []
    for key in sorted(keys.keys() | expected.keys()):
        shown = '[{}] {}'.format(*key)
        if key not in keys:
            failures.append(f'{name}: lacks {shown}')
        elif key not in expected:
            failures.append(f'{name}: {shown} is no key of the program')
        elif keys[key] != expected[key]:
            failures.append(f'{name}: {shown} has {keys[key]}, the program {expected[key]}')
    return failures


def main(program, conf, page):
    expected = program_keys(program)
    failures = [] if expected else ['the program lists no keys']
    failures += compare(os.path.basename(conf), file_keys(conf), expected)
    failures += compare(os.path.basename(page), page_keys(page), expected)
    for failure in failures:
        print(failure)
    print(f'{len(expected)} keys, {len(failures)} differences')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
