#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# round_trip.sh HBR.exe: backs a small tree up, verifies it and restores it elsewhere with the Windows program under
# wine, and compares every byte with what there was.
set -eu

[ $# -eq 1 ] || { echo "usage: round_trip.sh HBR.exe" >&2; exit 2; }
hbr=$(readlink -f "$1")
run=$(dirname "$(readlink -f "$0")")/wine_run.sh

work=$(mktemp -d "${TMPDIR:-/tmp}/hbr-wine.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Settings and state of the test's own; wine hands both variables on to the program.
export HBR_CONFIG_DIR="$(printf 'Z:%s' "$work/config" | tr / '\\')"
export HBR_STATE_DIR="$(printf 'Z:%s' "$work/state" | tr / '\\')"
export HBR_PASSWORD='correct horse battery staple'

# windows_path PATH: the path as the Windows program sees it; wine shows the host's root as drive Z:.
windows_path() { printf 'Z:%s' "$1" | tr / '\\'; }

fail() { echo "round_trip: $*" >&2; exit 1; }

# step WHAT COMMAND...: runs the program and ends the test with its output when it fails.
step() {
    what=$1
    shift
    "$run" "$hbr" "$@" >"$work/output" 2>&1 || { code=$?; cat "$work/output" >&2; fail "$what ended with $code"; }
    echo "ok: $what"
}

# Unicode, an empty file, an empty folder, nesting, duplicates, text that compresses and bytes that do not.
source=$work/source
mkdir -p "$source/nested/深い/ünïcode ☃" "$source/empty folder"
: > "$source/empty"
printf 'hello\r\nworld\r\n' > "$source/nested/text.txt"
printf 'snow' > "$source/nested/深い/ünïcode ☃/雪 💾.dat"
head -c 5242880 /dev/urandom > "$source/nested/five mebibytes.bin"
cp "$source/nested/five mebibytes.bin" "$source/nested/深い/the same again.bin"
seq 1 200000 > "$source/numbers.txt"
i=0
while [ $i -lt 50 ]; do
    echo "small file $i" > "$source/empty folder/../small-$i"
    i=$((i + 1))
done
touch -d '2001-02-03 04:05:06.789 UTC' "$source/numbers.txt" "$source/nested/text.txt"

vault=$(windows_path "$work/vault")
step "creating the vault" vault create "$vault"
step "the first backup" backup run --vault "$vault" "$(windows_path "$source")"
echo "changed" >> "$source/nested/text.txt"
step "the second backup" backup run --vault "$vault" "$(windows_path "$source")"
step "verifying" verify --vault "$vault"
mkdir "$work/target"
step "restoring" restore latest --vault "$vault" --target "$(windows_path "$work/target")"

# The source keeps its path below the target; how much of it is the restore's business.
restored=$(find "$work/target" -type d -name source | head -n 1)
[ -n "$restored" ] || { find "$work/target" >&2; fail "the restored tree is nowhere below the target"; }
diff -r "$source" "$restored" || fail "the restored tree differs"
(cd "$source" && find . -type f -printf '%P %s %T@\n' | sed 's/\(\.[0-9]\{7\}\)[0-9]*$/\1/' | sort) > "$work/before"
(cd "$restored" && find . -type f -printf '%P %s %T@\n' | sed 's/\(\.[0-9]\{7\}\)[0-9]*$/\1/' | sort) > "$work/after"
# Windows keeps times to 100 ns, so the digits past those are cut off on both sides.
diff "$work/before" "$work/after" || fail "sizes or times differ"

# A restore that is killed once it has something half done, or is through by then, is completed by the next one.
mkdir "$work/killed"
"$run" "$hbr" restore latest --vault "$vault" --target "$(windows_path "$work/killed")" >/dev/null 2>&1 &
shell=$!
while kill -0 $shell 2>/dev/null && [ -z "$(find "$work/killed" -name '.hbr-restore-*' 2>/dev/null)" ]; do :; done
pgrep -f "^[^ ]*hbr\.exe restore .*${work##*/}.killed" | xargs -r kill -9
wait $shell || true
echo "killed with $(find "$work/killed" -name '.hbr-restore-*' | wc -l) unfinished files"
step "the restore after a killed one" restore latest --vault "$vault" --target "$(windows_path "$work/killed")"
diff -r "$restored" "$(find "$work/killed" -type d -name source | head -n 1)" || fail "the completed restore differs"

# Names that only a folder that tells letter case apart holds; wine's source does, its target does not.
mkdir -p "$work/twins/Folder" "$work/twins/folder"
echo first > "$work/twins/Name"; echo second > "$work/twins/name"
echo first > "$work/twins/Folder/inside"; echo second > "$work/twins/folder/inside"
step "backing up names that differ in case" backup run --vault "$vault" "$(windows_path "$work/twins")"
"$run" "$hbr" browse latest "$(windows_path "$work/twins")" --vault "$vault" >"$work/output" 2>&1
[ "$(grep -ci 'name$\|folder$' "$work/output")" -eq 4 ] || { cat "$work/output" >&2; fail "not all four names are stored"; }
code=0
"$run" "$hbr" restore latest --vault "$vault" --target "$(windows_path "$work/one case")" >"$work/output" 2>&1 || code=$?
[ "$code" -eq 3 ] && grep -q FILES-0028 "$work/output" || { cat "$work/output" >&2; fail "twins ended with $code"; }
[ "$(find "$work/one case" -type f -exec cat {} + | sort -u)" = first ] || fail "a twin replaced the other"
[ "$(find "$work/one case" -type f | wc -l)" -eq 2 ] || fail "the first of the twins are not all there"
echo "ok: names that differ in case are faults where case is ignored"

echo 'not the password' > "$work/wrong"
wrong=$(windows_path "$work/wrong")
if "$run" "$hbr" verify --vault "$vault" --password-file "$wrong" >"$work/output" 2>&1; then
    fail "a wrong password was taken"
fi
echo "ok: a wrong password is refused"
echo "The tree came back as it was."
