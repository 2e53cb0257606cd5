# SPDX-License-Identifier: GPL-2.0-or-later
# To be sourced: how scripts build, run tests and count them.
# shellcheck shell=bash disable=SC2015,SC2034,SC2154

passed=0 failed=0 left_out=
finish() {
	trap - EXIT
	[ -z "$left_out" ] || echo "$left_out"
	echo "$passed passed, $failed failed"
	if [ "$failed" = 0 ] && [ "$passed" -gt 0 ]; then exit 0; else exit 1; fi
}
trap finish EXIT
trap 'failed=$((failed + 1)); echo "interrupted"; exit 1' INT TERM HUP

step() { printf '\n== %s ==\n' "$*"; }

# fail WHAT: counts what went wrong outside of a test.
fail() {
	echo "FAILED: $*"
	failed=$((failed + 1))
}

# What meson and ninja are to be run by (scripts/in-root), if not here.
inside=()

# build DIR OPTION...: sets up and compiles.
build() {
	local dir=$1
	shift
	if [ -f "$dir/build.ninja" ]; then
		${inside[@]+"${inside[@]}"} meson configure "$dir" "$@"
	else
		${inside[@]+"${inside[@]}"} meson setup "$dir" "$@"
	fi && ${inside[@]+"${inside[@]}"} ninja -C "$dir"
}

# tests DIR NAME ARGUMENT...: runs meson test, and counts by its machine-readable log. What was skipped did not pass:
# everything that a test needs was installed above.
tests() {
	local dir=$1 name=$2 counts good bad
	shift 2
	rm -f "$dir/meson-logs/testlog-$name.json"
	${inside[@]+"${inside[@]}"} meson test -C "$dir" --no-rebuild --print-errorlogs --logbase "testlog-$name" "$@"
	counts=$(python3 - "$dir/meson-logs/testlog-$name.json" <<-'PYTHON'
		import json, sys
		tests = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]
		bad = [test for test in tests if test['result'] not in ('OK', 'EXPECTEDFAIL')]
		print(len(tests) - len(bad), len(bad))
		for test in bad:
		    print(f"{test['name'].split(' / ')[-1]}: {test['result']}")
	PYTHON
	) || { fail "no test of '$name' ran"; return; }
	read -r good bad <<<"$counts"
	passed=$((passed + good)) failed=$((failed + bad))
	tail -n +2 <<<"$counts"
	[ $((good + bad)) -gt 0 ] || fail "no test of '$name' ran"
}

# root SUITE NAME PACKAGE...: another Debian release; its directory is in $root.
root() {
	step "Debian $1"
	need_packages "${root_packages[@]}" && root=$(scripts/debian-root "$@") || { fail "no Debian $1"; exit; }
}
