#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-without-systemd.sh UNIT PAGE: whether the page's section WITHOUT SYSTEMD says of each setting of the unit's service
# what does it elsewhere. A setting may be told by the beginning of its name.
set -eu
told=$(sed -n '/^# WITHOUT SYSTEMD/,/^# PRIVILEGES/p' "$2" | grep -oE '\*[A-Z][A-Za-z]+' | tr -d '*')
bad=0 n=0
for key in $(sed -n '/^\[Service\]/,/^\[Install\]/s/^\([A-Z][A-Za-z]*\)=.*/\1/p' "$1" | sort -u); do
	case $key in BusName | ExecStart) continue ;; esac
	n=$((n + 1))
	for word in $told; do
		case $key in "$word"*) continue 2 ;; esac
	done
	echo "$2 does not say what does $key= on a machine without systemd"
	bad=1
done
[ $n -gt 0 ] && [ $bad = 0 ] && echo "$n settings"
