// SPDX-License-Identifier: Apache-2.0
// cancel.hpp: how a person or a signal asks long work to stop.
#pragma once

#include <atomic>
#include <memory>

#include "platform/base/error.hpp"

namespace base {

/// Asks many threads to stop. Copies share one flag; cancel() may be called from a signal handler.
class CancelToken final {
public:
    CancelToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}

    void cancel() const noexcept { flag_->store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool isCancelled() const noexcept { return flag_->load(std::memory_order_relaxed); }

    /// Throws Error (Cancelled) once somebody has called cancel().
    void throwIfCancelled() const {
        if (isCancelled()) {
            throw Error(ErrorKind::Cancelled, "BASE-0004", "The operation was cancelled",
                        "What was already stored is kept and will be reused by the next run.", Retry::Later);
        }
    }

private:
    // Shared because the token outlives neither the signal handler nor the last worker in a known order.
    std::shared_ptr<std::atomic<bool>> flag_;
};

}  // namespace base
