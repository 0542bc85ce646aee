// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/shared_items.hpp"

#include <mutex>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"

namespace vault {

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
        std::vector<std::jthread> threads;
        for (unsigned i = 1; i < workers; ++i) threads.emplace_back(run);
        run();
    }
    if (failure) throw base::Error(*failure);
}

}  // namespace vault
