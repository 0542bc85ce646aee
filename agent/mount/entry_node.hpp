// SPDX-License-Identifier: Apache-2.0
// entry_node.hpp: an entry of a restore point as a file of this machine.
#pragma once

#include <string>
#include <string_view>

#include "agent/vault/tree.hpp"
#include "platform/file_system.hpp"

namespace mount {

/// The status of the file that an entry stands for. Metadata that cannot be read leaves a file without
/// rights; opening it tells why.
platform::FileStatus statusOf(const vault::TreeEntry& entry);

/// Extended attributes and flags. Throws Error when the metadata cannot be read.
platform::ExtraMetadata extraOf(const vault::TreeEntry& entry);

/// True when the name can be that of a file here: not empty, "." or "..", and without a slash.
bool isPossibleName(std::string_view name) noexcept;

/// A folder's name that can stand for a client's, whatever that is.
std::string folderNameOf(const std::string& client);

/// "2026-11-24T18-03-59Z-3fa9b210": the time at which the backup began, and the id's first digits.
std::string folderNameOf(const vault::PointRecord& point);

}  // namespace mount
