// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/shared_items.hpp"

#include <mutex>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/base/worker_threads.hpp"

namespace vault {

namespace {

/// Threads beside the caller's own: as many as the system gives, and none will do.
std::vector<std::jthread> startHelpers(unsigned count, const std::function<void()>& body) {
    if (count == 0) return {};
    try {
        return base::startWorkers(count, body);
    } catch (const base::Error&) {
        return {};
    }
}

}  // namespace

void shareItems(std::size_t count, unsigned workers, const std::function<void(SharedItems&)>& work) {
    SharedItems items(count);
    std::mutex mutex;  // guards failure
    std::optional<base::Error> failure;
    const auto run = [&] {
        try {
            work(items);
        } catch (...) {
            items.stop();
            const std::lock_guard lock(mutex);
            if (!failure) failure = base::currentError();
        }
    };
    {
        const auto helpers = startHelpers(workers - 1, run);
        run();
    }
    if (failure) throw base::Error(*failure);
}

}  // namespace vault
