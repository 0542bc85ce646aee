// SPDX-License-Identifier: Apache-2.0
// new_file.hpp: a small file that is written as a whole or not at all.
#pragma once

#include <string>

#include "platform/file_system.hpp"

namespace platform {

/// Writes a file that nobody else may read and that must not be there yet, and flushes it and its name. When
/// that fails nothing stays behind. Throws Error: Exists when the path names something, and what
/// File::write() and File::sync() throw.
void writeNewFile(const FileSystem& fileSystem, const std::string& path, base::ByteView content);

}  // namespace platform
