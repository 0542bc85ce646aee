// SPDX-License-Identifier: Apache-2.0
// rate_limiter.hpp: holds what many threads transfer together to so many bytes a second.
//
// Whoever moves bytes asks for each small piece of them. Pieces pass in the order in which they were asked
// for, so threads that ask alike get the same share each, and nobody waits longer than all others' single
// pieces take. What nobody asked for is kept for an eighth of a second, to make up for a wait that lasted too
// long, and is lost then: a rate is never made up for later by a burst.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>

#include "platform/base/bytes.hpp"
#include "platform/base/cancel.hpp"

namespace base {

/// Time for a limiter, which tests replace. Called by many threads at once.
struct LimiterTime {
    std::function<std::chrono::nanoseconds()> steady;
    std::function<void(std::chrono::nanoseconds)> sleep;
};

/// The machine's own time.
LimiterTime machineTime();

/// A rate that all Transfers through it keep together. Thread-safe.
class RateLimiter final {
public:
    /// How long what nobody asked for is kept.
    static constexpr std::chrono::milliseconds kBurst{125};
    /// A piece takes about so long.
    static constexpr std::chrono::milliseconds kPiece{62};
    static constexpr std::size_t kMostPieceBytes = 256 * kKiB;
    /// What may still pass once all is cancelled, if it is no more than a second's worth: see Transfer.
    static constexpr std::uint64_t kFarewellBytes = 256 * kKiB;

    /// `bytesPerSecond` is at least 1.
    RateLimiter(std::uint64_t bytesPerSecond, CancelToken cancel, LimiterTime time = machineTime());
    RateLimiter(const RateLimiter&) = delete;
    RateLimiter& operator=(const RateLimiter&) = delete;

    [[nodiscard]] std::uint64_t bytesPerSecond() const;

    /// Changes the rate, also for those who wait: within a tenth of a second.
    void setBytesPerSecond(std::uint64_t bytesPerSecond);

    /// All that has passed until now.
    [[nodiscard]] std::uint64_t passedBytes() const;

    /// How much to ask for at once: what passes in kPiece, at least one byte.
    [[nodiscard]] std::size_t pieceBytes() const;

private:
    friend class Transfer;

    void pass(std::size_t sizeBytes);
    [[nodiscard]] bool mayStillPass(std::uint64_t sizeBytes);
    void accrue();

    const CancelToken cancel_;
    const LimiterTime time_;
    mutable std::mutex mutex_;  // guards everything below
    std::uint64_t bytesPerSecond_;
    std::chrono::nanoseconds accruedAt_;
    // Both count from the beginning on. A piece passes when `allowed_` has come to where `asked_` was when
    // the piece had been asked for; doubles, because a nanosecond is worth less than a byte.
    double asked_ = 0;
    double allowed_ = 0;
    std::uint64_t passedBytes_ = 0;
    std::uint64_t farewellBytes_ = 0;  // that passed after the cancellation
};

/// One body on its way through a limiter, or through none. Not thread-safe; the limiter outlives it.
///
/// One that begins after everything was cancelled passes without waiting if it is small: by such, a cancelled
/// run tells the vault what it has stored. All others end.
class Transfer final {
public:
    static constexpr std::uint64_t kUnknownSize = UINT64_MAX;

    /// A null limiter lets everything pass.
    Transfer(RateLimiter* limiter, std::uint64_t sizeBytes);

    /// Waits until the next piece may pass, and tells its size: from 1 to `mostBytes`, which is not 0. Throws
    /// Error (Cancelled, "BASE-0004"), within a tenth of a second.
    [[nodiscard]] std::size_t next(std::size_t mostBytes);

private:
    RateLimiter* const limiter_;
    bool isFree_ = false;
};

/// The limits of both directions; null where there is none. They are not owned, and outlive whom they are
/// given.
struct TransferLimits {
    RateLimiter* upload = nullptr;
    RateLimiter* download = nullptr;
};

}  // namespace base
