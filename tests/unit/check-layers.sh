#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: check-layers.sh SRC
# util <- meaning <- core <- hci, core <- bus <- {bluez, service, face} <- main; meaning <- client <- {ctl, mqtt}. No file includes a header of a
# layer above or beside it.
set -eu
self=$(readlink -f "$0")
cd "$1"
bad=0

# may LAYER HEADER-FOLDERS: what the files of that layer may include of ours
may() {
	found=$(grep -rn '^#include "' "$1" --include='*.[ch]' | grep -vE "\"($2)/|\"(build-config|broker-dbus)\.h\"" || true)
	[ -z "$found" ] || { echo "$1/ may include only $2:"; echo "$found"; bad=1; }
}
may util 'util'
may meaning 'util|meaning'
may core 'util|meaning|core'
may bluez 'util|meaning|core|bus|bluez'
may hci 'util|meaning|core|hci'
may bus 'util|meaning|core|bus'
may service 'util|meaning|core|bus|service'
may face 'util|meaning|core|bus|face'
may client 'util|meaning|client'
may ctl 'util|meaning|client|ctl'
may mqtt 'util|meaning|client|mqtt'
may keys 'util'
for layer in */; do
	grep -q "^may ${layer%/} " "$self" || { echo "$layer is no layer that this test knows"; bad=1; }
done
exit $bad
