// SPDX-License-Identifier: Apache-2.0
#include "tests/support/linux/thread_limit.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <limits>

namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

std::atomic<std::size_t> allowedThreads = kNoLimit;
std::atomic<std::size_t> refusedThreads = 0;

bool takeOne() {
    std::size_t allowed = allowedThreads;
    while (allowed != kNoLimit) {
        if (allowed == 0) {
            ++refusedThreads;
            return false;
        }
        if (allowedThreads.compare_exchange_weak(allowed, allowed - 1)) return true;
    }
    return true;
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                              void* argument) {
    using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    // The next in line: the C library's, or a sanitizer's.
    static const auto next = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
    return takeOne() ? next(thread, attributes, body, argument) : EAGAIN;
}

namespace test {

ThreadLimit::ThreadLimit(std::size_t threads) {
    refusedThreads = 0;
    allowedThreads = threads;
}

ThreadLimit::~ThreadLimit() { allowedThreads = kNoLimit; }

std::size_t ThreadLimit::refused() const { return refusedThreads; }

}  // namespace test
