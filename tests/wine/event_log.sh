#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# event_log.sh PLATFORM_TEST.exe: the reason why a service failed arrives in Windows' event log.
#
# wine keeps no entries, but its errors tell of each. They go where whatever came first in a prefix writes, so this is a
# prefix of its own.
set -eu

[ $# -eq 1 ] || { echo "usage: event_log.sh PLATFORM_TEST.exe" >&2; exit 2; }
run=$(dirname "$(readlink -f "$0")")/wine_run.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/hbr-event-log.XXXXXX")

clear_away() {
    for server in /usr/lib/wine/wineserver wineserver; do
        command -v "$server" >/dev/null 2>&1 || continue
        WINEPREFIX=$work/prefix "$server" -k || true  # it may have ended
        WINEPREFIX=$work/prefix "$server" -w
        break
    done
    rm -rf "$work"
}
trap clear_away EXIT
trap 'exit 1' HUP INT TERM

code=0
HBR_WINEPREFIX=$work/prefix HBR_WINEDEBUG=-all,err+eventlog "$run" "$1" \
    --run_test=windows_service/a_service_that_fails_ends_with_an_exit_code_for_windows >"$work/output" 2>&1 || code=$?
cat "$work/output"
[ "$code" -eq 0 ] || { echo "event_log: the test of the service ended with $code" >&2; exit 1; }
grep -q 'ReportEventW L"The port is taken (TEST)\."' "$work/output" ||
    { echo "event_log: the event log was not told why the service failed" >&2; exit 1; }
echo "ok: the event log was told why the service failed"
