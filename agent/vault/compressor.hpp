// SPDX-License-Identifier: Apache-2.0
// compressor.hpp: zstd with the effort that the data and the moment deserve.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "platform/base/bytes.hpp"

namespace vault {

/// How a segment's payload is encoded. The numbers are stored in packs.
enum class Codec : std::uint8_t {
    Stored = 0,
    Zstd = 1,
};

/// Picks the compression level from who waits for whom: when the store is the slow part, the processors have
/// time to compress harder; when they are, the fastest level that keeps vaults small is right. Thread-safe.
class CompressionGovernor final {
public:
    static constexpr int kFastestLevel = 2;
    static constexpr int kHardestLevel = 9;

    /// Tells how full the queue in front of the store is, 0 (the store waits) to 1 (the processors wait).
    void observe(double storeQueueFill) noexcept;

    [[nodiscard]] int level() const noexcept { return level_.load(std::memory_order_relaxed) / kSteps; }

private:
    // In sixteenths of a level, so that one full queue does not change the level but a lasting one does.
    static constexpr int kSteps = 16;
    std::atomic<int> level_ = kFastestLevel * kSteps;
};

struct Compressed {
    Codec codec = Codec::Stored;
    base::ByteView payload;  // valid until the compressor's next call; the input itself when stored
};

/// Compresses and decompresses with reused memory. One per thread.
class Compressor final {
public:
    Compressor();
    ~Compressor();
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    /// Compresses when that saves at least 3 %, otherwise says Stored. Content that looks incompressible
    /// is recognised from small samples and not tried as a whole.
    Compressed compress(base::ByteView raw, int level);

    /// Fills `to` exactly. False when the payload does not decode to that many bytes.
    [[nodiscard]] bool decompress(Codec codec, base::ByteView payload, base::MutableBytes to);

private:
    bool looksIncompressible(base::ByteView raw);

    struct Contexts;
    std::unique_ptr<Contexts> contexts_;
    base::Bytes buffer_;
};

}  // namespace vault
