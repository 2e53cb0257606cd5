#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Usage: check-core-circles.py LIBCORE.A
No file of core calls one that leads back to it, but for nouns that are one thing in several files."""

import re
import subprocess
import sys

ALLOWED = [{'attr', 'attr-op', 'listener'}, {'hold', 'link'}]


def calls(library):
    """What each object file calls of the others: {file: {file}}."""
    defined, wanted, name = {}, {}, None
    for line in subprocess.run(['nm', library], check=True, capture_output=True, text=True).stdout.splitlines():
        opens = re.match(r'(?:.*/)?([\w-]+)\.c\.o:$', line)
        if opens:
            name = opens[1]
            wanted[name] = set()
        elif len(line.split()) == 2 and line.split()[0] == 'U':
            wanted[name].add(line.split()[1])
        elif len(line.split()) == 3 and line.split()[1] in 'TDBR':
            defined[line.split()[2]] = name
    return {file: {defined[symbol] for symbol in symbols if symbol in defined} - {file}
            for file, symbols in wanted.items()}


def reach(graph, start):
    seen, left = set(), [start]
    while left:
        for file in graph[left.pop()] - seen:
            seen.add(file)
            left.append(file)
    return seen


graph = calls(sys.argv[1])
assert graph['links'], 'no calls found: is this the core library?'
reached = {file: reach(graph, file) for file in graph}
circles = {frozenset(other for other in graph if other in reached[file] and file in reached[other])
           for file in graph if file in reached[file]}
bad = [circle for circle in circles if set(circle) not in ALLOWED]
for circle in bad:
    print('a circle:', ' '.join(sorted(circle)))
    for file in sorted(circle):
        print('   ', file, '->', ' '.join(sorted(graph[file] & circle)))
sys.exit(1 if bad else 0)
