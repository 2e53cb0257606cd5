#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-service.sh UNIT SYSUSERS DAEMON: whether systemd takes the unit, with DAEMON standing in for
# the installed program, and the system user; and whether the unit runs as that user.
set -eu
unit=$1 sysusers=$2 daemon=$(readlink -f "$3")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed "s|^ExecStart=[^ ]*|ExecStart=$daemon|" "$unit" > "$work/bluebrokerd.service"

# What is said of other units on this machine is not our business, and says so by their names.
systemd-analyze verify --man=no "$work/bluebrokerd.service" > "$work/verify" 2>&1 || true
if grep -n 'bluebrokerd' "$work/verify"; then
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
group=$(sed -n "s/^m $user //p" "$sysusers")
grep -q "^$group:.*:$user\$" "$work/root/etc/group"
echo "$user, in group $group"
