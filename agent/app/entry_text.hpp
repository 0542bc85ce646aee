// SPDX-License-Identifier: Apache-2.0
// entry_text.hpp: an object of a restore point as a line for people, or as JSON.
#pragma once

#include <string>
#include <string_view>

#include "agent/vault/tree.hpp"
#include "platform/base/json_writer.hpp"

namespace app {

/// The last name of a key.
std::string_view entryName(std::string_view key) noexcept;

/// "drwxr-xr-x      4.0 KiB  2026-11-24 02:50:45  name"; `shown` stands for the name.
std::string entryLine(const vault::TreeEntry& entry, std::string_view shown);

/// Adds path, name, key, isExact, kind, sizeBytes, modified and target. The key, in hex, names the object
/// whatever its name holds; isExact tells whether the path does, too.
void addEntry(base::JsonWriter& json, const vault::TreeEntry& entry);

/// "file", "directory", "symlink", "blockDevice", "charDevice", "fifo", "socket", "hardLink".
std::string_view kindName(std::uint8_t kind) noexcept;

}  // namespace app
