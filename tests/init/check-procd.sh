#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-procd.sh SCRIPT CAPABILITIES: what the script asks of procd, with functions in the place of OpenWrt's that say how
# they were called: nothing where the user is not there, for procd takes root instead; the one capability in a jail,
# for procd passes over it elsewhere; and no jail where there is no ujail.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
script=$work/bluebrokerd
sed "s|@sbindir@|/usr/sbin|; s|@sysconfdir@|/etc|; s|@user@|someone|g; s|@group@|some|g; s|/sbin/ujail|$work/ujail|" "$1" > "$script"

fail() {
	printf 'FAILED: %s\n' "$*" >&2
	exit 1
}

# asked CHOWN: the calls of start_service, a line each, where chown ends so
# shellcheck disable=SC2317
asked() (
	mkdir() { :; }
	chown() { return "$status"; }
	for name in open_instance set_param add_jail close_instance; do
		eval "procd_$name() { echo $name \"\$@\"; }"
	done
	status=$1
	# shellcheck disable=SC1090
	. "$script"
	[ "$USE_PROCD" = 1 ]
	start_service || :
)

# has LINE, has_not WORD: in $calls
has() { echo "$calls" | grep -qxF -- "$1" || fail "not asked: $1, but: $calls"; }
has_not() { ! echo "$calls" | grep -qw -- "$1" || fail "asked: $1: $calls"; }

calls=$(asked 1)
[ -z "$calls" ] || fail "without the user: $calls"

calls=$(asked 0)
has "set_param command /usr/sbin/bluebrokerd --runtime-dir /var/run/bluebrokerd"
has "set_param user someone"
has "set_param group some"
has_not add_jail
has_not capabilities

: > "$work/ujail"
chmod +x "$work/ujail"
calls=$(asked 0)
has "add_jail bluebrokerd"
has "set_param capabilities /etc/capabilities/bluebrokerd.json"
has "set_param no_new_privs 1"
[ "$(echo "$calls" | sed -n '1p; $p')" = "$(printf 'open_instance\nclose_instance')" ] || fail "not one instance: $calls"

python3 - "$2" <<'PYTHON'
import json, sys
sets = json.load(open(sys.argv[1], encoding='utf-8'))
assert sets == dict.fromkeys(('bounding', 'effective', 'ambient', 'permitted', 'inheritable'), ['CAP_NET_RAW']), sets
PYTHON
echo "asked: $(echo "$calls" | wc -l) things"
