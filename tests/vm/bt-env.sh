# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Sourced in the guest: starts the system bus, emulated radios and bluetoothd, and waits until
# org.bluez shows them, powered (bluetoothd powers each radio by itself). with-bluetooth does it for
# one command.
#
#   BLUEBROKER_RADIO  the program bluebroker-radio (default: found by PATH)
#   AIR_RADIOS        addresses of the radios to plug in (default 00:AA:01:00:00:01; may be empty)
#   AIR_CONTROL       where bluebroker-radio listens (default /run/air)
#   AIR_ARGS          more arguments for it (--filter-duplicates)
#   BLUETOOTHD_ARGS   arguments for bluetoothd (default none; -E for experimental interfaces)
#   BLUEZ_ROOT        a directory with another bluetoothd (scripts/debian-root); default: the guest's own
#   BLUETOOTHD        no: leave bluetoothd to the test (bluetoothd-ctl start)
#   BT_POLICY         bus policy files to put where the bus finds them
#   BT_SYSUSERS       sysusers.d files whose users and groups the guest is to have
#   BT_USERS          more users, each NAME:UID or, as a member of a group, NAME:UID:GROUP
#   BT_ENV            this file's directory (bash finds it by itself)
#
# BLUEZ_VERSION is set to bluetoothd's ("5.66"). Logs are in /run/log. `air LINE` says something to the radios; bluetoothd-ctl is on PATH.
# Where something does not start, the shell ends with 125.

# shellcheck disable=SC3028 # empty elsewhere than in bash
: "${BT_ENV:=$(dirname "$(readlink -f "${BASH_SOURCE:-bt-env.sh}")")}"
: "${BLUEBROKER_RADIO:=bluebroker-radio}" "${AIR_CONTROL:=/run/air}"
: "${AIR_RADIOS=00:AA:01:00:00:01}" "${AIR_ARGS:=}" "${BLUETOOTHD_ARGS:=}" "${BT_POLICY:=}"
: "${BT_SYSUSERS:=}" "${BT_USERS:=}"
PATH=$BT_ENV:$PATH
BLUEZ_VERSION=$(bluetoothd-ctl version)
export AIR_CONTROL BLUETOOTHD_ARGS BLUEZ_VERSION

air() { "$BLUEBROKER_RADIO" --control "$AIR_CONTROL" --ask "$*"; }

# The host's pairings are no business of the guest.
bt_env_state() {
	mkdir -p /run/log /run/dbus /var/lib/bluetooth
	mount -t tmpfs -o mode=700 bluetooth /var/lib/bluetooth
	[ -s /etc/machine-id ] || dbus-uuidgen > /etc/machine-id
	rm -rf /var/lib/dbus/machine-id
	mkdir -p /var/lib/dbus && cp /etc/machine-id /var/lib/dbus/machine-id
}

bt_env_sysusers() {
	systemd-sysusers "$@" 2> /run/log/sysusers.log || {
		cat /run/log/sysusers.log >&2
		return 1
	}
}

# What waits for a bluetoothd that gets no turn: a socket of the default size holds some 280 notifications, and the kernel
# drops what comes then.
bt_env_sockets() {
	echo 8388608 > /proc/sys/net/core/rmem_default
}

# Before the bus, which reads its policy's users and groups when it starts.
bt_env_users() {
	# shellcheck disable=SC2086 # a list
	[ -z "$BT_SYSUSERS" ] || bt_env_sysusers $BT_SYSUSERS || return
	for user in $BT_USERS; do
		name=${user%%:*} group=${user#*:*:}
		uid=${user#*:} uid=${uid%%:*}
		[ "$group" != "$user" ] || group=''
		bt_env_sysusers --inline "u $name $uid" ${group:+"m $name $group"} || return
		[ "$(id -u "$name")" = "$uid" ] || {
			echo "bt-env: uid $uid is not free for $name" >&2
			return 1
		}
	done
}

bt_env_bus() {
	# shellcheck disable=SC2086 # a list
	[ -z "$BT_POLICY" ] || cp $BT_POLICY /etc/dbus-1/system.d/
	[ -z "${BLUEZ_ROOT:-}" ] || cp "$BLUEZ_ROOT"/usr/share/dbus-1/system.d/bluetooth.conf /etc/dbus-1/system.d/
	dbus-daemon --system --fork --nopidfile
}

bt_env_radios() {
	command -v "$BLUEBROKER_RADIO" > /dev/null || {
		echo "bt-env: no $BLUEBROKER_RADIO: set BLUEBROKER_RADIO to the built program" >&2
		return 1
	}
	set -- --control "$AIR_CONTROL"
	for radio in $AIR_RADIOS; do set -- "$@" --plug "$radio"; done
	# shellcheck disable=SC2086 # a list
	"$BLUEBROKER_RADIO" "$@" $AIR_ARGS > /run/log/radio.log 2>&1 &
	for _ in $(seq 200); do
		[ ! -S "$AIR_CONTROL" ] || return 0
		sleep 0.05
	done
	cat /run/log/radio.log >&2
	return 1
}

bt_env_powered() { # how many radios bluetoothd shows and has powered
	busctl --system --list tree org.bluez 2> /dev/null | grep '^/org/bluez/hci[0-9]*$' |
		while read -r path; do
			busctl --system get-property org.bluez "$path" org.bluez.Adapter1 Powered
		done 2> /dev/null | grep -c true
}

# Only once the name is there: the bus would try to start bluetoothd a second time.
bt_env_adapters() {
	wanted=$(echo "$AIR_RADIOS" | wc -w)
	for _ in $(seq 100); do
		shown=$(bt_env_powered)
		[ "$shown" -lt "$wanted" ] || return 0
		sleep 0.05
	done
	echo "bt-env: bluetoothd has $shown of $wanted radios powered" >&2
	return 1
}

bt_env_state && bt_env_sockets && bt_env_users && bt_env_bus && bt_env_radios || exit 125
if [ "${BLUETOOTHD:-yes}" != no ]; then
	bluetoothd-ctl start && bt_env_adapters || exit 125
fi
