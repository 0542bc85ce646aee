#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# wine_run.sh PROGRAM.exe [ARGUMENT...]: runs a Windows program under wine, headless, in a prefix of the tests' own.
#
# The prefix lies in the cache, keyed by wine's version, and is made by whoever comes first; any number of programs
# may run side by side. Exit codes pass through modulo 256. HBR_WINEPREFIX names another prefix,
# HBR_WINEDEBUG the messages of wine's own that are wanted.
set -eu

wine=
for candidate in /usr/lib/wine/wine64 wine64 /usr/lib/wine/wine wine; do
    if command -v "$candidate" >/dev/null 2>&1; then
        wine=$candidate
        break
    fi
done
if [ -z "$wine" ]; then
    echo "wine_run: wine is missing. Install wine64 (or wine32 on a 32-bit system)." >&2
    exit 127
fi

unset DISPLAY WAYLAND_DISPLAY
# The 64-bit wine runs 64-bit programs alone, the one of a 32-bit system 32-bit programs alone.
WINEARCH=win64
[ "$wine" != /usr/lib/wine/wine ] || WINEARCH=win32
export WINEARCH WINEDEBUG="${HBR_WINEDEBUG:--all}"
# Without these, making the prefix waits for installers of .NET and of an HTML engine.
export WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe="

cache=${XDG_CACHE_HOME:-$HOME/.cache}/hbr-tests
version=$("$wine" --version | tr -c 'A-Za-z0-9.\n' '-' | sed 's/-*$//')
WINEPREFIX=${HBR_WINEPREFIX:-$cache/wine-prefix-$version}
export WINEPREFIX

if [ ! -e "$WINEPREFIX/hbr-ready" ]; then
    mkdir -p "$(dirname "$WINEPREFIX")"
    (
        flock 9
        if [ ! -e "$WINEPREFIX/hbr-ready" ]; then
            # What an interrupted attempt left behind is of no use; a folder named by hand is not ours to empty.
            [ -n "${HBR_WINEPREFIX:-}" ] || rm -rf "$WINEPREFIX"
            # wine's server outlives this shell for a moment and must not inherit the lock.
            "$wine" wineboot.exe --init >/dev/null 2>&1 </dev/null 9>&-
            # The program is made for Windows 10; wine's own default is Windows 7.
            "$wine" winecfg.exe -v win10 >/dev/null 2>&1 </dev/null 9>&-
            # Its registry is in the memory of wine's server until that ends. Whoever ends it with the system, as
            # tests/i386/root.sh does, would leave a prefix without folders, services and providers for good.
            "$(dirname "$(command -v "$wine")")/wineserver" -w >/dev/null 2>&1 </dev/null 9>&-
            [ -s "$WINEPREFIX/system.reg" ] || { echo "wine_run: wine cannot make $WINEPREFIX." >&2; exit 1; }
            : > "$WINEPREFIX/hbr-ready"
        fi
    ) 9>"$WINEPREFIX.lock"
fi
# The program's output goes to files first: wine's server and services, which outlive the program that starts them, would
# hold a pipe open, and whoever reads it would wait for them.
output=$(mktemp -d "${TMPDIR:-/tmp}/hbr-wine-run.XXXXXX")
trap 'rm -rf "$output"' EXIT
# One start in some thousands fails in wine itself, with any program, before that begins: it ends with 1, without a word
# or with one of wine's own. A program of HBR that fails says why.
neverBegan() {
    [ "$code" -eq 1 ] || return 1
    [ -s "$output/out" ] || [ -s "$output/err" ] || return 0
    grep -q '^wine client error:0: ' "$output/err" || grep -q '^ShellExecuteEx failed: Internal error' "$output/out"
}
for attempt in 1 2 3; do
    code=0
    "$wine" "$@" >"$output/out" 2>"$output/err" || code=$?
    neverBegan || break
    [ "$attempt" -eq 3 ] || sleep 1  # its server may be ending
done
cat "$output/out"
cat "$output/err" >&2
exit "$code"
