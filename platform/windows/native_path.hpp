// SPDX-License-Identifier: Apache-2.0
// native_path.hpp: paths as people write them and as Windows takes them without a length limit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace platform::windows {

/// Made absolute against the current folder, with '\' as separator and without "." and "..": "C:\data",
/// "\\host\share\x". Throws Error (Invalid, "FS-0021") for an empty path and for devices such as "NUL".
std::wstring absoluteWidePath(std::string_view path);

/// As isAbsolutePath() promises. "C:x" and "\x" depend on current folders or drives.
bool isAbsoluteWindowsPath(std::string_view path);

/// The form that Windows takes as it stands and at any length: "\\?\C:\data", "\\?\UNC\host\share\x".
std::wstring nativePath(std::string_view path);

/// Takes the "\\?\" of nativePath() off again, where what is left is a path that people know.
std::wstring withoutNativePrefix(std::wstring_view path);

/// Splits and joins as FileSystem::splitPath() promises.
std::vector<std::string> splitWindowsPath(const std::string& absolutePath);
std::string joinWindowsPath(const std::vector<std::string>& components);

/// Throws Error (Invalid, "FS-0022") unless the name is a single component that Windows can keep: not empty,
/// "." or "..", without separators, NUL, or the ':' that would name a stream of another file.
std::wstring checkedChildName(std::string_view name);

}  // namespace platform::windows
