// SPDX-License-Identifier: Apache-2.0
// reparse.hpp: reads and makes symbolic links, and carries other reparse points as they are.
//
// A symbolic link is kept as the text that it points to. Junctions, mount points and whatever else has a tag
// of its own travel as their raw reparse data, in the attribute "reparse.data", and are never followed.
#pragma once

#include <windows.h>

#include <string>
#include <string_view>

#include "platform/file_system.hpp"

namespace platform::windows {

inline constexpr const char* kReparseAttribute = "reparse.data";

/// The text that a link's reparse data points to, as people write it: of symbolic links, junctions and mount
/// points; empty for tags that hold no name, and for bytes that make no sense.
std::string linkTargetIn(base::ByteView reparseData);

/// Adds the raw reparse data of what the handle holds, unless it is a symbolic link. Throws Error.
void addReparseData(HANDLE handle, const std::string& path, ExtraMetadata& extra);

/// Turns the new empty file or folder behind the handle into a reparse point with these data, which come from
/// a vault. Returns a Win32 error number.
DWORD makeReparsePoint(HANDLE handle, base::ByteView reparseData);

/// Where the link behind the handle points to, as linkTargetIn() tells. Throws Error.
std::string readLinkTarget(HANDLE handle, const std::string& path);

/// Turns the new empty file or folder behind the handle (opened with FILE_WRITE_ATTRIBUTES) into a symbolic
/// link. Returns a Win32 error number.
DWORD makeSymlink(HANDLE handle, std::string_view target);

}  // namespace platform::windows
