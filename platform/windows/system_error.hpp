// SPDX-License-Identifier: Apache-2.0
// system_error.hpp: turns GetLastError() numbers into base::Error, for the file system and for the rest.
#pragma once

#include <windows.h>

#include <string>
#include <string_view>

#include "platform/base/error.hpp"

namespace platform::windows {

// Numbers that the compiler's headers lack.
inline constexpr DWORD kIsDirectory = 336;  // ERROR_DIRECTORY_NOT_SUPPORTED: a file was asked for
inline constexpr DWORD kFileSystemLimitation = 665;
inline constexpr DWORD kDiskQuotaExceeded = 1295;

/// Windows' own sentence for an error number, in UTF-8 and without the line end.
std::string systemErrorText(DWORD number);

/// The error of a file operation, in words such as "Could not open the file 'C:\x' - Access denied": `action`
/// comes before the path. Kind, code and hint follow from the number.
base::Error fileError(DWORD number, std::string_view action, std::string_view path);

/// The refusal to follow a symbolic link.
base::Error symlinkError(std::string_view path);

/// The refusal to read or write something that is not a regular file.
base::Error notRegularError(std::string_view path);

/// The refusal to fetch a file from the cloud or from a tape only to back it up.
base::Error notOnThisDiskError(std::string_view path);

/// The refusal of a file that EFS encrypts for somebody else.
base::Error encryptedError(std::string_view path);

/// True for the numbers that mean that nothing has the name.
bool meansNotFound(DWORD number) noexcept;

/// True for the numbers that mean that this file system or system does not know the call.
bool meansUnsupported(DWORD number) noexcept;

}  // namespace platform::windows
