// SPDX-License-Identifier: Apache-2.0
// restore_passes.hpp: brings files from the vault to a folder, with the second pass that hard links may need.
#pragma once

#include <cstdint>

#include "agent/engine/restore_job.hpp"
#include "connectors/files/files_restore.hpp"

namespace app {

/// Throws Error (NotFound, "CLI-0032") when the point holds one of the selected paths not at all.
void refuseAbsentPaths(vault::Vault& vault, const vault::PointRecord& point,
                       const std::vector<std::string>& keys);

/// Offers the selected objects to the target, then those that selected hard links need, then finishes it.
engine::RestoreOutcome restoreFiles(vault::Vault& vault, const engine::RestoreRequest& request,
                                    connectors::files::FilesRestore& target, engine::Progress& progress,
                                    const base::CancelToken& cancel);

}  // namespace app
