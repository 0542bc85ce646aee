// SPDX-License-Identifier: Apache-2.0
// small_file.hpp: reads what the kernel tells in the files below /proc and /sys.
#pragma once

#include <optional>
#include <string>

namespace platform::linux {

/// The first 64 KiB of a file; nothing when it cannot be read.
std::optional<std::string> readSmallFile(const std::string& path);

}  // namespace platform::linux
