# SPDX-License-Identifier: GPL-2.0-or-later
"""The modules that a script of the boards imports, for bluebroker-pycom: not for other programs."""
