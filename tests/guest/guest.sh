#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# guest.sh FOLDER: boots a Debian with systemd and runs FOLDER/run.sh in it as root, in a copy of FOLDER; prints what that
# prints, and ends as it does.
#
# The system is made once by debootstrap, lies in the cache, and is made again when it is missing, unfinished or has
# other packages than the list below. Nothing that a run changes stays. The processor is emulated, so that no rights or
# hardware for virtual machines are needed; a run takes some minutes. Needs root for debootstrap, and takes it through
# sudo.
set -euo pipefail

readonly packages=(systemd systemd-sysv udev dbus linux-image-cloud-amd64 e2fsprogs kmod procps sqlite3)
# What the Debian package of HBR needs beyond a base system is not installed: it lies in /var/lib/guest-packages.
readonly for_package=(
    libpocofoundation80 libpocojson80 libpoconet80 libpoconetssl80 libpococrypto80 libpocoutil80 libpocoxml80 libpcre3
)
readonly suite=bookworm
readonly longest=25m

[ $# -eq 1 ] || { echo "usage: guest.sh FOLDER" >&2; exit 2; }
if [ "$(id -u)" -ne 0 ]; then
    exec sudo --preserve-env=HOME,XDG_CACHE_HOME bash "$(readlink -f "$0")" "$@"
fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hbr-tests
system=$cache/guest
key="$(cat "$(readlink -f "$0")" | sha256sum)"

is_made() { [ "$(cat "$system/complete" 2>/dev/null)" = "$key" ]; }

# Runs what lies on the second disk, once the system is up, with its output on the second serial line.
add_runner() {
    cat > "$1/etc/systemd/system/guest-run.service" <<'UNIT'
[Unit]
After=basic.target
[Service]
Type=oneshot
StandardOutput=file:/dev/ttyS1
StandardError=inherit
ExecStart=/bin/bash -c 'mount /dev/vdb /mnt && cd /mnt && bash run.sh; echo "guest ended with $?"'
ExecStopPost=/bin/systemctl poweroff -f -f
UNIT
    mkdir -p "$1/etc/systemd/system/multi-user.target.wants"
    ln -sf ../guest-run.service "$1/etc/systemd/system/multi-user.target.wants/"
}

make_system() {
    echo "guest.sh: making the system (a minute or two)" >&2
    rm -rf "$system"
    mkdir -p "$system"
    local list tree=$system/tree
    list=$(IFS=,; echo "${packages[*]},${for_package[*]}")
    debootstrap --variant=minbase --include="$list" "$suite" "$tree" >"$system/log" 2>&1 ||
        { tail -n 20 "$system/log" >&2; echo "guest.sh: the system cannot be made." >&2; exit 1; }
    local package
    mkdir "$tree/var/lib/guest-packages"
    for package in "${for_package[@]}"; do
        mv "$tree/var/cache/apt/archives/${package}"_*.deb "$tree/var/lib/guest-packages/"
    done
    chroot "$tree" dpkg --purge "${for_package[@]}" >>"$system/log" 2>&1
    rm -rf "$tree"/var/cache/apt/archives/*.deb
    add_runner "$tree"
    cp "$tree"/boot/vmlinuz-* "$system/kernel"
    cp "$tree"/boot/initrd.img-* "$system/initrd"
    mke2fs -q -t ext4 -d "$tree" "$system/disk" 3G 2>/dev/null
    rm -rf "$tree"
    echo "$key" > "$system/complete"
}

mkdir -p "$cache"
(flock 9; is_made || make_system) 9>"$cache/guest.lock"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/hbr-guest.XXXXXX")
trap 'rm -rf "$work"' EXIT
mke2fs -q -t ext4 -d "$1" "$work/disk" 1G 2>/dev/null
timeout "$longest" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 1024 -smp 2 -no-reboot \
    -kernel "$system/kernel" -initrd "$system/initrd" -append "root=/dev/vda rw console=ttyS0 quiet" \
    -drive "file=$system/disk,if=virtio,format=raw,snapshot=on" -drive "file=$work/disk,if=virtio,format=raw" \
    -serial "file:$work/console" -serial "file:$work/output" -monitor none -display none || true
cat "$work/output"
if ! grep -q '^guest ended with 0' "$work/output"; then
    tail -n 20 "$work/console" >&2
    exit 1
fi
