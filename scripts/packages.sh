# SPDX-License-Identifier: GPL-2.0-or-later
# To be sourced: what the scripts need of Debian, and how they get it.
# shellcheck shell=bash disable=SC2034

# What is run here, and what is for the machine that is built for
build_tools=(meson ninja-build gcc pkg-config libglib2.0-dev-bin bluez dbus)
build_libraries=(libc6-dev libsystemd-dev libglib2.0-dev libbluetooth-dev libmosquitto-dev libjson-c-dev check)
build_packages=("${build_tools[@]}" "${build_libraries[@]}")
# A broker. Debian starts it, for programs of this machine, at port 1883; what is run here starts others, at ports of their own.
mqtt_packages=(mosquitto mosquitto-clients)
test_packages=(scdoc valgrind man-db bluez-test-tools systemd python3 python3-bleak python3-dbus python3-dbus-fast python3-gi
	bluez-test-scripts mypy flake8 bash-completion zsh reuse "${mqtt_packages[@]}" python3-paho-mqtt openssl)
# Of another Debian release, for the guest: its bluetoothd, and programs for BlueZ as it has them. And what it takes to get it.
bluez_packages=(bluez dbus python3-bleak python3-dbus python3-gi bluez-test-scripts)
root_packages=(mmdebstrap)
# To build Debian packages, and to look at them.
package_packages=(build-essential debhelper dh-python meson pkg-config libsystemd-dev libglib2.0-dev
	libglib2.0-dev-bin libbluetooth-dev libmosquitto-dev libjson-c-dev check scdoc man-db systemd python3 python3-gi
	lintian blhc devscripts)
# Of the systems in which they are tried: one that is clean, as a small server is, with what it can install
# then; and one with autopkgtest, and all that those tests need.
clean_packages=(systemd-sysv udev dbus)
offered_packages=(bluez libbluetooth3 libmosquitto1 libjson-c5)
autopkgtest_packages=(systemd-sysv autopkgtest bluez bluez-test-tools dbus libbluetooth3 python3-gi mosquitto mosquitto-clients
	libmosquitto1 libjson-c5)
kernel_packages=(linux-source-6.1 build-essential flex bison bc libelf-dev xz-utils perl busybox-static)

# as_root COMMAND...: needs root or sudo.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# need_packages PACKAGE...: installs those that are missing; says what to do where that is not possible.
need_packages() {
	local package missing=()

	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		echo "This is not Debian: nothing is installed. Needed are what Debian calls: $*" >&2
		return 0
	fi
	for package; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		echo "These packages are missing, and only root can install them:" >&2
		echo "  apt-get install ${missing[*]}" >&2
		return 1
	fi
	echo "Installing ${missing[*]}" >&2
	install_packages "${missing[@]}" || {
		as_root apt-get update -q >&2
		install_packages "${missing[@]}"
	} || {
		echo "apt-get could not install: ${missing[*]}" >&2
		return 1
	}
}

install_packages() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}
