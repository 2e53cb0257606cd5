# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of bluebrokerd(8), bluebroker-mqtt(8) and bluebroker-pycom(1) for bash: their --help has all their options.
# shellcheck shell=bash

if declare -F _comp_complete_longopt >/dev/null; then
	complete -F _comp_complete_longopt bluebrokerd bluebroker-mqtt bluebroker-pycom
else
	complete -F _longopt bluebrokerd bluebroker-mqtt bluebroker-pycom
fi
