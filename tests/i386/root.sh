#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# root.sh COMMAND [ARGUMENT...]: runs a command in a 32-bit Debian, in the folder of the source and under its own path.
#
# The system is made once by debootstrap, lies in the cache, and is made again when it is missing, unfinished or has
# other packages than the list below. The command gets mounts and processes of its own (namespaces), which the kernel
# takes away when it ends, however it ends. Compiler results are shared with the builds outside. Needs root, and takes
# it through sudo.
set -euo pipefail

# What the builds and tests in it need. Nothing else needs to change when one is added. debootstrap looks for no package
# that provides another, so libselinux1-dev, which libfuse3-dev wants under its other name, is named here.
readonly packages=(
    g++ cmake ninja-build ccache git python3
    libssl-dev libzstd-dev libsqlite3-dev libfuse3-dev libselinux1-dev libpoco-dev libboost-test-dev
    attr acl libcap2-bin e2fsprogs util-linux
    wine32 wine patchelf
)
readonly suite=bookworm

[ $# -gt 0 ] || { echo "usage: root.sh COMMAND [ARGUMENT...]" >&2; exit 2; }
if [ "$(id -u)" -ne 0 ]; then
    exec sudo --preserve-env=HOME,XDG_CACHE_HOME,CCACHE_DIR bash "$(readlink -f "$0")" "$@"
fi
source_folder=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hbr-tests
root=$cache/i386-root
compiler_cache=${CCACHE_DIR:-$cache/ccache}
key="$suite ${packages[*]}"

is_made() { [ "$(cat "$root/hbr-complete" 2>/dev/null)" = "$key" ]; }

# The file that says that it is complete is written last, and removed first.
make_root() {
    echo "root.sh: making the 32-bit system (a minute or two)" >&2
    rm -f "$root/hbr-complete"
    rm -rf "$root"
    local log=$cache/i386-root.log list
    list=$(IFS=,; echo "${packages[*]}")
    debootstrap --arch=i386 --variant=minbase --include="$list" "$suite" "$root" >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; echo "root.sh: the 32-bit system cannot be made." >&2; exit 1; }
    rm -rf "$root"/var/cache/apt/archives/*.deb
    echo "$key" > "$root/hbr-complete"
}

mkdir -p "$cache" "$compiler_cache"
if ! is_made; then
    (flock 9; is_made || make_root) 9>"$cache/i386-root.lock"
fi

mkdir -p "$root$source_folder" "$root/ccache"
cp /etc/hosts "$root/etc/hosts"
export root source_folder compiler_cache
# wine finds itself through /proc. The child is killed with its parent, and all its processes with it.
exec unshare --mount --pid --fork --kill-child bash -euc '
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    mount --bind "$compiler_cache" "$root/ccache"
    mount --bind "$source_folder" "$root$source_folder"
    exec chroot "$root" setarch i386 env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        XDG_CACHE_HOME=/var/cache PYTHONDONTWRITEBYTECODE=1 CCACHE_DIR=/ccache CCACHE_BASEDIR="$source_folder" CCACHE_NOHASHDIR=1 CMAKE_CXX_COMPILER_LAUNCHER=ccache \
        bash -euc '\''cd "$0"; exec "$@"'\'' "$source_folder" "$@"
' root.sh "$@"
