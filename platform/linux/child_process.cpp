// SPDX-License-Identifier: Apache-2.0
// child_process.cpp: a program in a process group of its own on Linux. A descriptor stands for the process,
// so that its end and its output can be waited for at once.
#include "platform/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <mutex>

#include "platform/base/error.hpp"
#include "platform/linux/spawn.hpp"
#include "platform/linux/system_error.hpp"

namespace platform {

namespace {

using linux::Descriptor;
using linux::retryInterrupted;
using Clock = std::chrono::steady_clock;
using Milliseconds = ChildProcess::Milliseconds;

base::Error systemFailure(const char* what) {
    return {base::ErrorKind::Unavailable, "PROC-0005",
            std::string("Could not ") + what + " a program that was started - " + linux::reasonOf(errno),
            "Look at the system's log, then try again.", base::Retry::Later};
}

/// A descriptor that stands for a process; -1 and errno where the kernel, older than 5.3, has none.
int openHandle(pid_t process) noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, process, 0)); }

/// poll() until a moment; false when the time is over.
bool pollUntil(struct pollfd* ends, nfds_t count, Clock::time_point end) {
    for (;;) {
        const auto left = std::chrono::ceil<Milliseconds>(end - Clock::now()).count();
        const int ready = ::poll(ends, count, static_cast<int>(std::clamp<long long>(left, 0, INT_MAX)));
        if (ready > 0) return true;
        if (ready == 0) return false;
        if (errno != EINTR) throw systemFailure("wait for");
    }
}

/// The variables of this process, some replaced.
class Environment final {
public:
    explicit Environment(const std::vector<std::pair<std::string, std::string>>& changes) {
        for (const auto& [name, value] : changes) entries_.emplace_back(name).append("=").append(value);
        for (char** entry = environ; *entry != nullptr; ++entry) {
            if (!isReplaced(*entry, changes)) pointers_.push_back(*entry);
        }
        for (std::string& entry : entries_) pointers_.push_back(entry.data());
        pointers_.push_back(nullptr);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() {
        for (std::string& entry : entries_) base::wipe(entry.data(), entry.size());
    }

    [[nodiscard]] char* const* get() const noexcept { return pointers_.data(); }

private:
    static bool isReplaced(const char* entry,
                           const std::vector<std::pair<std::string, std::string>>& changes) {
        return std::any_of(changes.begin(), changes.end(), [entry](const auto& change) {
            const std::size_t length = change.first.size();
            return std::strncmp(entry, change.first.c_str(), length) == 0 && entry[length] == '=';
        });
    }

    std::vector<std::string> entries_;
    std::vector<char*> pointers_;  // into entries_ and environ
};

class LinuxChild final : public ChildProcess {
public:
    LinuxChild(pid_t process, Descriptor handle, Descriptor input, Descriptor output)
        : process_(process),
          handle_(std::move(handle)),
          input_(std::move(input)),
          output_(std::move(output)) {}
    ~LinuxChild() override {
        kill();
        const std::lock_guard lock(mutex_);
        if (!exitCode_) reap();
    }
    LinuxChild(const LinuxChild&) = delete;
    LinuxChild& operator=(const LinuxChild&) = delete;

    std::optional<std::size_t> readOutput(base::MutableBytes to, Milliseconds atMost) override {
        const auto end = Clock::now() + atMost;
        for (;;) {
            std::array<struct pollfd, 2> ends = {{{output_.get(), POLLIN, 0}, {handle_.get(), POLLIN, 0}}};
            if (!pollUntil(ends.data(), ends.size(), end)) return std::nullopt;
            const ssize_t count =
                retryInterrupted([&] { return ::read(output_.get(), to.data(), to.size()); });
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EAGAIN) throw systemFailure("read from");
            // It had ended before this look found the pipe empty: who else holds the pipe is not it.
            if (ends[1].revents != 0) return 0;
        }
    }

    std::optional<int> wait(Milliseconds atMost) override {
        struct pollfd ended = {handle_.get(), POLLIN, 0};
        if (!pollUntil(&ended, 1, Clock::now() + atMost)) return std::nullopt;
        const std::lock_guard lock(mutex_);
        if (!exitCode_) reap();
        return exitCode_;
    }

    void askToStop() noexcept override {
        const std::lock_guard lock(mutex_);
        input_.reset();
        signalGroup(SIGTERM);
    }

    void kill() noexcept override {
        const std::lock_guard lock(mutex_);
        signalGroup(SIGKILL);
    }

private:
    /// Once the child is reaped its number may belong to somebody else.
    void signalGroup(int signal) noexcept {
        if (exitCode_ || hasEnded()) return;
        const bool isSent = ::kill(-process_, signal) == 0;
        // It may have left the group. Nobody is asked twice: that ends some at once.
        if (!isSent || signal == SIGKILL) {
            ::syscall(SYS_pidfd_send_signal, handle_.get(), signal, nullptr, 0);
        }
    }

    [[nodiscard]] bool hasEnded() const noexcept {
        struct pollfd ended = {handle_.get(), POLLIN, 0};
        return handle_ && retryInterrupted([&ended] { return ::poll(&ended, 1, 0); }) > 0;
    }

    void reap() noexcept {
        int status = 0;
        const bool isReaped = retryInterrupted([&] { return ::waitpid(process_, &status, 0); }) == process_;
        exitCode_ = isReaped ? linux::exitCodeOf(status) : -1;
    }

    const pid_t process_;  // and its group's number
    const Descriptor handle_;
    std::mutex mutex_;  // guards input_ and exitCode_
    Descriptor input_;
    std::optional<int> exitCode_;  // once it is reaped
    const Descriptor output_;
};

}  // namespace

std::unique_ptr<ChildProcess> startChild(const ChildCommand& command) {
    requireUsable(command);
    const std::string& program = command.words.front();
    linux::Pipe toChild = linux::makePipe(program);
    linux::Pipe fromChild = linux::makePipe(program);
    ::fcntl(fromChild.readEnd.get(), F_SETFL, O_NONBLOCK);
    const linux::NoBrokenPipeSignal quiet;
    linux::SpawnPlan plan(toChild.readEnd.get(), fromChild.writeEnd.get(), quiet.maskBefore());
    plan.makeIndependent();
    if (command.errors == ChildCommand::Errors::WithOutput) plan.joinErrorToOutput();
    const base::ByteView input = command.input.view();
    // It is there before the child is, and fits.
    if (retryInterrupted([&] { return ::write(toChild.writeEnd.get(), input.data(), input.size()); }) < 0)
        linux::failToStart(program, errno);
    // A kernel that knows no such handles refuses before anything has been started.
    if (!Descriptor(openHandle(::getpid()))) linux::failToStart(program, errno);
    pid_t process = 0;
    if (const int number = plan.start(command.words, Environment(command.environment).get(), process);
        number != 0)
        linux::failToStart(program, number);
    if (command.inputEnd == ChildCommand::InputEnd::AtOnce) toChild.writeEnd.reset();
    const int handle = openHandle(process);
    const int refusal = errno;
    auto child = std::make_unique<LinuxChild>(process, Descriptor(handle), std::move(toChild.writeEnd),
                                              std::move(fromChild.readEnd));
    if (handle < 0) linux::failToStart(program, refusal);
    return child;
}

}  // namespace platform
