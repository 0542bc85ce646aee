// SPDX-License-Identifier: Apache-2.0
// damage.hpp: what is lost in a vault, and which objects of which restore points that touches.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/vault.hpp"
#include "platform/base/cancel.hpp"

namespace vault {

/// Packs and segments that were found missing or damaged, and chunks that the index misplaces.
class DamageMap final {
public:
    void losePack(const PackId& pack) { packs_.insert(pack); }
    void loseSegment(const SegmentKey& segment) { segments_.insert(segment); }

    void loseChunk(const ChunkId& chunk) { chunks_.insert(chunk); }

    /// Whether a chunk is lost that the index says is there.
    [[nodiscard]] bool isLost(const ChunkId& chunk, const ChunkLocation& at) const {
        return packs_.contains(at.pack) || segments_.contains({at.pack, at.segmentOffset}) ||
               chunks_.contains(chunk);
    }
    [[nodiscard]] bool isEmpty() const noexcept {
        return packs_.empty() && segments_.empty() && chunks_.empty();
    }

private:
    std::unordered_set<PackId> packs_;
    std::unordered_set<SegmentKey> segments_;
    std::unordered_set<ChunkId> chunks_;
};

/// What one restore point lacks.
struct PointDamage {
    PointId point;
    std::uint64_t objects = 0;              // that cannot be restored whole
    std::vector<std::string> firstObjects;  // keys of the first of them
    std::uint64_t unknownParts =
        0;  // nodes of its tree that are lost: what was listed there is not known any more
    bool isFaultListLost = false;

    [[nodiscard]] bool isWhole() const noexcept {
        return objects == 0 && unknownParts == 0 && !isFaultListLost;
    }
};

/// Most keys that a PointDamage lists.
inline constexpr std::size_t kListedObjects = 1000;

/// Walks a point's tree and finds the objects that need something lost or absent. Never throws for damage.
PointDamage findPointDamage(Vault& vault, const PointRecord& point, const DamageMap& lost,
                            const base::CancelToken& cancel);

}  // namespace vault
