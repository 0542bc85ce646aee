# SPDX-License-Identifier: Apache-2.0
# mingw.cmake: what the toolchain files mingw64.cmake and mingw32.cmake share: the Windows program, built on Debian with
# mingw-w64 for the processor hbr_windows_cpu (x86_64 or i686) and tried with wine.
#
# The third-party libraries come from build_windows_dependencies.sh: the folder that HBR_WINDOWS_PREFIX names, or
# the one that the script built last.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_C_COMPILER ${hbr_windows_cpu}-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER ${hbr_windows_cpu}-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER ${hbr_windows_cpu}-w64-mingw32-windres)
set(CMAKE_MC_COMPILER ${hbr_windows_cpu}-w64-mingw32-windmc)

if(DEFINED ENV{HBR_WINDOWS_PREFIX})
    set(hbr_windows_prefix "$ENV{HBR_WINDOWS_PREFIX}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(hbr_windows_prefix "$ENV{XDG_CACHE_HOME}/hbr-tests/windows-${hbr_windows_cpu}-current")
else()
    set(hbr_windows_prefix "$ENV{HOME}/.cache/hbr-tests/windows-${hbr_windows_cpu}-current")
endif()
if(NOT EXISTS "${hbr_windows_prefix}/complete")
    message(FATAL_ERROR "The Windows libraries are not at ${hbr_windows_prefix}. "
        "Run cmake/build_windows_dependencies.sh ${hbr_windows_cpu} first.")
endif()
# The link is resolved so that a build folder stays with the libraries that it was configured with.
file(REAL_PATH "${hbr_windows_prefix}" hbr_windows_prefix)

set(CMAKE_FIND_ROOT_PATH "${hbr_windows_prefix}" /usr/${hbr_windows_cpu}-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(OPENSSL_USE_STATIC_LIBS TRUE)

# Windows 10 interfaces. NTDDI_VERSION is left alone: setting it makes the headers lower _WIN32_WINNT again.
set(hbr_windows_flags "-D_WIN32_WINNT=0x0A00 -DUNICODE -D_UNICODE -DNOMINMAX -DWIN32_LEAN_AND_MEAN")
set(CMAKE_C_FLAGS_INIT "${hbr_windows_flags}")
set(CMAKE_CXX_FLAGS_INIT "${hbr_windows_flags}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")

# Lets ctest run the test programs.
get_filename_component(hbr_wine_run "${CMAKE_CURRENT_LIST_DIR}/../tests/wine/wine_run.sh" ABSOLUTE)
set(CMAKE_CROSSCOMPILING_EMULATOR "${hbr_wine_run}")
