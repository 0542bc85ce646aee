#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build_windows_dependencies.sh [x86_64|i686]: cross-builds the third-party libraries of the Windows program, once.
#
# Builds OpenSSL, zstd, SQLite and POCO as static mingw-w64 libraries from Debian's source packages into a folder of the
# cache that is keyed by the processor, their versions and this script, and prints that folder. Does nothing when it
# is there already. cmake/mingw.cmake finds the newest one through the link windows-x86_64-current or
# windows-i686-current beside it, or the folder that HBR_WINDOWS_PREFIX names.
#
# Needs: g++-mingw-w64-x86-64-posix or g++-mingw-w64-i686-posix, g++ dpkg-dev cmake ninja-build make perl tcl libssl-dev
# libzstd-dev libsqlite3-dev libpoco-dev libboost-test-dev. Compiles through ccache where CMAKE_CXX_COMPILER_LAUNCHER says so.
set -eu

cpu=${1:-x86_64}
case $cpu in
x86_64) openssl_target=mingw64 ;;
i686) openssl_target=mingw ;;
*) echo "usage: build_windows_dependencies.sh [x86_64|i686]" >&2; exit 2 ;;
esac
HOST=$cpu-w64-mingw32
# Built when the source of the version that is installed here cannot be had.
FALLBACK_OPENSSL=3.0.20-1~deb12u2

say() { printf '%s\n' "$*" >&2; }
die() { say "build_windows_dependencies: $*"; exit 1; }

for tool in "$HOST-gcc-posix" "$HOST-g++-posix" "$HOST-windmc" apt-get dpkg-source dpkg-query cmake ninja make perl tclsh patch flock; do
    command -v "$tool" >/dev/null || die "'$tool' is missing. Install g++-mingw-w64-x86-64-posix g++-mingw-w64-i686-posix dpkg-dev cmake ninja-build make perl tcl."
done
[ -d /usr/include/boost/test ] || die "Boost.Test is missing. Install libboost-test-dev."

installed_version() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true; }

