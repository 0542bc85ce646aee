// SPDX-License-Identifier: Apache-2.0
// extended_attributes.hpp: reads and sets xattrs (user and trusted attributes, POSIX ACLs, capabilities) and
// flags.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.hpp"

namespace platform::linux {

/// All attributes of an open file, sorted by name. A file without any costs one call. Throws Error.
std::vector<ExtendedAttribute> attributesOfDescriptor(int descriptor, std::string_view displayPath);

/// The same by path, of a symbolic link itself when the path ends in one.
std::vector<ExtendedAttribute> attributesOfPath(const std::string& path, std::string_view displayPath);

/// Makes the attributes of the file behind `path` (a /proc/self/fd link) equal to `wanted`, and adds a
/// sentence to `refused` for each one that cannot be.
void applyAttributes(const std::string& path, const std::vector<ExtendedAttribute>& wanted,
                     std::string_view displayPath, std::vector<std::string>& refused);

/// The flags of lsattr(1) that a program can set, of a regular file or directory; 0 where there are none.
std::uint32_t flagsOfDescriptor(int descriptor, std::string_view displayPath);

/// Sets those flags and leaves the others, and adds a sentence to `refused` where it cannot.
void applyFlags(int descriptor, std::uint32_t wanted, std::string_view displayPath,
                std::vector<std::string>& refused);

}  // namespace platform::linux
