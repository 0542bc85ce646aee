// SPDX-License-Identifier: Apache-2.0
// file_status.hpp: asks the kernel for a file's status.
#pragma once

#include <optional>
#include <string_view>

#include "platform/file_system.hpp"

namespace platform::linux {

/// Whether a symbolic link stands for itself or for what it points to.
enum class Links { Themselves, Followed };

/// The status of an open descriptor. Throws Error.
FileStatus statusOfDescriptor(int descriptor, std::string_view displayPath);

/// Fills `status` with that of `name` below `directory`; returns 0 or an errno number. Does not allocate.
int readStatus(int directory, const char* name, Links links, FileStatus& status) noexcept;

/// The type that a directory entry announces with a DT_ number; Other for "unknown".
FileType typeOfEntry(unsigned char entryType) noexcept;

}  // namespace platform::linux
