#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A manual page shows its literal blocks as they are meant: what is copied from the page must work.

usage: check-literals.py SOURCE.scd PAGE

In the source a backslash of a literal block is written twice (scdoc takes a lone one away); PAGE is what scdoc made of
it. """

import os
import re
import subprocess
import sys

source_path, page = sys.argv[1:]
with open(source_path, encoding='utf-8') as source:
    blocks = re.findall(r'^(\t*)```\n(.*?)^\t*```$', source.read(), re.MULTILINE | re.DOTALL)
environment = dict(os.environ, MANWIDTH='400', LC_ALL='C.UTF-8')
environment.pop('MAN_KEEP_FORMATTING', None)
rendered = subprocess.run(['man', '--warnings', '--no-hyphenation', '--no-justification', '-P', 'cat', '-l', page],
                          env=environment, capture_output=True, text=True, check=True)
if rendered.stderr:
    sys.exit(rendered.stderr)
shown = [line.strip() for line in rendered.stdout.splitlines()]

bad = []
at = 0
for indent, block in blocks:
    for line in block.splitlines():
        wanted = line.removeprefix(indent).strip()
        if re.search(r'(?<!\\)(\\\\)*\\(?!\\)', wanted):
            bad.append(f'a lone backslash, which scdoc takes away: {wanted}')
            continue
        wanted = wanted.replace('\\\\', '\\')
        if wanted in shown[at:]:
            at = shown.index(wanted, at) + 1
        elif wanted:
            bad.append(f'not on the page as it stands: {wanted}')
if bad:
    sys.exit('\n'.join(bad))
print(f'{len(blocks)} literal blocks')
