#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds a program's manual page against its --help: the same long options, both ways.

usage: check-options.py PROGRAM PAGE.scd [COMMAND...]
With COMMANDs, the help of each counts too, and each must have an entry in the page.
"""

import re
import subprocess
import sys


def help_text(*command):
    return subprocess.run([*command, '--help'], check=True, capture_output=True, text=True).stdout


def main(program, page, *commands):
    with open(page, encoding='utf-8') as source:
        entries = [line for line in source if line.startswith('*')]
    documented = {option for line in entries if line.startswith('*-')
                  for option in re.findall(r'\*(--[a-z][a-z-]*)\*', line)}
    known = set(re.findall(r'(?<!\S)\[?(--[a-z][a-z-]*)', help_text(program)))
    failures = []
    for command in commands:
        known |= set(re.findall(r'(?<!\S)(--[a-z][a-z-]*)', help_text(program, command)))
        if not any(line.startswith(f'*{command}*') for line in entries):
            failures.append(f'{page}: no entry for the command {command}')

    failures += [f'{page}: no entry for {option}' for option in sorted(known - documented)]
    failures += [f'{program}: --help does not know {option}' for option in sorted(documented - known)]
    for failure in failures:
        print(failure)
    print(f'{len(known)} options, {len(failures)} differences')
    return 1 if failures or not known else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
