// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/chunker.hpp"

#include <bit>

#include "agent/vault/keys.hpp"

namespace vault {

namespace {

constexpr std::size_t kWindowBytes = 64;  // a gear hash of 64 bits forgets what is older
constexpr unsigned kCandidateBits = 10;
constexpr std::uint64_t kCandidateLimit = std::uint64_t{1} << (64 - kCandidateBits);

// Boundary bits in all: 21 before the normal size and 17 after it, of which the candidate test took 10.
constexpr std::uint64_t kStrictMask = (1u << 11) - 1;
constexpr std::uint64_t kLooseMask = (1u << 7) - 1;

void sipRound(std::uint64_t& v0, std::uint64_t& v1, std::uint64_t& v2, std::uint64_t& v3) noexcept {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
}

}  // namespace

std::uint64_t sipHash(std::uint64_t key0, std::uint64_t key1, base::ByteView bytes) noexcept {
    std::uint64_t v0 = key0 ^ 0x736F6D6570736575u;
    std::uint64_t v1 = key1 ^ 0x646F72616E646F6Du;
    std::uint64_t v2 = key0 ^ 0x6C7967656E657261u;
    std::uint64_t v3 = key1 ^ 0x7465646279746573u;
    const auto absorb = [&](std::uint64_t word) {
        v3 ^= word;
        sipRound(v0, v1, v2, v3);
        sipRound(v0, v1, v2, v3);
        v0 ^= word;
    };
    const std::size_t whole = bytes.size() / 8 * 8;
    for (std::size_t i = 0; i < whole; i += 8)
        absorb(base::loadLittleEndian<std::uint64_t>(bytes.data() + i));
    std::uint64_t last = std::uint64_t{bytes.size()} << 56;
    for (std::size_t i = whole; i < bytes.size(); ++i) last |= std::uint64_t{bytes[i]} << (8 * (i - whole));
    absorb(last);
    v2 ^= 0xFF;
    for (int i = 0; i < 4; ++i) sipRound(v0, v1, v2, v3);
    return v0 ^ v1 ^ v2 ^ v3;
}

Chunker::Chunker(const base::Secret<32>& boundaryKey) {
    for (std::size_t i = 0; i < gear_.size(); i += 4) {
        const base::Byte number = static_cast<base::Byte>(i / 4);
        const auto block = hkdf(boundaryKey.view(), base::asBytes("gear"), base::ByteView(&number, 1));
        for (std::size_t j = 0; j < 4; ++j) {
            gear_[i + j] = base::loadLittleEndian<std::uint64_t>(block.view().data() + 8 * j);
        }
    }
    const auto sip = hkdf(boundaryKey.view(), base::asBytes("sip"), {});
    sipKey0_ = base::loadLittleEndian<std::uint64_t>(sip.view().data());
    sipKey1_ = base::loadLittleEndian<std::uint64_t>(sip.view().data() + 8);
}

std::size_t Chunker::findCandidate(const base::Byte* data, std::size_t from, std::size_t to,
                                   std::uint64_t& hash) const noexcept {
    std::uint64_t h = hash;
    std::size_t i = from;
    // Two bytes a round: the second hash does not wait for the first, which nearly doubles the speed.
    for (; i + 2 <= to; i += 2) {
        const std::uint64_t first = gear_[data[i]];
        const std::uint64_t both = 2 * first + gear_[data[i + 1]];
        const std::uint64_t afterFirst = 2 * h + first;
        h = 4 * h + both;
        if (afterFirst < kCandidateLimit) [[unlikely]] {
            hash = afterFirst;
            return i + 1;
        }
        if (h < kCandidateLimit) [[unlikely]] {
            hash = h;
            return i + 2;
        }
    }
    for (; i < to; ++i) {
        h = 2 * h + gear_[data[i]];
        if (h < kCandidateLimit) {
            hash = h;
            return i + 1;
        }
    }
    hash = h;
    return 0;
}

bool Chunker::isBoundary(const base::Byte* position, std::uint64_t mask) const noexcept {
    return (sipHash(sipKey0_, sipKey1_, {position - kWindowBytes, kWindowBytes}) & mask) == 0;
}

std::size_t Chunker::Scan::end(base::ByteView chunk) noexcept {
    constexpr std::size_t kFirstHashed = kMinChunkBytes - kWindowBytes;
    const std::size_t limit = std::min(chunk.size(), kMaxChunkBytes);
    if (limit <= kMinChunkBytes) return 0;
    std::size_t at = std::max(scanned_, kFirstHashed);
    while (at < limit) {
        const std::size_t candidate = chunker_->findCandidate(chunk.data(), at, limit, hash_);
        if (candidate == 0) break;
        at = candidate;
        if (at < kMinChunkBytes) continue;
        const std::uint64_t mask = at < kNormalChunkBytes ? kStrictMask : kLooseMask;
        if (chunker_->isBoundary(chunk.data() + at, mask)) return at;
    }
    scanned_ = limit;
    return limit == kMaxChunkBytes ? kMaxChunkBytes : 0;
}

}  // namespace vault
