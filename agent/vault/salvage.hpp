// SPDX-License-Identifier: Apache-2.0
// salvage.hpp: saves what is whole in damaged packs.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "agent/vault/index_run.hpp"
#include "agent/vault/pack_format.hpp"
#include "agent/vault/prune.hpp"
#include "agent/vault/vault.hpp"

namespace vault {

/// Copies the intact segments of damaged packs to new packs, which are durable on return, and tells where
/// their chunks lie now. A pack whose directory is lost comes with no segments: they are looked for where
/// `runs` say they are.
std::vector<IndexEntry> salvagePacks(Vault& vault, const std::map<PackId, std::vector<SegmentInfo>>& damaged,
                                     const std::vector<std::shared_ptr<IndexRun>>& runs,
                                     const base::CancelToken& cancel, const StageProgress& progress);

}  // namespace vault