script=$(readlink -f "$0")
openssl_version=$(installed_version libssl-dev)
zstd_version=$(installed_version libzstd-dev)
sqlite_version=$(installed_version libsqlite3-dev)
poco_version=$(installed_version libpoco-dev)
compiler_version=$("$HOST-gcc-posix" -dumpfullversion)
key=$( { cat "$script"; echo "$openssl_version $zstd_version $sqlite_version $poco_version $compiler_version"; } | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hbr-tests
prefix=$cache/windows-$cpu-$key

publish_current() {
    ln -sfn "windows-$cpu-$key" "$cache/windows-$cpu-current.$$"
    mv -T "$cache/windows-$cpu-current.$$" "$cache/windows-$cpu-current"
    printf '%s\n' "$prefix"
}

mkdir -p "$cache"
exec 9>"$cache/windows.lock"
flock 9
if [ -e "$prefix/complete" ]; then
    publish_current
    exit 0
fi

work=$(mktemp -d "$cache/windows-build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
stage=$work/stage
mkdir -p "$stage" "$work/src"

# --- sources ---------------------------------------------------------------------------------------------
# A private set of package lists, so that neither the machine's own lists nor its settings change.
mkdir -p "$work/apt/sources" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
for file in /etc/apt/sources.list.d/*.sources; do
    [ -e "$file" ] && grep -q '^Types:.*deb' "$file" && grep -q 'debian' "$file" || continue
    sed 's/^Types:.*/Types: deb-src/' "$file" > "$work/apt/sources/$(basename "$file")"
done
if [ -s /etc/apt/sources.list ]; then
    sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' /etc/apt/sources.list > "$work/apt/sources/main.list"
fi
cat > "$work/apt/apt.conf" <<CONF
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$work/apt/sources";
Dir::State::Lists "$work/apt/lists";
Dir::Cache "$work/apt/cache";
APT::Sandbox::User "";
CONF
export APT_CONFIG="$work/apt/apt.conf"
say "Fetching package lists"
apt-get -qq update >&2 || die "the lists of source packages cannot be fetched. Check the network and /etc/apt."

# fetch_source PACKAGE FOLDER VERSION...: unpacks the first version that can be had; an empty one means the newest.
fetch_source() {
    package=$1 folder=$2
    shift 2
    for version in "$@"; do
        rm -rf "$work/fetch"
        mkdir "$work/fetch"
        if (cd "$work/fetch" && apt-get -qq source --download-only "$package${version:+=$version}" >&2) &&
            dpkg-source --no-check -x "$work"/fetch/*.dsc "$work/src/$folder" >&2; then
            say "Took $package ${version:-newest}"
            return 0
        fi
        say "The source of $package ${version:-newest} cannot be had; trying the next version."
    done
    die "no source of $package can be had. Check the network and /etc/apt."
}
fetch_source openssl openssl "$openssl_version" "$FALLBACK_OPENSSL" ""
fetch_source libzstd zstd "$zstd_version" ""
fetch_source sqlite3 sqlite "$sqlite_version" ""
fetch_source poco poco "$poco_version" ""

# --- builds ----------------------------------------------------------------------------------------------
jobs=$(nproc)
# The folder has another name each time; without this the compiler's cache would never know a file again.
export CCACHE_BASEDIR="$work" CCACHE_NOHASHDIR=1

say "Building zstd"
cmake -S "$work/src/zstd/build/cmake" -B "$work/build-zstd" -G Ninja \
    -DCMAKE_SYSTEM_NAME=Windows -DCMAKE_C_COMPILER="$HOST-gcc-posix" -DCMAKE_CXX_COMPILER="$HOST-g++-posix" \
    -DCMAKE_RC_COMPILER="$HOST-windres" -DCMAKE_C_FLAGS=-D_WIN32_WINNT=0x0A00 -DCMAKE_BUILD_TYPE=Release \
    -DZSTD_BUILD_SHARED=OFF -DZSTD_BUILD_STATIC=ON -DZSTD_BUILD_PROGRAMS=OFF -DZSTD_MULTITHREAD_SUPPORT=OFF \
    -DZSTD_LEGACY_SUPPORT=OFF -DCMAKE_INSTALL_PREFIX="$stage" -DCMAKE_INSTALL_LIBDIR=lib >"$work/zstd.log" 2>&1 &&
    ninja -C "$work/build-zstd" -j"$jobs" install >>"$work/zstd.log" 2>&1 ||
    { tail -n 40 "$work/zstd.log" >&2; die "zstd does not build."; }

say "Building SQLite"
(
    # One file of C out of many, made by programs that run here; then compiled for Windows.
    cd "$work/src/sqlite"
    ./configure --disable-tcl --disable-shared
    make sqlite3.c sqlite3.h
    # Every option but the last is one of Debian's library, so that both systems behave alike; no code is ever loaded.
    ${CMAKE_CXX_COMPILER_LAUNCHER:-} "$HOST-gcc-posix" -O2 -D_WIN32_WINNT=0x0A00 -DSQLITE_THREADSAFE=1 \
        -DSQLITE_SECURE_DELETE -DSQLITE_OMIT_LOAD_EXTENSION -c sqlite3.c -o sqlite3.o
    "$HOST-gcc-ar-posix" rcs "$stage/lib/libsqlite3.a" sqlite3.o
    cp sqlite3.h "$stage/include/"
) >"$work/sqlite.log" 2>&1 || { tail -n 40 "$work/sqlite.log" >&2; die "SQLite does not build."; }

say "Building OpenSSL (some minutes)"
(
    cd "$work/src/openssl"
    # Debian's change to 32-bit assembly names ELF's offset table, which Windows does not have.
    patch -R -p1 <debian/patches/pic.patch
    # Its folder of settings is one that only administrators can make.
    ./Configure "$openssl_target" --cross-compile-prefix="$HOST-" --prefix="$stage" --libdir=lib \
        --openssldir='C:/Windows/HBR/ssl' no-shared no-tests no-dso no-engine no-legacy no-capieng \
        no-comp -D_WIN32_WINNT=0x0A00
    # One target a call: several at once race over generated files.
    make -j"$jobs" build_libs CC="${CMAKE_CXX_COMPILER_LAUNCHER:-} $HOST-gcc-posix"
    make install_dev CC="$HOST-gcc-posix"
) >"$work/openssl.log" 2>&1 || { tail -n 40 "$work/openssl.log" >&2; die "OpenSSL does not build."; }

say "Building POCO (a minute)"
(
    cd "$work/src/poco"
    # Names of headers as mingw-w64 writes them, and two macros of its wincrypt.h that are enumerators in POCO.
    grep -rlE '# *include *<(Winsock2|Iphlpapi)\.h>' Foundation Net Crypto NetSSL_OpenSSL Util |
        xargs sed -i -e 's/<Winsock2\.h>/<winsock2.h>/' -e 's/<Iphlpapi\.h>/<iphlpapi.h>/'
    sed -i 's|^#include "Poco/Net/ICMPPacketImpl.h"|&\n#undef TIMESTAMP_REQUEST\n#undef TIMESTAMP_RESPONSE|' \
        Net/include/Poco/Net/ICMPv4PacketImpl.h
    # Sixteen files are compiled at once, which takes a fraction of the time. These have names in common.
    cat >> Foundation/CMakeLists.txt <<'APART'
file(GLOB apart src/*.c src/MD*Engine.cpp src/SHA*Engine.cpp)
file(GLOB sources src/*.cpp)
foreach(source ${sources})
    file(STRINGS ${source} shared_name REGEX " (sh|mutex);")
    if(shared_name)
        list(APPEND apart ${source})
    endif()
endforeach()
set_source_files_properties(${apart} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
APART
    # Util's settings ask for it whether or not it was built with it.
    sed -i '/find_dependency(PocoXML/d' Util/cmake/PocoUtilConfig.cmake
    off=
    for part in XML DATA DATA_ODBC DATA_SQLITE DATA_MYSQL DATA_POSTGRESQL MONGODB REDIS ZIP PAGECOMPILER \
        PAGECOMPILER_FILE2PAGE ACTIVERECORD ACTIVERECORD_COMPILER ENCODINGS JWT TESTS; do
        off="$off -DENABLE_$part=OFF"
    done
    cmake -S . -B "$work/build-poco" -G Ninja -DCMAKE_SYSTEM_NAME=Windows -DCMAKE_SYSTEM_PROCESSOR="$cpu" \
        -DCMAKE_C_COMPILER="$HOST-gcc-posix" -DCMAKE_CXX_COMPILER="$HOST-g++-posix" \
        -DCMAKE_RC_COMPILER="$HOST-windres" -DCMAKE_MC_COMPILER="$(command -v "$HOST-windmc")" \
        -DCMAKE_C_FLAGS=-D_WIN32_WINNT=0x0A00 -DCMAKE_CXX_FLAGS=-D_WIN32_WINNT=0x0A00 \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE='-O1 -DNDEBUG' \
        -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=16 \
        -DCMAKE_FIND_ROOT_PATH="/usr/$HOST;$stage" -DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER \
        -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY \
        -DBUILD_SHARED_LIBS=OFF -DENABLE_CRYPTO=ON -DENABLE_NETSSL=ON $off \
        -DOPENSSL_ROOT_DIR="$stage" -DOPENSSL_USE_STATIC_LIBS=ON -DCMAKE_INSTALL_PREFIX="$stage"
    ninja -C "$work/build-poco" -j"$jobs" install
) >"$work/poco.log" 2>&1 || { tail -n 40 "$work/poco.log" >&2; die "POCO does not build."; }

# Boost.Test is used from headers alone. Linked by itself: /usr/include as a whole would bring glibc's headers.
ln -s /usr/include/boost "$stage/include/boost"

for file in include/openssl/evp.h include/zstd.h include/sqlite3.h include/boost/test lib/libcrypto.a lib/libssl.a \
    lib/libzstd.a lib/libsqlite3.a include/Poco/Net/HTTPSClientSession.h lib/libPocoNetSSL.a lib/libPocoJSON.a \
    cmake/PocoConfig.cmake; do
    [ -e "$stage/$file" ] || die "$file is missing after the build."
done

# Settings of these pkg-config and CMake files name the stage folder; nothing here uses them. POCO's do not.
rm -rf "$stage/lib/pkgconfig" "$stage/lib/cmake"
: > "$stage/complete"
rm -rf "$prefix"
mv "$stage" "$prefix"
publish_current
