// SPDX-License-Identifier: Apache-2.0
// system_error.hpp: turns errno numbers into base::Error; the only file that knows what they mean.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/error.hpp"

namespace platform::linux {

/// The error of a file operation, in words such as "Could not open '/x/y' for reading - permission denied":
/// `verb` comes before the path, `purpose` (may be empty) after it. Kind, code and hint follow from the
/// number.
base::Error fileError(int number, std::string_view verb, std::string_view path,
                      std::string_view purpose = {});

/// The same for flushing what was open for writing, or names below an open folder. A file system that says
/// then that it is read-only has become so by itself, which ext4 does when its disk fails (EROFS): that is no
/// right that somebody lacks.
base::Error flushError(int number, std::string_view verb, std::string_view path);

/// What the system calls the number, in lower case: "permission denied".
std::string reasonOf(int number);

/// True for the numbers that mean that nothing has the name.
bool meansNotFound(int number) noexcept;

/// True for the numbers with which a file system says that it does not know what was asked of it.
bool meansUnsupported(int number) noexcept;

/// The refusal to follow a symbolic link.
base::Error symlinkError(std::string_view path);

/// The refusal to read or write something that is not a regular file.
base::Error notRegularError(std::string_view path);

/// An error as one sentence for a report: "Could not ... - permission denied (FS-0003)."
std::string sentenceOf(const base::Error& error);

}  // namespace platform::linux
