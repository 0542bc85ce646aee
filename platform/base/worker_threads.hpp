// SPDX-License-Identifier: Apache-2.0
// worker_threads.hpp: threads that share one task, on a machine that may refuse to start them.
#pragma once

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace base {

/// Starts `count` threads (at least one) that run `body`, which must let no exception escape and must not
/// count on how many there are: where the system refuses a thread, those that run do the work. Throws Error
/// (Exhausted, "BASE-0006") when it refuses the very first, so a caller that catches it has none to end.
std::vector<std::jthread> startWorkers(std::size_t count, const std::function<void()>& body);

}  // namespace base
