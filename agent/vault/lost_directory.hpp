// SPDX-License-Identifier: Apache-2.0
// lost_directory.hpp: packs that cannot tell what they hold, as the index still knows them.
//
// A reader finds a chunk through its index entry, which names pack, segment and place, and never looks at the
// pack's directory. So a pack without directory, footer or end loses what cannot be read in place, and no
// more; its directory is needed only when the index is lost as well.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agent/vault/damage.hpp"
#include "agent/vault/segment_copier.hpp"
#include "agent/vault/vault.hpp"

namespace vault {

/// A segment as index entries name it.
struct NamedSegment {
    std::uint32_t sealedBytes = 0;
    std::vector<MovingChunk> chunks;  // in order of offset; the segment may hold others
};
using NamedSegments = std::map<std::uint32_t, NamedSegment>;  // by offset in the pack

/// What the index, as far as it can be read, names in packs that are wanted.
std::map<PackId, NamedSegments> namedSegments(Vault& vault,
                                              const std::function<bool(const PackId& pack)>& isWanted);

/// Finds the segments of a pack without directory of which a named chunk cannot be read, in place or through
/// parity, and adds them to `lost`. Tells in a sentence what is wrong with the pack; `why` tells what became
/// of its directory.
std::string examineLostDirectory(Vault& vault, const PackId& pack, const std::string& why,
                                 const NamedSegments& segments, DamageMap& lost);

}  // namespace vault
