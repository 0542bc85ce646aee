#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# installer.sh BUILD MACHINE: the installer for Windows under wine, in a prefix of its own: install with a port, the
# service answers, a backup by the page, upgrade, downgrade refused, a taken port refused, uninstall. MACHINE is x64 or x86.
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: installer.sh BUILD MACHINE" >&2; exit 2; }
tests=$(dirname "$(dirname "$(readlink -f "$0")")")
build=$(readlink -f "$1")
run=$tests/wine/wine_run.sh
# shellcheck source=tests/guest/checks.sh disable=SC1091
. "$tests/guest/checks.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/hbr-installer.XXXXXX")
export HBR_WINEPREFIX=$work/prefix
unset HBR_CONFIG_DIR HBR_STATE_DIR HBR_LOG_DIR HBR_PORT HBR_LISTEN
for server in /usr/lib/wine/wineserver64 /usr/lib/wine/wineserver wineserver; do
    ! command -v "$server" >/dev/null 2>&1 || break
done

clear_away() {
    [ -z "${holder:-}" ] || kill "$holder" 2>/dev/null || true
    WINEPREFIX=$work/prefix "$server" -k || true  # it may have ended
    WINEPREFIX=$work/prefix "$server" -w
    rm -rf "$work"
}
trap clear_away EXIT
trap 'exit 1' HUP INT TERM

# shellcheck disable=SC1003
windows_path() { printf 'Z:%s' "$1" | tr / '\\'; }
# In wine's drive C:, where paths have no spaces of the host's.
drive=$work/prefix/drive_c
program="$drive/Program Files/HBR/hbr.exe"
hbr() { "$run" "$program" "$@"; }
# Exit codes pass through modulo 256: 1603, a failed installation, comes out as 67, and 3010 as 194: done, and what a
# process that was just ending still held is for the next start.
msi() {
    local code=0
    "$run" msiexec.exe "$@" /qn /l "$(windows_path "$work/log")" || code=$?
    [ "$code" -ne 0 ] || return 0
    echo "msiexec ended with $code (modulo 256)" >&2
    [ "$code" -eq 194 ]
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" | head -n 1; }
has_completed() { request "$port" GET "/api/v1/jobs/$1" | grep -q '"state":"completed"'; }
log_tells() { tr -d '\0' < "$work/log" | grep -q "$1"; }
is_gone() { [ ! -e "$1" ]; }
runs() { grep -qsF "$program" /proc/[0-9]*/maps; }
# The service says that it has stopped while its process still ends, and wine cannot remove what a process holds.
has_stopped() { "$run" net.exe stop hbr && await fails runs; }

# The names stay: two versions of the same program.
for version in 1.0.0 1.0.1; do
    "$tests/../installer/make_msi" "$build" "$2" "$version" "$work" >/dev/null
done
first=$(windows_path "$work/hbr-1.0.0-windows-$2.msi")
next=$(windows_path "$work/hbr-1.0.1-windows-$2.msi")
"$run" cmd.exe /c ver >/dev/null  # makes the prefix
# One that stays, or the service would end with the installer that started it.
WINEPREFIX=$work/prefix "$server" -w
WINEPREFIX=$work/prefix "$server" -p

port=$(free_port)
python3 -m http.server --protocol HTTP/1.1 --bind 127.0.0.1 "$port" >/dev/null 2>&1 &
holder=$!
await answers "$port" GET /
check 'a taken port is refused' fails msi /i "$first" "PORT=$port"
check 'and the log tells why' log_tells "port $port is taken by"
check 'nothing is installed then' is_gone "$program"
kill "$holder"; wait "$holder" || true
holder=

check 'it is installed with a port' msi /i "$first" "PORT=$port"
check 'the page answers there' await page_answers "$port"
check 'the program says so, too' hbr service status
check 'the log lies below the installation folder' \
    grep -q "the page is at http://localhost:$port" "$drive/Program Files/HBR/logs/agent.log"

mkdir -p "$drive/data/deep" "$drive/back"
head -c 3000000 /dev/urandom > "$drive/data/deep/file"
check 'a vault is made by the page' answers "$port" POST /api/v1/vaults \
    '{"name":"disk","folder":"C:\\vault","password":"correct horse battery staple"}'
plan=$(request "$port" POST /api/v1/plans '{"name":"data","vault":"disk","sources":["C:\\data"]}' | field id)
job=$(request "$port" POST "/api/v1/plans/$plan/run" | number id)
check 'a backup is made by the service' await has_completed "$job"
point=$(request "$port" GET "/api/v1/points?plan=$plan&limit=1" | field id)
restore=$(request "$port" POST /api/v1/restores \
    "{\"vault\":\"disk\",\"point\":\"$point\",\"target\":\"C:\\\\back\",\"verify\":true}" | number id)
check 'it is restored by the service' await has_completed "$restore"
restored=$(find "$drive/back" -name file -type f | head -n 1)
check 'byte for byte' cmp "$drive/data/deep/file" "$restored"

check 'it is upgraded' msi /i "$next"
check 'the port stays' await page_answers "$port"
check 'the plan stays' answers "$port" GET "/api/v1/plans/$plan"
check 'an older version is refused' fails msi /i "$first"
check 'the newer one goes on' await page_answers "$port"
check 'it is stopped' has_stopped
check 'it is removed' msi /x "$next"
check 'the program is gone' is_gone "$program"
check 'the page does not answer' fails page_answers "$port" 2>/dev/null
settings=$drive/ProgramData/HBR/config
check 'the settings stay' test -e "$settings/agent.conf"
check 'it is installed again, into folders of its own' \
    msi /i "$first" 'INSTALLDIR=C:\Elsewhere' 'DATADIR=C:\Data of HBR' "PORT=$port"
check 'the page answers' await page_answers "$port"
check 'the settings lie where they were wanted' test -e "$drive/Data of HBR/config/agent.conf"
check 'it is upgraded there' msi /i "$next"
check 'the program stays in its folder' test -e "$drive/Elsewhere/hbr.exe"
check 'and finds its settings' await page_answers "$port"
check 'removed with what it has' msi /x "$next" PURGE=1
check 'the settings are gone' is_gone "$drive/Data of HBR/config"
check 'the vault stays' test -d "$drive/vault/packs"
[ "${failures:?}" -eq 0 ]
