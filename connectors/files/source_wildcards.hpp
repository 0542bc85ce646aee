// SPDX-License-Identifier: Apache-2.0
// source_wildcards.hpp: turns a source path with wildcards into the paths that exist.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/file_system.hpp"

namespace connectors::files {

/// True when the path holds a character that a pattern gives a meaning to.
bool hasWildcard(const std::string& path) noexcept;

/// Calls back with the names of every path that matches. Symbolic links below the first wildcard are not
/// followed, names that begin with a dot match like others, and folders that cannot be read match nothing.
void expandWildcards(const platform::FileSystem& fileSystem, const std::string& absolutePattern,
                     const std::function<void(const std::vector<std::string>& names)>& found);

}  // namespace connectors::files
