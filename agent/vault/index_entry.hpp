// SPDX-License-Identifier: Apache-2.0
// index_entry.hpp: where a chunk lies.
#pragma once

#include <cstdint>

#include "agent/vault/ids.hpp"

namespace vault {

/// A chunk's place: a range inside the raw content of a segment of a pack. Offsets and sizes fit in 24 bits.
struct ChunkLocation {
    PackId pack;
    std::uint32_t segmentOffset = 0;
    std::uint32_t segmentBytes = 0;  // sealed
    std::uint32_t chunkOffset = 0;   // in the segment's raw content
    std::uint32_t chunkBytes = 0;    // raw

    bool operator==(const ChunkLocation&) const = default;
};

struct IndexEntry {
    ChunkId id;
    ChunkLocation location;
};

/// What the journal keeps about an index run.
struct RunInfo {
    RunId id;
    std::uint64_t entries = 0;
    std::uint64_t packs = 0;
    std::uint64_t sizeBytes = 0;

    bool operator==(const RunInfo&) const = default;
};

}  // namespace vault
