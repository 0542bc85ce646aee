// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/index_filter.hpp"

#include <array>

namespace vault {

namespace {

constexpr std::uint64_t kBitsPerEntry = 12;
constexpr std::size_t kWords = 8;
// Odd multipliers that turn one 32-bit hash into eight bit positions.
constexpr std::array<std::uint32_t, kWords> kSalts = {0x47B6137Bu, 0x44974D91u, 0x8824AD5Bu, 0xA2B7289Du,
                                                      0x705495C7u, 0x2DF1424Bu, 0x9EFC4947u, 0x5C6BFB31u};

// The ids are pseudo-random already; bytes 8 to 15 are independent of the prefix that sorts them.
std::size_t blockOffset(std::size_t filterBytes, const ChunkId& id) noexcept {
    const std::uint64_t selector = base::loadLittleEndian<std::uint32_t>(id.view().data() + 8);
    const std::uint64_t blocks = filterBytes / kFilterBlockBytes;
    return static_cast<std::size_t>((selector * blocks) >> 32) * kFilterBlockBytes;
}

std::uint32_t wordMask(const ChunkId& id, std::size_t word) noexcept {
    const auto hash = base::loadLittleEndian<std::uint32_t>(id.view().data() + 12);
    return 1u << ((hash * kSalts[word]) >> 27);
}

}  // namespace

std::size_t filterBytesFor(std::uint64_t entries) noexcept {
    const std::uint64_t bytes = entries * kBitsPerEntry / 8;
    return static_cast<std::size_t>((bytes / kFilterBlockBytes + 1) * kFilterBlockBytes);
}

void addToFilter(base::MutableBytes filter, const ChunkId& id) noexcept {
    base::Byte* block = filter.data() + blockOffset(filter.size(), id);
    for (std::size_t word = 0; word < kWords; ++word) {
        base::Byte* at = block + 4 * word;
        base::storeLittleEndian(at, base::loadLittleEndian<std::uint32_t>(at) | wordMask(id, word));
    }
}

bool mayContain(base::ByteView filter, const ChunkId& id) noexcept {
    const base::Byte* block = filter.data() + blockOffset(filter.size(), id);
    for (std::size_t word = 0; word < kWords; ++word) {
        if ((base::loadLittleEndian<std::uint32_t>(block + 4 * word) & wordMask(id, word)) == 0) return false;
    }
    return true;
}

}  // namespace vault
