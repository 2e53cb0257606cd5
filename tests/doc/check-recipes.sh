#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-recipes.sh TOP VERSION: whether the recipes for Yocto and Buildroot are for this version, know our license's text,
# and set no option that is not there.
set -eu
cd "$1"
yocto=contrib/yocto/recipes-connectivity/bluebroker/bluebroker_$2.bb
buildroot=contrib/buildroot/package/bluebroker/bluebroker.mk
bad=0

fail() {
	echo "$*" >&2
	bad=1
}

[ -f "$yocto" ] || { fail "there is no $yocto"; exit 1; }
grep -q "COPYING;md5=$(md5sum < COPYING | cut -d ' ' -f 1)\"" "$yocto" || fail "$yocto: COPYING is $(md5sum < COPYING)"
grep -qx "BLUEBROKER_VERSION = $2" "$buildroot" || fail "$buildroot: the version is $2"

options=$(grep -ohE -- '-D[a-z_-]+=' "$yocto" "$buildroot" | sed 's/^-D//; s/=$//' | sort -u)
[ -n "$options" ] || fail "no option at all"
for option in $options; do
	grep -q "^option('$option'" meson_options.txt || fail "there is no option $option"
done
exit $bad
