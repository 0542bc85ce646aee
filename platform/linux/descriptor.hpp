// SPDX-License-Identifier: Apache-2.0
// descriptor.hpp: owns a file descriptor, and repeats calls that a signal interrupted.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace platform::linux {

/// Closes its descriptor when it goes.
class Descriptor final {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }

    /// Closes it now. Keeps errno, so that it may run between a failed call and its translation.
    void reset() noexcept {
        if (number_ < 0) return;
        const int kept = errno;
        ::close(std::exchange(number_, -1));
        errno = kept;
    }

private:
    int number_ = -1;
};

/// Repeats a system call until no signal interrupts it.
template <typename Call>
auto retryInterrupted(const Call& call) {
    for (;;) {
        const auto outcome = call();
        if (outcome != -1 || errno != EINTR) return outcome;
    }
}

}  // namespace platform::linux
