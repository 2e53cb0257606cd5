#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Installs into an empty DESTDIR and looks what is there: these files, and no other.

usage: check-install.py BUILD_DIR FILE...
"""

import os
import subprocess
import sys
import tempfile


def main(build, *expected):
    with tempfile.TemporaryDirectory() as destination:
        run = subprocess.run(['meson', 'install', '-C', build, '--no-rebuild', '--destdir', destination],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode != 0:
            print(run.stdout)
            return 1
        found = {'/' + os.path.relpath(os.path.join(path, name), destination)
                 for path, _, names in os.walk(destination) for name in names}

    failures = [f'not installed: {name}' for name in sorted(set(expected) - found)]
    failures += [f'installed, but nobody expects it: {name}' for name in sorted(found - set(expected))]
    for failure in failures:
        print(failure)
    print(f'{len(found)} files, {len(failures)} differences')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
