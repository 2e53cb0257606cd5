#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-init.sh sysv|openrc SCRIPT POLICY USER GROUP DAEMON SIMBLUEZ TOOL: runs the init script on a system bus of its own,
# with the simulated BlueZ and with DAEMON in the place of the installed one: it starts, once, as the user, with one
# capability and no way to more, with its directories; it says how it is; it restarts; it stops, and leaves nothing.
# All that it touches is mounted for it alone. Needs root.
set -eu
kind=$1 script=$2 policy=$3 user=$4 group=$5 daemon=$(readlink -f "$6") simbluez=$7 tool=$8
bus_name=$(basename "$policy" .conf)

[ "$(id -u)" = 0 ] || { echo "left out: not root, so nothing can be mounted"; exit 0; }
if [ -z "${INSIDE-}" ]; then
	INSIDE=1 exec unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@"
fi

fail() {
	echo "FAILED: $*" >&2
	[ ! -e /var/log/bluebrokerd.log ] || cat /var/log/bluebrokerd.log >&2
	exit 1
}

# --- a machine without systemd ---

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -a /etc/passwd /etc/group /etc/dbus-1/system.d "$work"
for name in "$user" "$group"; do
	sed -i "/^$name:/d" "$work/passwd" "$work/group"
done
echo "$user:x:789:789::/:/usr/sbin/nologin" >> "$work/passwd"
printf '%s\n' "$user:x:789:" "$group:x:788:$user" >> "$work/group"
cp "$policy" "$work/system.d"
mount --bind "$work/passwd" /etc/passwd
mount --bind "$work/group" /etc/group
mount --bind "$work/system.d" /etc/dbus-1/system.d
for dir in /run /var/log /var/lib /etc/default; do
	mount -t tmpfs none "$dir"
done
ln -sfn /run /var/run 2> /dev/null || true
sed "s|@sbindir@/bluebrokerd|$daemon|; s|@user@|$user|g; s|@group@|$group|g; s|@bus_name@|$bus_name|" "$script" > "$work/bluebrokerd"
chmod +x "$work/bluebrokerd"
chmod 755 "$work"

mkdir /run/dbus
dbus-daemon --system --fork --nopidfile
"$simbluez" --plug 00:AA:01:00:00:00 > /dev/null &
if [ "$kind" = openrc ]; then
	for dir in starting started stopping inactive wasinactive failed hotplugged daemons options exclusive scheduled; do
		mkdir -p /run/openrc/$dir
	done
	touch /run/openrc/softlevel
	# what it needs is there, and not OpenRC's
	sed -i 's/^\tneed dbus/\tuse dbus/' "$work/bluebrokerd"
fi

run() {
	"$work/bluebrokerd" "$@"
}

# until COMMAND...: waits for it
until_true() {
	tries=0
	until "$@" > /dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || fail "waited for: $*"
		sleep 0.1
	done
}

# of the daemon itself, whoever looks after it
pid_now() {
	for process in /proc/[0-9]*; do
		pid=${process#/proc/}
		[ "$(readlink "$process/exe")" != "$daemon" ] || return 0
	done
	return 1
}

serves() {
	"$tool" status | grep -q '^hci0'
}

# is KEY VALUE: in /proc/PID/status
is() {
	grep -qE "^$1:[[:space:]]*$2\$" "/proc/$pid/status" || fail "$1 is not $2: $(grep "^$1:" "/proc/$pid/status")"
}

# --- the script ---

run start || fail "start"
until_true serves
pid_now || fail "no daemon"
is Uid "789[[:space:]]789[[:space:]]789[[:space:]]789"
is Gid "788[[:space:]]788[[:space:]]788[[:space:]]788"
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
	is $set 0000000000002000
done
is NoNewPrivs 1
is Umask 0077
[ "$(stat -c '%U %G %a' /run/bluebroker/bluez)" = "$user $group 660" ] || fail "the socket: $(stat /run/bluebroker/bluez)"
[ "$(stat -c '%U %a' /var/lib/bluebrokerd)" = "$user 755" ] || fail "the state directory"
tr '\0' '\n' < "/proc/$pid/environ" | grep -qx STATE_DIRECTORY=/var/lib/bluebrokerd || fail "STATE_DIRECTORY"
run status || fail "status of what runs"

first=$pid
run start || fail "start of what runs"
pid_now
[ "$pid" = "$first" ] || fail "started twice: $first, $pid"

run restart || fail "restart"
until_true serves
pid_now
[ "$pid" != "$first" ] || fail "not restarted: $first"

run stop || fail "stop"
! pid_now || fail "it still runs: $pid"
[ ! -e /run/bluebroker/bluez ] || fail "the socket is still there"
[ ! -e /run/bluebrokerd/links ] || fail "the list of links is still there"
! run status || fail "status of what does not run"
run stop || fail "stop of what does not run"
echo "started, restarted and stopped as $kind has it"
