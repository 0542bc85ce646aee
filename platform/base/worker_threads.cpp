// SPDX-License-Identifier: Apache-2.0
#include "platform/base/worker_threads.hpp"

#include <algorithm>
#include <system_error>

#include "platform/base/error.hpp"

namespace base {

std::vector<std::jthread> startWorkers(std::size_t count, const std::function<void()>& body) {
    std::vector<std::jthread> threads;
    // First, so that no started thread is lost to a lack of memory.
    threads.reserve(std::max<std::size_t>(count, 1));
    try {
        do {
            threads.emplace_back(body);
        } while (threads.size() < count);
    } catch (const std::exception&) {
        if (threads.empty()) {
            throw Error(ErrorKind::Exhausted, "BASE-0006", "The system starts no more threads",
                        "End other programs or raise the limit of threads for this one, then try again.",
                        Retry::Later);
        }
    }
    return threads;
}

}  // namespace base
