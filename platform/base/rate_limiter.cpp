// SPDX-License-Identifier: Apache-2.0
#include "platform/base/rate_limiter.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <thread>
#include <utility>

namespace base {

namespace {

using std::chrono::nanoseconds;

/// How soon a cancellation or another rate is noticed.
constexpr nanoseconds kLongestSleep = std::chrono::milliseconds(100);
constexpr nanoseconds kShortestSleep = std::chrono::microseconds(1);

double inSeconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

nanoseconds sleepFor(double seconds) {
    if (seconds >= inSeconds(kLongestSleep)) return kLongestSleep;
    return std::max(kShortestSleep, nanoseconds(static_cast<nanoseconds::rep>(std::ceil(seconds * 1e9))));
}

}  // namespace

LimiterTime machineTime() {
    return {[] { return nanoseconds(std::chrono::steady_clock::now().time_since_epoch()); },
            [](nanoseconds time) { std::this_thread::sleep_for(time); }};
}

RateLimiter::RateLimiter(std::uint64_t bytesPerSecond, CancelToken cancel, LimiterTime time)
    : cancel_(std::move(cancel)),
      time_(std::move(time)),
      bytesPerSecond_(bytesPerSecond),
      accruedAt_(time_.steady()),
      allowed_(static_cast<double>(bytesPerSecond) * inSeconds(kBurst)) {
    assert(bytesPerSecond != 0);
}

std::uint64_t RateLimiter::bytesPerSecond() const {
    const std::lock_guard lock(mutex_);
    return bytesPerSecond_;
}

std::uint64_t RateLimiter::passedBytes() const {
    const std::lock_guard lock(mutex_);
    return passedBytes_;
}

void RateLimiter::setBytesPerSecond(std::uint64_t bytesPerSecond) {
    assert(bytesPerSecond != 0);
    const std::lock_guard lock(mutex_);
    accrue();  // by the old rate until this moment
    bytesPerSecond_ = bytesPerSecond;
}

std::size_t RateLimiter::pieceBytes() const {
    const double bytes = static_cast<double>(bytesPerSecond()) * inSeconds(kPiece);
    if (bytes >= static_cast<double>(kMostPieceBytes)) return kMostPieceBytes;
    return std::max<std::size_t>(1, static_cast<std::size_t>(bytes));
}

void RateLimiter::accrue() {
    const nanoseconds now = time_.steady();
    const auto rate = static_cast<double>(bytesPerSecond_);
    allowed_ = std::min(allowed_ + rate * inSeconds(now - accruedAt_), asked_ + rate * inSeconds(kBurst));
    accruedAt_ = now;
}

void RateLimiter::pass(std::size_t sizeBytes) {
    std::unique_lock lock(mutex_);
    accrue();
    asked_ += static_cast<double>(sizeBytes);
    const double end = asked_;
    for (;;) {
        cancel_.throwIfCancelled();
        accrue();
        if (allowed_ >= end) break;
        const nanoseconds wait = sleepFor((end - allowed_) / static_cast<double>(bytesPerSecond_));
        lock.unlock();
        time_.sleep(wait);
        lock.lock();
    }
    passedBytes_ += sizeBytes;
}

bool RateLimiter::mayStillPass(std::uint64_t sizeBytes) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t most = std::max(kFarewellBytes, bytesPerSecond_);
    if (sizeBytes > most - std::min(most, farewellBytes_)) return false;
    farewellBytes_ += sizeBytes;
    passedBytes_ += sizeBytes;
    return true;
}

Transfer::Transfer(RateLimiter* limiter, std::uint64_t sizeBytes)
    : limiter_(limiter),
      isFree_(limiter == nullptr || (limiter->cancel_.isCancelled() && limiter->mayStillPass(sizeBytes))) {}

std::size_t Transfer::next(std::size_t mostBytes) {
    assert(mostBytes != 0);
    if (isFree_) return mostBytes;
    const std::size_t piece = std::min(mostBytes, limiter_->pieceBytes());
    limiter_->pass(piece);
    return piece;
}

}  // namespace base
