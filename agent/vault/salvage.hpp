// SPDX-License-Identifier: Apache-2.0
// salvage.hpp: saves what is whole in damaged packs.
#pragma once

#include <map>
#include <vector>

#include "agent/vault/index_entry.hpp"
#include "agent/vault/pack_format.hpp"
#include "agent/vault/prune.hpp"
#include "agent/vault/vault.hpp"

namespace vault {

/// Copies the intact segments of damaged packs to new packs, which are durable on return, and tells where
/// their chunks lie now. A pack whose directory is lost comes with no segments: they are looked for where the
/// index says they are. The new packs get parity for `parityPercent`.
std::vector<IndexEntry> salvagePacks(Vault& vault, unsigned parityPercent,
                                     const std::map<PackId, std::vector<SegmentInfo>>& damaged,
                                     const base::CancelToken& cancel, const StageProgress& progress);

}  // namespace vault
