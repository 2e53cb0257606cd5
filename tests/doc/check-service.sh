#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-service.sh UNIT SOCKET SYSUSERS DAEMON: whether systemd takes the unit, with DAEMON standing in for
# the installed program, its socket, and the system user; whether the unit runs as that user, and its socket is
# for the group, with nothing for others.
set -eu
unit=$1 socket=$2 sysusers=$3 daemon=$(readlink -f "$4")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed "s|^ExecStart=[^ ]*|ExecStart=$daemon|" "$unit" > "$work/bluebrokerd.service"

cp "$socket" "$work/bluebroker-bluez.socket"

# What is said of other units on this machine is not our business, and says so by their names.
systemd-analyze verify --man=no "$work/bluebrokerd.service" "$work/bluebroker-bluez.socket" > "$work/verify" 2>&1 || true
if grep -n 'bluebroker' "$work/verify"; then
	echo "systemd-analyze verify complains" >&2
	exit 1
fi

# Of ten, in tenths: what it was before there was a socket.
systemd-analyze security --offline=true --threshold=15 "$work/bluebrokerd.service" > "$work/security" || {
	cat "$work/security" >&2
	exit 1
}

# in an empty root, so that nobody is there yet
mkdir -p "$work/root/etc"
systemd-sysusers --root="$work/root" "$sysusers" 2> "$work/sysusers" || {
	cat "$work/sysusers" >&2
	exit 1
}
user=$(sed -n 's/^User=//p' "$unit")
grep -q "^$user:" "$work/root/etc/passwd"
group=$(sed -n "s/^m $user //p" "$sysusers")
grep -q "^$group:.*:$user\$" "$work/root/etc/group"

# The daemon cannot give a file to a group (chown is forbidden), so it has to run in the one that may connect.
grep -qx "Group=$group" "$unit"
grep -q '^RuntimeDirectory=.*\<bluebroker\>' "$unit"
grep -qx "SocketUser=$user" "$socket"
grep -qx "SocketGroup=$group" "$socket"
grep -qx 'SocketMode=0660' "$socket"
grep -qx 'FileDescriptorName=bluez' "$socket"
grep -qx 'ListenStream=/run/bluebroker/bluez' "$socket"
echo "$user, in group $group, with a socket for it"
