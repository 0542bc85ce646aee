// SPDX-License-Identifier: Apache-2.0
// shared_items.hpp: several threads that share out a list of things to do.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

namespace vault {

/// Numbers from 0 up to a count, each handed out once. Thread-safe.
class SharedItems final {
public:
    explicit SharedItems(std::size_t count) : count_(count) {}

    /// Nothing when all were handed out, or stop() was called.
    std::optional<std::size_t> next() noexcept {
        const std::size_t item = next_.fetch_add(1, std::memory_order_relaxed);
        if (item >= count_ || isStopped_) return std::nullopt;
        return item;
    }

    void stop() noexcept { isStopped_ = true; }

private:
    const std::size_t count_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> isStopped_ = false;
};

/// Calls `work` on so many threads (one at least), the caller's among them and fewer where the system refuses
/// some, and returns when all have ended. `work` takes items until there are none. The first exception stops
/// the items and is thrown here as base::Error.
void shareItems(std::size_t count, unsigned workers, const std::function<void(SharedItems&)>& work);

}  // namespace vault
