#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-layers.sh SRC: util <- core <- {bluez, hci, service} <- main. No file includes a header of a layer above or beside it.
set -eu
cd "$1"
bad=0

# may LAYER HEADER-FOLDERS: what the files of that layer may include of ours
may() {
	found=$(grep -n '^#include "' "$1"/*.[ch] | grep -vE "\"($2)/|\"build-config\.h\"" || true)
	[ -z "$found" ] || { echo "$1/ may include only $2:"; echo "$found"; bad=1; }
}
may util 'util'
may core 'util|core'
may bluez 'util|core|bluez'
may hci 'util|core|hci'
may service 'util|core|service'
exit $bad
