// SPDX-License-Identifier: Apache-2.0
// child_process.cpp: a program in a process group of its own on Linux. A descriptor stands for the process,
// so that its end and its output can be waited for at once.
#include "platform/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstring>
#include <mutex>
#include <string_view>

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

Clock::time_point endOf(Milliseconds atMost) {
    return Clock::now() + std::min(atMost, ChildProcess::kLongest);
}

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

/// The variables of a child: those of this process, some withheld and some replaced.
class Environment final {
public:
    explicit Environment(const ChildCommand& command) {
        for (const auto& [name, value] : command.environment)
            entries_.emplace_back(name).append("=").append(value);
        for (char** entry = environ; *entry != nullptr; ++entry) {
            if (isInherited(*entry, command)) pointers_.push_back(*entry);
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
    static bool isInherited(const char* entry, const ChildCommand& command) {
        const std::string_view name(entry, std::strcspn(entry, "="));
        return std::none_of(command.withheld.begin(), command.withheld.end(),
                            [name](const std::string& withheld) { return withheld == name; }) &&
               std::none_of(command.environment.begin(), command.environment.end(),
                            [name](const auto& given) { return given.first == name; });
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
        static_cast<void>(retryInterrupted([this] { return ::waitpid(process_, nullptr, 0); }));
    }
    LinuxChild(const LinuxChild&) = delete;
    LinuxChild& operator=(const LinuxChild&) = delete;

    std::optional<std::size_t> readOutput(base::MutableBytes to, Milliseconds atMost) override {
        assert(!to.empty());
        const auto end = endOf(atMost);
        for (;;) {
            std::array<struct pollfd, 2> ends = {{{output_.get(), POLLIN, 0}, {handle_.get(), POLLIN, 0}}};
            if (!pollUntil(ends.data(), ends.size(), end)) return std::nullopt;
            if (ends[1].revents != 0) return readWhatItLeft(to);
            const ssize_t count =
                retryInterrupted([&] { return ::read(output_.get(), to.data(), to.size()); });
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EAGAIN) throw systemFailure("read from");
        }
    }

    std::optional<int> wait(Milliseconds atMost) override {
        struct pollfd ended = {handle_.get(), POLLIN, 0};
        if (!pollUntil(&ended, 1, endOf(atMost))) return std::nullopt;
        siginfo_t how = {};
        // It stays unreaped as long as it may have to be ended: its number is its group's, and its own so
        // long.
        if (retryInterrupted(
                [&] { return ::waitid(P_PID, static_cast<id_t>(process_), &how, WEXITED | WNOWAIT); }) != 0)
            throw systemFailure("learn the exit code of");
        return how.si_code == CLD_EXITED ? how.si_status : 128 + how.si_status;
    }

    void askToStop() noexcept override {
        const std::lock_guard lock(mutex_);
        input_.reset();
        if (hasEnded()) return;
        wasAskedToStop_ = true;
        signalGroup(SIGTERM);
    }

    void kill() noexcept override {
        const std::lock_guard lock(mutex_);
        if (!hasEnded() || wasAskedToStop_) signalGroup(SIGKILL);
    }

private:
    void signalGroup(int signal) noexcept {
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

    /// What was in the pipe when the child was found to have ended. What comes later others have written.
    std::size_t readWhatItLeft(base::MutableBytes to) {
        if (!leftBytes_) {
            int count = 0;
            if (::ioctl(output_.get(), FIONREAD, &count) != 0) throw systemFailure("read from");
            leftBytes_ = static_cast<std::size_t>(count);
        }
        const std::size_t wanted = std::min(to.size(), *leftBytes_);
        if (wanted == 0) return 0;
        const ssize_t count = retryInterrupted([&] { return ::read(output_.get(), to.data(), wanted); });
        if (count < 0) throw systemFailure("read from");
        *leftBytes_ -= static_cast<std::size_t>(count);
        return static_cast<std::size_t>(count);
    }

    const pid_t process_;  // and its group's number
    const Descriptor handle_;
    std::mutex mutex_;  // guards input_ and wasAskedToStop_
    Descriptor input_;
    bool wasAskedToStop_ = false;
    const Descriptor output_;
    std::optional<std::size_t> leftBytes_;  // of what it wrote, once it has ended
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
    if (const int number = plan.start(command.words, Environment(command).get(), process); number != 0)
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
