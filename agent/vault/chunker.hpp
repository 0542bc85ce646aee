// SPDX-License-Identifier: Apache-2.0
// chunker.hpp: finds the places where content itself says that it should be cut.
//
// A gear hash rolls over the bytes; its table comes from the vault's key. A position whose hash is small is
// only a candidate: whether it becomes a boundary is decided by SipHash-2-4, under a second key, of the 64
// bytes before it. So the boundaries of a chosen file are a pseudo-random function of its content, and
// neither they nor the gear table can be worked out from the lengths of its chunks, should those ever be seen
// (agent/doc/threat_model.md).
//
// Normalised chunking: the test is 16 times stricter before the normal size than after it, which keeps most
// chunks near that size without hard cuts.
#pragma once

#include <array>
#include <cstdint>

#include "platform/base/bytes.hpp"

namespace vault {

/// Sizes chosen by measurement (tests/bench/README.md): smaller chunks find more duplicates and cost more
/// index.
inline constexpr std::size_t kMinChunkBytes = 128 * base::kKiB;
inline constexpr std::size_t kNormalChunkBytes = 512 * base::kKiB;
inline constexpr std::size_t kMaxChunkBytes = 2 * base::kMiB;

/// The keyed tables of one vault; shared by all scans. Thread-safe (never changes).
class Chunker final {
public:
    explicit Chunker(const base::Secret<32>& boundaryKey);

    /// Looks for the end of one chunk while its bytes arrive. One scan per chunk; not thread-safe.
    class Scan final {
    public:
        explicit Scan(const Chunker& chunker) : chunker_(&chunker) {}

        /// `chunk` is the chunk's bytes so far: the same bytes as in earlier calls, with more behind them.
        /// Returns the chunk's size once its end lies within them, 0 while it does not. Never more than
        /// kMaxChunkBytes.
        [[nodiscard]] std::size_t end(base::ByteView chunk) noexcept;

    private:
        const Chunker* chunker_;
        std::size_t scanned_ = 0;
        std::uint64_t hash_ = 0;
    };

private:
    [[nodiscard]] std::size_t findCandidate(const base::Byte* data, std::size_t from, std::size_t to,
                                            std::uint64_t& hash) const noexcept;
    [[nodiscard]] bool isBoundary(const base::Byte* position, std::uint64_t mask) const noexcept;

    std::array<std::uint64_t, 256> gear_{};
    std::uint64_t sipKey0_ = 0;
    std::uint64_t sipKey1_ = 0;
};

/// SipHash-2-4 (Aumasson, Bernstein 2012) of any bytes. Exposed for tree boundaries and tests.
std::uint64_t sipHash(std::uint64_t key0, std::uint64_t key1, base::ByteView bytes) noexcept;

}  // namespace vault
