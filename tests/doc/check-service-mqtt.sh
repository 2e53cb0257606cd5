#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-service-mqtt.sh UNIT SYSUSERS PROGRAM GROUP: whether systemd takes the unit of bluebroker-mqtt, with PROGRAM standing in
# for the installed one, and its system user; whether the unit runs as that user, in the group that may talk to the daemon, with
# no way into the files and none to the network but IP.
set -eu
unit=$1 sysusers=$2 program=$(readlink -f "$3") group=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed "s|^ExecStart=[^ ]*|ExecStart=$program|" "$unit" > "$work/bluebroker-mqtt.service"

# What is said of other units on this machine is not our business, and says so by their names.
systemd-analyze verify --man=no "$work/bluebroker-mqtt.service" > "$work/verify" 2>&1 || true
if grep -n 'bluebroker-mqtt' "$work/verify"; then
	echo "systemd-analyze verify complains" >&2
	exit 1
fi

# in an empty root, so that nobody is there yet
mkdir -p "$work/root/etc"
systemd-sysusers --root="$work/root" "$sysusers" 2> "$work/sysusers" || {
	cat "$work/sysusers" >&2
	exit 1
}
user=$(sed -n 's/^User=//p' "$unit")
grep -q "^$user:" "$work/root/etc/passwd"

grep -qx "SupplementaryGroups=$group" "$unit"
grep -qx 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6' "$unit"
grep -qx 'CapabilityBoundingSet=' "$unit"
grep -qx 'ProtectSystem=strict' "$unit"
if grep -E '^(ReadWritePaths|RuntimeDirectory|StateDirectory|AmbientCapabilities)=' "$unit"; then
	echo "it needs no file to write, and no capability" >&2
	exit 1
fi
echo "$user, in group $group"
