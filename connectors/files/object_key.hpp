// SPDX-License-Identifier: Apache-2.0
// object_key.hpp: keys of objects: a path's names joined by '\0'.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.hpp"

namespace connectors::files {

/// The key of a path given by its names; the root of a machine without drives has the empty key.
std::string keyOf(std::span<const std::string> names);
std::string keyOf(const platform::FileSystem& fileSystem, const std::string& absolutePath);

/// The names of a key; the views are into the key.
std::vector<std::string_view> namesOf(std::string_view key);

/// True when the key is `above` itself or lies below it.
bool isAtOrBelow(std::string_view key, std::string_view above) noexcept;

/// The key as a path of this machine, for messages.
std::string pathOfKey(const platform::FileSystem& fileSystem, std::string_view key);

/// True on systems whose paths begin with a drive, where the root is no folder of its own and letter case
/// does not matter.
bool hasDrives(const platform::FileSystem& fileSystem);

}  // namespace connectors::files
