#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lopy.sh [OPTION...]: the server example of Pycom's page as a shell script: a GATT server with two services, whose values
# count how often they were read. `bluebrokerctl serve` runs it again for each thing that happens. OPTIONs are those of
# `bluebrokerctl serve`.
set -eu

# Counts reads as bytes in a file, so that none is lost when two come at the same time.
count() {
	printf x >> "$LOPY_STATE/$1"
	wc -c < "$LOPY_STATE/$1"
}

case ${BLUEBROKER_EVENT:-start} in
start)
	LOPY_STATE=$(mktemp -d)
	export LOPY_STATE
	trap 'rm -r "$LOPY_STATE"' EXIT
	trap 'kill $!' INT TERM
	exec 3<&0	# a background command would have /dev/null as standard input
	bluebrokerctl serve "$(dirname "$0")/lopy.serve" --exec "'$0'" "$@" <&3 &
	status=0
	wait $! || status=$?
	# a trapped signal ends "wait" early: wait on until the server has ended
	while kill -0 $! 2> /dev/null; do
		status=0
		wait $! || status=$?
	done
	exit "$status"
	;;
read)
	case $BLUEBROKER_CHARACTERISTIC in
	counter) echo "u32:$(count counter)" ;;
	number) echo "u16:$((0x1234 + $(count number)))" ;;
	esac
	;;
connect | disconnect) echo "Client ${BLUEBROKER_EVENT}ed: $BLUEBROKER_CLIENT" ;;
write) echo "Write to $BLUEBROKER_CHARACTERISTIC: $BLUEBROKER_VALUE" ;;
esac
