# SPDX-License-Identifier: GPL-2.0-or-later
# Checked so far: OE-Core of August 2026 (wrynose) parses it, and bitbake -n finds all that it needs. Not built yet.
# Builds the directory tree that this layer is in. For a release instead, take out externalsrc and its two lines, and set
# SRC_URI.
SUMMARY = "Bluetooth radio broker: one radio, many programs"
DESCRIPTION = "A D-Bus daemon that shares BlueZ's radios among programs, its command-line tool and its Python package."
LICENSE = "GPL-2.0-or-later AND MIT"
LIC_FILES_CHKSUM = "file://COPYING;md5=b234ee4d69f5fce4486a80fdaf4a4263"

DEPENDS = "bluez5 glib-2.0 glib-2.0-native"

inherit externalsrc meson pkgconfig python3-dir useradd features_check

EXTERNALSRC = "${@os.path.abspath(os.path.join(d.getVar('THISDIR'), '../../../..'))}"
EXTERNALSRC_BUILD = "${WORKDIR}/build"

# OE-Core has no other library with sd-event: libelogind would do (-Dsdbus=libelogind -Dinit=sysv).
REQUIRED_DISTRO_FEATURES = "systemd bluetooth"
DEPENDS += "systemd"
inherit systemd

# bluebroker-mqtt: its libraries are in meta-openembedded. Not tried yet.
PACKAGECONFIG ??= ""
PACKAGECONFIG[mqtt] = "-Dmqtt=enabled,-Dmqtt=disabled,mosquitto json-c"

EXTRA_OEMESON = " \
    -Dtests=false \
    -Dman=disabled \
    -Dsdbus=libsystemd \
    -Dsystemd_unit_dir=${systemd_system_unitdir} \
    -Dpython_dir=${PYTHON_SITEPACKAGES_DIR} \
"

USERADD_PACKAGES = "${PN} ${PN}-mqtt"
GROUPADD_PARAM:${PN} = "--system bluetooth"
USERADD_PARAM:${PN} = "--system --user-group --groups bluetooth --no-create-home --shell /sbin/nologin bluebroker"

# The group is the daemon's, too: whichever is installed first makes it.
GROUPADD_PARAM:${PN}-mqtt = "--system bluetooth"
USERADD_PARAM:${PN}-mqtt = "--system --user-group --no-create-home --shell /sbin/nologin bluebroker-mqtt"

SYSTEMD_PACKAGES = "${PN} ${PN}-mqtt"
SYSTEMD_SERVICE:${PN} = "bluebrokerd.service bluebrokerd-keys.socket"
SYSTEMD_AUTO_ENABLE:${PN} = "enable"
SYSTEMD_SERVICE:${PN}-mqtt = "${@bb.utils.contains('PACKAGECONFIG', 'mqtt', 'bluebroker-mqtt.service', '', d)}"
SYSTEMD_AUTO_ENABLE:${PN}-mqtt = "disable"

PACKAGES =+ "${PN}-mqtt ${PN}-tool python3-bluebroker"
FILES:${PN}-mqtt = " \
    ${sbindir}/bluebroker-mqtt \
    ${sysconfdir}/bluebroker-mqtt.conf \
    ${systemd_system_unitdir}/bluebroker-mqtt.service \
    ${nonarch_libdir}/sysusers.d/bluebroker-mqtt.conf \
    ${datadir}/bash-completion/completions/bluebroker-mqtt \
"
CONFFILES:${PN}-mqtt = "${sysconfdir}/bluebroker-mqtt.conf"
RDEPENDS:${PN}-mqtt = "${PN}"
FILES:${PN}-tool = "${bindir}/bluebrokerctl ${datadir}/bash-completion ${datadir}/zsh"
FILES:python3-bluebroker = "${bindir}/bluebroker-pycom ${PYTHON_SITEPACKAGES_DIR}/bluebroker"
FILES:${PN} += "${systemd_system_unitdir} ${nonarch_libdir}/sysusers.d ${datadir}/dbus-1"
CONFFILES:${PN} = "${sysconfdir}/bluebrokerd.conf"

RDEPENDS:${PN} = "bluez5 dbus"
RRECOMMENDS:${PN} = "${PN}-tool"
# python3-pygobject: meta-openembedded has it where OE-Core has not
RDEPENDS:python3-bluebroker = "${PN} python3-core python3-asyncio python3-pygobject"
