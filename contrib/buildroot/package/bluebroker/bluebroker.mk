################################################################################
#
# bluebroker
#
################################################################################

# For BR2_EXTERNAL=PATH/contrib/buildroot. Checked so far, with Buildroot of August 2026: check-package, the configuration,
# show-info, and that Buildroot configures, builds and installs it, for x86_64 with Debian 12's compiler and libraries in the
# place of its own. What it depends on was not built, and nothing was booted.
# The directory tree that this file is in
BLUEBROKER_VERSION = 0.7.0
BLUEBROKER_SITE = $(realpath $(BR2_EXTERNAL_BLUEBROKER_PATH)/../..)
BLUEBROKER_SITE_METHOD = local
# What was built in the tree itself
BLUEBROKER_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude=/build*
BLUEBROKER_LICENSE = GPL-2.0-or-later, MIT (bluebroker-stream.h)
BLUEBROKER_LICENSE_FILES = COPYING
# host-libglib2 has gdbus-codegen
BLUEBROKER_DEPENDENCIES = bluez5_utils host-libglib2 libglib2 systemd

BLUEBROKER_CONF_OPTS = \
	-Dtests=false \
	-Dman=disabled \
	-Dinit=systemd \
	-Dsdbus=libsystemd

# Not tried yet
ifeq ($(BR2_PACKAGE_BLUEBROKER_MQTT),y)
BLUEBROKER_CONF_OPTS += -Dmqtt=enabled
BLUEBROKER_DEPENDENCIES += json-c mosquitto
define BLUEBROKER_MQTT_USER
	bluebroker-mqtt -1 bluebroker-mqtt -1 * - - bluetooth Bluetooth gateway for MQTT
endef
else
BLUEBROKER_CONF_OPTS += -Dmqtt=disabled
endif

ifeq ($(BR2_PACKAGE_PYTHON3),y)
BLUEBROKER_CONF_OPTS += -Dpython_dir=lib/python$(PYTHON3_VERSION_MAJOR)/site-packages
else
BLUEBROKER_CONF_OPTS += -Dpython_dir=share/bluebroker-python
define BLUEBROKER_REMOVE_PYTHON
	rm -rf $(TARGET_DIR)/usr/bin/bluebroker-pycom \
		$(TARGET_DIR)/usr/share/bluebroker-python
endef
BLUEBROKER_POST_INSTALL_TARGET_HOOKS += BLUEBROKER_REMOVE_PYTHON
endif

define BLUEBROKER_USERS
	bluebroker -1 bluebroker -1 * - - bluetooth Bluetooth radio broker
	$(BLUEBROKER_MQTT_USER)
endef

$(eval $(meson-package))
