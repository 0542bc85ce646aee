#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# console.sh HBR.exe INTERRUPT.exe: the Windows program as a person at a console meets it, under wine: exit codes, odd
# arguments, and Ctrl-C in the middle of a backup.
set -eu

[ $# -eq 2 ] || { echo "usage: console.sh HBR.exe INTERRUPT.exe" >&2; exit 2; }
hbr=$(readlink -f "$1")
interrupt=$(readlink -f "$2")
run=$(dirname "$(readlink -f "$0")")/wine_run.sh

work=$(mktemp -d "${TMPDIR:-/tmp}/hbr-console.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

windows_path() { printf 'Z:%s' "$1" | tr / '\\'; }
fail() { echo "console: $*" >&2; cat "$work/output" >&2; exit 1; }

export HBR_CONFIG_DIR="$(windows_path "$work/config")"
export HBR_STATE_DIR="$(windows_path "$work/state")"
export HBR_PASSWORD='correct horse battery staple'

# ends_with CODE WHAT PATTERN COMMAND...: the command ends with the code and says what matches.
ends_with() {
    expected=$1 what=$2 pattern=$3
    shift 3
    code=0
    "$run" "$@" >"$work/output" 2>&1 || code=$?
    [ "$code" -eq "$expected" ] || fail "$what ended with $code instead of $expected"
    [ -z "$pattern" ] || grep -q "$pattern" "$work/output" || fail "$what does not say '$pattern'"
    echo "ok: $what ends with $code"
}

vault=$(windows_path "$work/vault ☃ 雪")
mkdir "$work/source" "$work/empty"
echo content > "$work/source/ünïcode 💾.txt"
ends_with 0 "a vault with a Unicode name" "雪" "$hbr" vault create "$vault" --name snow
ends_with 0 "a backup" "" "$hbr" backup run --vault snow "$(windows_path "$work/source")"
ends_with 0 "a name out of a Unicode argument" "content" "$hbr" cat latest "$(windows_path "$work/source/ünïcode 💾.txt")" --vault "$vault"
ends_with 2 "a word that is no command" "CLI-" "$hbr" bakcup run
ends_with 4 "a source that is not there" "FILES-0004" "$hbr" backup run --vault "$vault" 'Z:\nowhere at all'
ends_with 0 "the completion of PowerShell" "Register-ArgumentCompleter" "$hbr" completion powershell

# A file that takes long to read and no room. The key is pressed once the backup has begun its session, which is the
# journal's entry after those of the two steps above.
truncate -s 60G "$work/source/long"
next=$(printf '%016x' "$(find "$work"/vault*/journal -type f | wc -l)")
ends_with 130 "Ctrl-C in a backup" "hbr: " "$interrupt" "$vault\\journal\\$next" "$(windows_path "$hbr")" backup run --vault "$vault" "$(windows_path "$work/source")"
rm "$work/source/long"
ends_with 0 "the vault after Ctrl-C" "" "$hbr" verify --vault "$vault" --depth data
[ "$("$run" "$hbr" point list --vault "$vault" --json 2>/dev/null | grep -o '"client":' | wc -l)" -eq 1 ] ||
    fail "the interrupted backup left a restore point"
ends_with 0 "a backup after Ctrl-C" "" "$hbr" backup run --vault "$vault" "$(windows_path "$work/source")"
