// SPDX-License-Identifier: Apache-2.0
// reparse.hpp: reads and makes symbolic links.
#pragma once

#include <windows.h>

#include <string>
#include <string_view>

namespace platform::windows {

/// Where the link behind the handle points to, as people write it. Junctions and mount points too. Throws
/// Error.
std::string readLinkTarget(HANDLE handle, const std::string& path);

/// Turns the new empty file or folder behind the handle (opened with FILE_WRITE_ATTRIBUTES) into a symbolic
/// link. Returns a Win32 error number.
DWORD makeSymlink(HANDLE handle, std::string_view target);

}  // namespace platform::windows
