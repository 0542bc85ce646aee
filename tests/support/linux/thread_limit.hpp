// SPDX-License-Identifier: Apache-2.0
// thread_limit.hpp: a system that refuses to start threads, as one at its limit does.
#pragma once

#include <cstddef>

namespace test {

/// While it lives, the process gets this many more threads and no further one: pthread_create(), which this
/// file puts in front of the C library's, answers EAGAIN. One at a time.
class ThreadLimit final {
public:
    explicit ThreadLimit(std::size_t threads);
    ~ThreadLimit();
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;

    /// How many were refused.
    [[nodiscard]] std::size_t refused() const;
};

}  // namespace test
