// SPDX-License-Identifier: Apache-2.0
// child_process.cpp: runs another program on Linux.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/system_error.hpp"
#include "platform/process.hpp"

namespace platform {

namespace {

using linux::Descriptor;
using linux::retryInterrupted;

[[noreturn]] void failToStart(const std::string& program, int number) {
    const bool isMissing = linux::meansNotFound(number) || number == EACCES || number == ENOEXEC;
    throw base::Error(isMissing ? base::ErrorKind::NotFound : base::ErrorKind::Unavailable,
                      isMissing ? "PROC-0002" : "PROC-0003",
                      "Could not start '" + base::printable(program) + "' - " + linux::reasonOf(number),
                      "Check that the program is installed and may be run.");
}

struct Pipe {
    Descriptor readEnd;
    Descriptor writeEnd;
};

Pipe makePipe(const std::string& program) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) failToStart(program, errno);
    Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
    // dup2() onto its own number would leave close-on-exec set, so that the child had no such stream.
    for (Descriptor* end : {&pipe.readEnd, &pipe.writeEnd}) {
        if (end->get() > STDERR_FILENO) continue;
        Descriptor higher(::fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
        if (!higher) failToStart(program, errno);
        *end = std::move(higher);
    }
    return pipe;
}

/// Keeps SIGPIPE from this thread while it writes to a child that may be gone.
class NoBrokenPipeSignal final {
public:
    NoBrokenPipeSignal() noexcept {
        sigset_t pending;
        ::sigpending(&pending);
        wasPending_ = ::sigismember(&pending, SIGPIPE) == 1;
        ::sigemptyset(&pipeOnly_);
        ::sigaddset(&pipeOnly_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipeOnly_, &before_);
    }
    NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
    NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;
    ~NoBrokenPipeSignal() {
        const struct timespec atOnce = {};
        // Takes away the one that we caused.
        if (!wasPending_) static_cast<void>(::sigtimedwait(&pipeOnly_, nullptr, &atOnce));
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

    [[nodiscard]] const sigset_t& maskBefore() const noexcept { return before_; }

private:
    sigset_t pipeOnly_;
    sigset_t before_;
    bool wasPending_ = false;
};

/// What the child gets: our pipes as its streams, and signals as a fresh program expects them.
class SpawnPlan final {
public:
    SpawnPlan(int input, int output, const sigset_t& mask) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawnattr_init(&attributes_);
        sigset_t defaults;
        ::sigemptyset(&defaults);
        ::sigaddset(&defaults, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
        ::posix_spawnattr_setsigmask(&attributes_, &mask);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    /// Returns 0 or an errno number.
    int start(const std::vector<std::string>& commandLine, pid_t& child) {
        std::vector<char*> words;
        for (const std::string& word : commandLine) words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        return ::posix_spawnp(&child, words[0], &actions_, &attributes_, words.data(), environ);
    }

private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

/// Writes what fits. Closes the pipe once all is written or the child reads no more.
void feed(Descriptor& pipe, base::ByteView& input) noexcept {
    const ssize_t count = retryInterrupted([&] { return ::write(pipe.get(), input.data(), input.size()); });
    if (count >= 0) input = input.subspan(static_cast<std::size_t>(count));
    // A child that does not want all of its input is no error of ours.
    if (input.empty() || (count < 0 && errno != EAGAIN)) pipe.reset();
}

/// Closes the pipe at its end.
void collect(Descriptor& pipe, std::string& output) {
    std::array<char, 65536> piece;
    const ssize_t count = retryInterrupted([&] { return ::read(pipe.get(), piece.data(), piece.size()); });
    if (count > 0) {
        output.append(piece.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EAGAIN) {
        pipe.reset();
    }
}

/// Writes and reads by turns, so that neither side waits for the other with a full pipe.
std::string converse(Descriptor toChild, Descriptor fromChild, base::ByteView input) {
    std::string output;
    ::fcntl(toChild.get(), F_SETFL, O_NONBLOCK);
    if (input.empty()) toChild.reset();
    while (fromChild) {
        // poll() skips the negative number of a closed pipe.
        std::array<struct pollfd, 2> ends = {{{fromChild.get(), POLLIN, 0}, {toChild.get(), POLLOUT, 0}}};
        if (retryInterrupted([&ends] { return ::poll(ends.data(), ends.size(), -1); }) < 0) break;
        if (ends[0].revents != 0) collect(fromChild, output);
        if (toChild && ends[1].revents != 0) feed(toChild, input);
    }
    return output;
}

int waitFor(pid_t child) noexcept {
    int status = 0;
    if (retryInterrupted([&] { return ::waitpid(child, &status, 0); }) < 0) return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ChildResult runProgram(const std::vector<std::string>& commandLine, base::ByteView input) {
    if (commandLine.empty() || commandLine.front().empty()) failToStart("", ENOENT);
    Pipe toChild = makePipe(commandLine.front());
    Pipe fromChild = makePipe(commandLine.front());
    const NoBrokenPipeSignal quiet;
    pid_t child = 0;
    SpawnPlan plan(toChild.readEnd.get(), fromChild.writeEnd.get(), quiet.maskBefore());
    const int number = plan.start(commandLine, child);
    if (number != 0) failToStart(commandLine.front(), number);
    toChild.readEnd.reset();
    fromChild.writeEnd.reset();
    ChildResult result;
    result.output = converse(std::move(toChild.writeEnd), std::move(fromChild.readEnd), input);
    result.exitCode = waitFor(child);
    return result;
}

}  // namespace platform
