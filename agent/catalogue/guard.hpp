// SPDX-License-Identifier: Apache-2.0
// guard.hpp: a file that one process at a time can hold.
#pragma once

#include <chrono>
#include <string>

#include "agent/catalogue/database.hpp"
#include "platform/file_system.hpp"

namespace catalogue {

/// Holds an empty file, by SQLite's locks, for as long as it lives or the process does. The file, and its
/// folder, are made when they are missing, and stay.
class Guard final {
public:
    /// `path` is absolute. Throws Error (Busy, "CATALOG-0006") when another holds it for longer than
    /// `busyWait`, and as Database does.
    Guard(const platform::FileSystem& fileSystem, const std::string& path,
          std::chrono::milliseconds busyWait);

private:
    Database database_;
};

}  // namespace catalogue
