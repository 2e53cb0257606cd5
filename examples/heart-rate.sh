#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# heart-rate.sh [SECONDS]: the quick usage example of Pycom's page, with busctl alone, in the session of your Unix user.
# Scans for a device called "Heart Rate" (20 seconds at most), connects to it, lists its services and characteristics
# with the value of each that can be read, and disconnects.
set -eu
name=com.example.Bluetooth
ADV_NAME_CMPL=9
PROP_READ=2
link=''

call() { busctl --system --timeout=30 -- call $name "$@"; }
property() { busctl --system -- get-property $name "$@"; }
bt() { call /com/example/Bluetooth/hci0 $name.Session1 "$@"; }

cleanup() {
	bt StopScan || true
	[ -z "$link" ] || call "$link" $name.Connection1 Disconnect || true
}

# The paths of an answer like: ao 2 "/a" "/b"
paths() { tr -d '"' <<< "$1" | cut -d ' ' -f 3-; }

# Prints the address of the device with that complete name, when it is heard.
find_device() {
	local answer adv
	while [ $SECONDS -lt "$2" ]; do
		# a(syynay) 0, or a(syynay) 1 "ADDRESS" ADDR_TYPE ADV_TYPE RSSI LENGTH BYTE...
		answer=$(bt GetAdv)
		read -ra adv <<< "$answer"
		if [ "${adv[1]}" = 1 ]; then
			answer=$(bt ResolveAdvData ayy "${adv[@]:6}" $ADV_NAME_CMPL)
			if [ "$answer" = "av 1 s \"$1\"" ]; then
				echo "${adv[2]//\"/}"
				return
			fi
		fi
		sleep 0.05
	done
	echo "no device called '$1'" >&2
	return 1
}

bt StartScan i -1
trap cleanup EXIT
address=$(find_device 'Heart Rate' "${1:-20}")
link=$(bt Connect 'sa{sv}' "$address" 1 timeout u 20000 | cut -d '"' -f 2)

services=$(call "$link" $name.Connection1 Services)
for service in $(paths "$services"); do
	uuid=$(property "$service" $name.RemoteService1 UUID)
	echo "service ${uuid//[s \"]/}"
	characteristics=$(call "$service" $name.RemoteService1 Characteristics)
	for characteristic in $(paths "$characteristics"); do
		uuid=$(property "$characteristic" $name.RemoteCharacteristic1 UUID)
		properties=$(property "$characteristic" $name.RemoteCharacteristic1 Properties)
		line="  characteristic ${uuid//[s \"]/}"
		if [ $((${properties#u } & PROP_READ)) != 0 ]; then
			# ay LENGTH BYTE...
			answer=$(call "$characteristic" $name.RemoteCharacteristic1 Read 'a{sv}' 0)
			read -ra value <<< "$answer"
			line+=" =$([ "${value[1]}" = 0 ] || printf ' %02x' "${value[@]:2}")"
		fi
		echo "$line"
	done
done
