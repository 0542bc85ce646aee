// SPDX-License-Identifier: Apache-2.0
// restore_selection.hpp: turns the words of 'hbr restore' into what the files connector is asked for.
#pragma once

#include "agent/app/command.hpp"
#include "connectors/files/files_restore.hpp"

namespace app {

/// Throws Error (Invalid, CLI-0040 to CLI-0042) when the words do not fit together. The callbacks are left
/// empty.
connectors::files::RestoreOptions restoreOptionsOf(const Command& command, const std::string& vaultPath);

/// What is free where a path lies, or would; nothing where that cannot be found out.
std::optional<std::uint64_t> freeBytesAt(const platform::FileSystem& fileSystem, const std::string& path);

}  // namespace app
