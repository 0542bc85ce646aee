# SPDX-License-Identifier: Apache-2.0
# mingw64.cmake: toolchain file for the 64-bit Windows program.
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(hbr_windows_cpu x86_64)
include("${CMAKE_CURRENT_LIST_DIR}/mingw.cmake")
