// SPDX-License-Identifier: Apache-2.0
// child_process.cpp: a program in a job object of its own on Windows. Its output comes through a named pipe,
// because only of such a pipe one can wait for bytes and for the end of the process at once.
#include "platform/child_process.hpp"

#include <windows.h>

#include <bcrypt.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cwchar>
#include <map>
#include <mutex>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/spawn.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform {

namespace {

using windows::Handle;
using Clock = std::chrono::steady_clock;
using Milliseconds = ChildProcess::Milliseconds;

constexpr DWORD kPipeBytes = 64 * base::kKiB;
static_assert(ChildCommand::kMostInputBytes < kPipeBytes);
constexpr UINT kKilledExitCode = 137;  // as on Linux

base::Error systemFailure(const std::string& what, DWORD number) {
    return {base::ErrorKind::Unavailable, "PROC-0005",
            "Could not " + what + " a program that was started - " + windows::systemErrorText(number),
            "Look at the system's log, then try again.", base::Retry::Later};
}

/// A time for Windows' waits, whose largest number means for ever.
DWORD waitTime(Milliseconds time) noexcept {
    return static_cast<DWORD>(std::clamp<long long>(time.count(), 0, INFINITE - 1));
}

/// The order of variables' names that Windows wants, in which capital and small letters are the same.
struct IsNameBefore {
    bool operator()(const std::wstring& a, const std::wstring& b) const noexcept {
        return CompareStringOrdinal(a.c_str(), -1, b.c_str(), -1, TRUE) == CSTR_LESS_THAN;
    }
};

/// The variables of a child as CreateProcessW takes them: those of this process, some withheld and some
/// replaced.
class Environment final {
public:
    explicit Environment(const ChildCommand& command) {
        inherit();
        for (const std::string& name : command.withheld) values_.erase(windows::toWide(name));
        for (const auto& [name, value] : command.environment) {
            values_.insert_or_assign(windows::toWide(name), windows::toWide(value));
        }
        std::size_t letters = 1;
        for (const auto& [name, value] : values_) letters += name.size() + value.size() + 2;
        block_.reserve(letters);  // text that grows would leave copies of secrets behind
        for (const auto& [name, value] : values_)
            block_.append(name).append(1, L'=').append(value).append(1, L'\0');
        block_ += L'\0';
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() {
        base::wipe(block_.data(), block_.size() * sizeof(wchar_t));
        for (auto& [name, value] : values_) base::wipe(value.data(), value.size() * sizeof(wchar_t));
    }

    [[nodiscard]] std::wstring* get() noexcept { return &block_; }

private:
    void inherit() {
        const auto owned = [](wchar_t* block) { FreeEnvironmentStringsW(block); };
        const std::unique_ptr<wchar_t, decltype(owned)> all(GetEnvironmentStringsW(), owned);
        for (const wchar_t* entry = all.get(); entry != nullptr && *entry != L'\0';
             entry += std::wcslen(entry) + 1) {
            // Names such as "=C:", which Windows keeps for itself, begin with the sign that ends others.
            const wchar_t* end = std::wcschr(entry + 1, L'=');
            if (end != nullptr) values_.emplace(std::wstring(entry, end), end + 1);
        }
    }

    std::map<std::wstring, std::wstring, IsNameBefore> values_;
    std::wstring block_;  // each as "name=value" with a zero behind it, and a zero at the end
};

/// A name that nobody can take before us.
std::wstring newPipeName(const std::string& program) {
    std::array<base::Byte, 16> random{};
    if (BCryptGenRandom(nullptr, random.data(), random.size(), BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0)
        windows::failToStart(program, ERROR_NOT_READY);
    return windows::toWide("\\\\.\\pipe\\hbr-child-" + base::encodeHex(random));
}

/// A pipe whose reading end can be read without waiting; the writing end can be inherited.
windows::Pipe makeOutputPipe(const std::string& program) {
    const std::wstring name = newPipeName(program);
    windows::PrivateSecurity security;
    windows::Pipe pipe;
    pipe.readEnd = Handle(CreateNamedPipeW(
        name.c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, kPipeBytes, kPipeBytes, 0, security.attributes()));
    if (!pipe.readEnd) windows::failToStart(program, GetLastError());
    SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    pipe.writeEnd = Handle(CreateFileW(name.c_str(), GENERIC_WRITE, 0, &inherited, OPEN_EXISTING,
                                       FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!pipe.writeEnd) windows::failToStart(program, GetLastError());
    return pipe;
}

/// The output of a child, read ahead.
class OutputReader final {
public:
    explicit OutputReader(Handle pipe)
        : pipe_(std::move(pipe)), arrived_(CreateEventW(nullptr, TRUE, FALSE, nullptr)) {}
    ~OutputReader() {
        if (!isReading_) return;
        // The system writes into the buffer until the reading has ended.
        CancelIoEx(pipe_.get(), &reading_);
        DWORD count = 0;
        GetOverlappedResult(pipe_.get(), &reading_, &count, TRUE);
    }
    OutputReader(const OutputReader&) = delete;
    OutputReader& operator=(const OutputReader&) = delete;

    [[nodiscard]] HANDLE arrived() const noexcept { return arrived_.get(); }
    [[nodiscard]] bool isAtEnd() const noexcept { return isAtEnd_; }

    /// Sets the event once something has arrived, or the end.
    void begin() {
        if (isReading_ || isAtEnd_ || !arrivedBytes_.empty()) return;
        reading_ = {};
        reading_.hEvent = arrived_.get();
        isReading_ = true;
        if (ReadFile(pipe_.get(), buffer_.data(), static_cast<DWORD>(buffer_.size()), nullptr, &reading_) !=
            0)
            return;
        if (GetLastError() == ERROR_IO_PENDING) return;
        isReading_ = false;
        end(GetLastError());
    }

    /// Takes what has arrived; call when the event is set.
    void finish() {
        if (!isReading_) return;
        DWORD count = 0;
        const bool isRead = GetOverlappedResult(pipe_.get(), &reading_, &count, TRUE) != 0;
        isReading_ = false;
        if (!isRead) return end(GetLastError());
        arrivedBytes_ = base::ByteView(buffer_).first(count);
    }

    /// What has arrived and was not taken yet.
    [[nodiscard]] std::size_t bytesThere() const noexcept {
        DWORD waiting = 0;
        // While a reading is under way the pipe is empty.
        if (!isReading_ && !isAtEnd_) PeekNamedPipe(pipe_.get(), nullptr, 0, nullptr, &waiting, nullptr);
        return arrivedBytes_.size() + waiting;
    }

    /// How many bytes it moved; 0 when none are there.
    std::size_t take(base::MutableBytes to) noexcept {
        const std::size_t count = std::min(to.size(), arrivedBytes_.size());
        std::copy_n(arrivedBytes_.begin(), count, to.begin());
        arrivedBytes_ = arrivedBytes_.subspan(count);
        return count;
    }

private:
    void end(DWORD number) {
        if (number != ERROR_BROKEN_PIPE && number != ERROR_HANDLE_EOF)
            throw systemFailure("read from", number);
        isAtEnd_ = true;
    }

    const Handle pipe_;
    const Handle arrived_;
    OVERLAPPED reading_{};
    bool isReading_ = false;
    bool isAtEnd_ = false;
    std::array<base::Byte, kPipeBytes> buffer_{};
    base::ByteView arrivedBytes_;  // in buffer_, not taken yet
};

class WindowsChild final : public ChildProcess {
public:
    WindowsChild(Handle process, Handle job, Handle input, Handle output)
        : process_(std::move(process)),
          job_(std::move(job)),
          input_(std::move(input)),
          output_(std::move(output)) {}
    ~WindowsChild() override {
        kill();
        WaitForSingleObject(process_.get(), INFINITE);
    }
    WindowsChild(const WindowsChild&) = delete;
    WindowsChild& operator=(const WindowsChild&) = delete;

    std::optional<std::size_t> readOutput(base::MutableBytes to, Milliseconds atMost) override {
        assert(!to.empty());
        const auto end = Clock::now() + std::min(atMost, kLongest);
        for (;;) {
            output_.begin();
            if (const std::size_t count = takeAllowed(to); count > 0) return count;
            if (output_.isAtEnd() || leftBytes_ == std::size_t{0}) return 0;
            const std::array<HANDLE, 2> ends = {output_.arrived(), process_.get()};
            const auto left = std::chrono::ceil<Milliseconds>(end - Clock::now());
            const DWORD first =
                WaitForMultipleObjects(static_cast<DWORD>(ends.size()), ends.data(), FALSE, waitTime(left));
            if (first == WAIT_TIMEOUT) return std::nullopt;
            if (first == WAIT_FAILED) throw systemFailure("wait for", GetLastError());
            // Asked in this order: all that it wrote has arrived before it ended.
            const bool isOver = hasEnded();
            if (WaitForSingleObject(output_.arrived(), 0) == WAIT_OBJECT_0) output_.finish();
            if (isOver && !leftBytes_) leftBytes_ = output_.bytesThere();
        }
    }

    std::optional<int> wait(Milliseconds atMost) override {
        const DWORD outcome = WaitForSingleObject(process_.get(), waitTime(atMost));
        if (outcome == WAIT_TIMEOUT) return std::nullopt;
        DWORD exitCode = 0;
        if (outcome == WAIT_FAILED || GetExitCodeProcess(process_.get(), &exitCode) == 0)
            throw systemFailure("wait for", GetLastError());
        return static_cast<int>(exitCode);
    }

    void askToStop() noexcept override {
        const std::lock_guard lock(mutex_);
        input_.reset();
        if (!hasEnded()) wasAskedToStop_ = true;
    }

    void kill() noexcept override {
        const std::lock_guard lock(mutex_);
        if (!hasEnded() || wasAskedToStop_) TerminateJobObject(job_.get(), kKilledExitCode);
    }

private:
    [[nodiscard]] bool hasEnded() const noexcept {
        return WaitForSingleObject(process_.get(), 0) == WAIT_OBJECT_0;
    }

    std::size_t takeAllowed(base::MutableBytes to) noexcept {
        const std::size_t count = output_.take(leftBytes_ ? to.first(std::min(to.size(), *leftBytes_)) : to);
        if (leftBytes_) *leftBytes_ -= count;
        return count;
    }

    const Handle process_;
    const Handle job_;
    std::mutex mutex_;  // guards input_ and wasAskedToStop_
    Handle input_;
    bool wasAskedToStop_ = false;
    OutputReader output_;
    std::optional<std::size_t>
        leftBytes_;  // of what it wrote, once it has ended; what comes later others write
};

/// Puts a process that has not begun yet into a job and lets it begin. Ends it when that fails.
Handle beginInJob(const std::string& program, const windows::Spawned& spawned) {
    Handle job(CreateJobObjectW(nullptr, nullptr));
    if (!job || AssignProcessToJobObject(job.get(), spawned.process.get()) == 0 ||
        ResumeThread(spawned.thread.get()) == static_cast<DWORD>(-1)) {
        const DWORD number = GetLastError();
        TerminateProcess(spawned.process.get(), kKilledExitCode);
        windows::failToStart(program, number);
    }
    return job;
}

}  // namespace

std::unique_ptr<ChildProcess> startChild(const ChildCommand& command) {
    requireUsable(command);
    const std::string& program = command.words.front();
    windows::Pipe toChild = windows::makePipe(program, windows::ChildEnd::Read, kPipeBytes);
    windows::Pipe fromChild = makeOutputPipe(program);
    const base::ByteView input = command.input.view();
    DWORD written = 0;
    // It is there before the child is, and fits.
    if (!input.empty() && WriteFile(toChild.writeEnd.get(), input.data(), static_cast<DWORD>(input.size()),
                                    &written, nullptr) == 0) {
        windows::failToStart(program, GetLastError());
    }
    Environment environment(command);
    windows::Spawn how;
    how.input = toChild.readEnd.get();
    how.output = fromChild.writeEnd.get();
    if (command.errors == ChildCommand::Errors::WithOutput) how.error = how.output;
    how.variables = environment.get();
    how.flags = CREATE_SUSPENDED;
    windows::Spawned spawned = windows::spawn(command.words, how);
    Handle job = beginInJob(program, spawned);
    if (command.inputEnd == ChildCommand::InputEnd::AtOnce) toChild.writeEnd.reset();
    return std::make_unique<WindowsChild>(std::move(spawned.process), std::move(job),
                                          std::move(toChild.writeEnd), std::move(fromChild.readEnd));
}

}  // namespace platform
