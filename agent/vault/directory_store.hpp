// SPDX-License-Identifier: Apache-2.0
// directory_store.hpp: a vault in a folder, on a local disk or a mounted share.
//
// Objects are files below the folder. A new object is written as "tmp/<random>", flushed, given its final
// name only if nothing has it (FileSystem::publish), and the folder is flushed; so a final name never shows
// half an object, not even after a power cut. Packs that were read stay open for a while, so one that another
// client removed may still answer; every other object is looked up by name each time. The folder itself is
// never created in passing: when a disk or share is not mounted, that must be an error and not a second,
// empty vault on the disk below.
#pragma once

#include <memory>
#include <string>

#include "agent/vault/object_store.hpp"
#include "platform/file_system.hpp"

namespace vault {

/// Opens the store in an existing folder. Throws Error (NotFound, "STORE-0001") when there is none.
std::unique_ptr<ObjectStore> openDirectoryStore(const platform::FileSystem& fileSystem, std::string path);

/// Makes the folder, which must not exist or be empty, and opens the store in it. Throws Error: Exists
/// ("STORE-0002") when there is something in it, Invalid ("STORE-0003") when the path names a file.
std::unique_ptr<ObjectStore> createDirectoryStore(const platform::FileSystem& fileSystem, std::string path);

}  // namespace vault
