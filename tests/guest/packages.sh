#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packages.sh HBR: makes the packages for Linux of a built program and tries them under a real systemd, in a machine that
# has nothing but a base system: tarball.sh, then debian.sh. guest.sh boots the machine.
set -euo pipefail

source_folder=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
[ $# -eq 1 ] || { echo "usage: packages.sh HBR" >&2; exit 2; }
hbr=$(readlink -f "$1")

work=$(mktemp -d "${TMPDIR:-/var/tmp}/hbr-payload.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/payload" "$work/packages"
# The same program as two versions: what is tried is the way from one to the next.
for version in 1.0.0 1.0.1; do
    tarball=$("$source_folder/installer/make_tarball" "$hbr" "$(uname -m)" "$version" "$work/packages")
    tar -xzf "$tarball" -C "$work/payload"
done
mv "$work"/payload/hbr-1.0.0-* "$work/payload/first"
mv "$work"/payload/hbr-1.0.1-* "$work/payload/next"
mv "$("$source_folder/installer/make_deb" "$hbr" 1.0.0 "$work/packages")" "$work/payload/hbr.deb"
cp "$source_folder"/tests/guest/{checks,tarball,debian}.sh "$work/payload/"
cat > "$work/payload/run.sh" <<'RUN'
code=0
for part in tarball debian; do
    echo "=== $part, $(cut -d ' ' -f 1 /proc/uptime) s after the start"
    bash "$part.sh" || code=1
done
echo "=== the end, $(cut -d ' ' -f 1 /proc/uptime) s after the start"
exit "$code"
RUN
"$source_folder/tests/guest/guest.sh" "$work/payload"
