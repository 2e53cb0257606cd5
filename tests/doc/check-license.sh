#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-license.sh REUSE TOP: whether the tree says by file what its license is, as REUSE has it. Looks at a copy without
# what builds have made: where REUSE cannot ask git what is ignored, it takes meson's own files for the project's.
set -eu
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cd "$2"
for name in * .[!.]*; do
	case $name in
	build* | .git) ;;
	*) [ -d "$name/meson-private" ] || cp -a "$name" "$copy" ;;
	esac
done
[ -f "$copy/COPYING" ] && "$1" --root "$copy" lint
