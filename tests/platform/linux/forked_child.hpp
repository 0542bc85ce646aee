// SPDX-License-Identifier: Apache-2.0
// forked_child.hpp: a piece of a test that runs in a process of its own.
#pragma once

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace test {

/// Runs `body` in a child, whose exit code is what it returns. A child that nobody waited for is killed.
class ForkedChild final {
public:
    template <typename Body>
    explicit ForkedChild(const Body& body) : id_(::fork()) {
        if (id_ == 0) ::_exit(outcomeOf(body));
    }
    ForkedChild(const ForkedChild&) = delete;
    ForkedChild& operator=(const ForkedChild&) = delete;
    ~ForkedChild() {
        if (id_ <= 0) return;
        ::kill(id_, SIGKILL);
        exitCode();
    }

    void send(int signalNumber) const { ::kill(id_, signalNumber); }

    /// Waits for its end: its exit code, or 128 and the signal that ended it.
    int exitCode() {
        const pid_t id = std::exchange(id_, 0);
        int status = 0;
        while (::waitpid(id, &status, 0) < 0 && errno == EINTR) continue;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

private:
    /// Signals as a fresh program has them, whatever whoever started the tests ignores. What is thrown must
    /// not get into a second run of the tests.
    template <typename Body>
    static int outcomeOf(const Body& body) noexcept {
        for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
        try {
            return body();
        } catch (...) {
            return 99;
        }
    }

    pid_t id_;
};

/// Runs `body` in a child to its end.
template <typename Body>
int exitCodeOf(const Body& body) {
    return ForkedChild(body).exitCode();
}

}  // namespace test
