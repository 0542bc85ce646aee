// SPDX-License-Identifier: Apache-2.0
// index_filter.hpp: answers "surely not in this run" without reading the run.
//
// A split-block Bloom filter: an id selects one block of 32 bytes and sets one bit in each of its eight
// words, so a test touches one cache line. At 12 bits an entry about one absent id in 250 passes.
#pragma once

#include <cstdint>

#include "agent/vault/ids.hpp"
#include "platform/base/bytes.hpp"

namespace vault {

inline constexpr std::size_t kFilterBlockBytes = 32;

/// Size of a filter for that many entries: a multiple of kFilterBlockBytes.
std::size_t filterBytesFor(std::uint64_t entries) noexcept;

void addToFilter(base::MutableBytes filter, const ChunkId& id) noexcept;

[[nodiscard]] bool mayContain(base::ByteView filter, const ChunkId& id) noexcept;

}  // namespace vault
