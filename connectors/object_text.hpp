// SPDX-License-Identifier: Apache-2.0
// object_text.hpp: keys and kinds of objects as people and JSON have them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace connectors {

/// A key as a path, "/srv/docs" or "C:/docs"; bytes that are no text are shown as \xNN.
std::string displayPath(std::string_view key);

/// "file", "directory", "symlink", "blockDevice", "charDevice", "fifo", "socket", "hardLink"; "unknown".
std::string_view kindName(std::uint8_t kind) noexcept;

}  // namespace connectors
