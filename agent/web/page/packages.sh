#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packages.sh: installs the packages of package-lock.json, unless they are there, and prints the folder that has them.
#
# They lie outside the source, in a cache folder named after the lock file's content: whoever changes the lock file gets
# others, and builds that share a lock file share them. The folder may be deleted at any time.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hbr-tests
key=$(sha256sum "$here/package-lock.json" | cut -c 1-16)
folder=$cache/page-$key

install_packages() {
    local work=$folder.new
    rm -rf "$work"
    mkdir -p "$work"
    cp "$here/package.json" "$here/package-lock.json" "$work"
    # No package gets to run anything while it is installed.
    (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
    # Whole or not there at all.
    mv "$work" "$folder"
}

for program in node npm; do
    if ! command -v "$program" >/dev/null; then
        echo "packages.sh: there is no '$program', which the management page is built with. Install Debian's" \
             "packages nodejs and npm." >&2
        exit 1
    fi
done
mkdir -p "$cache"
if [ ! -d "$folder" ]; then
    (flock 9; [ -d "$folder" ] || install_packages) 9>"$folder.lock"
fi
echo "$folder"
