# SPDX-License-Identifier: Apache-2.0
# mingw32.cmake: toolchain file for the 32-bit Windows program.
set(CMAKE_SYSTEM_PROCESSOR x86)
set(hbr_windows_cpu i686)
include("${CMAKE_CURRENT_LIST_DIR}/mingw.cmake")
