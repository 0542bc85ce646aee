// SPDX-License-Identifier: Apache-2.0
// publish.hpp: gives a finished file its final name without ever replacing another.
#pragma once

#include <string>

namespace platform::linux {

/// See FileSystem::publish(). The ways, from best to last:
///
/// 1. link() and unlink(): atomic on every local file system and on NFS. A reply lost on the network looks
/// like "the
///    name is taken"; the two names then show the same file, and that is success.
/// 2. renameat2(RENAME_NOREPLACE), where there are no hard links: exFAT, FAT, SMB shares without them.
/// 3. Where there is neither (some FUSE mounts): the name is claimed with an empty file (O_EXCL decides who
/// wins),
///    which our file then replaces by rename(). Exactly one writer wins and no content is ever replaced or
///    seen in part, but between the two steps, and for good after a crash there, others see an empty file.
///    Vault objects are never empty, so their readers tell such a leftover from an object. Checking first and
///    renaming then would leave no leftover, but let two writers destroy one another's file, which is worse.
///
/// Throws Error.
void publishFile(const std::string& from, const std::string& to);

}  // namespace platform::linux
