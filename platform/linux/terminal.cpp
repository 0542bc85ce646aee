// SPDX-License-Identifier: Apache-2.0
// terminal.cpp: the standard streams and the terminal on Linux.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>

#include "platform/base/error.hpp"
#include "platform/base/read_line.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/system_error.hpp"
#include "platform/process.hpp"

namespace platform {

namespace {

using linux::Descriptor;
using linux::retryInterrupted;

constexpr unsigned kUsualColumns = 80;

int descriptorOf(StandardStream stream) noexcept {
    switch (stream) {
        case StandardStream::Input:
            return STDIN_FILENO;
        case StandardStream::Output:
            return STDOUT_FILENO;
        case StandardStream::Error:
            break;
    }
    return STDERR_FILENO;
}

/// The first signal that came while a secret was typed.
volatile sig_atomic_t signalWhileAsking = 0;

extern "C" void noteSignal(int number) {
    if (signalWhileAsking == 0) signalWhileAsking = number;
}

/// Notes signals instead of obeying them, so that the terminal gets its echo back first. A blocked read
/// returns.
class SignalNotes final {
public:
    SignalNotes() noexcept {
        signalWhileAsking = 0;
        struct sigaction action = {};
        action.sa_handler = noteSignal;
        ::sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before_[i]);
    }
    SignalNotes(const SignalNotes&) = delete;
    SignalNotes& operator=(const SignalNotes&) = delete;
    ~SignalNotes() {
        for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
    }

private:
    static constexpr std::array<int, 5> kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    std::array<struct sigaction, kSignals.size()> before_ = {};
};

/// Switches the echo off for as long as it lives.
class SilentTerminal final {
public:
    explicit SilentTerminal(int terminal) noexcept
        : terminal_(terminal), isChanged_(::tcgetattr(terminal, &before_) == 0) {
        if (!isChanged_) return;
        struct termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK);
        silent.c_lflag |= ICANON | ISIG | ECHONL;
        ::tcsetattr(terminal, TCSAFLUSH, &silent);
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;
    ~SilentTerminal() {
        if (isChanged_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    }

private:
    const int terminal_;
    struct termios before_ = {};
    const bool isChanged_;
};

/// A terminal hands out one line of at most this many bytes.
constexpr std::size_t kLineBytes = 4096;

/// Reads up to the end of the line; stops early when a signal comes.
base::SecretBytes readLine(int terminal) {
    base::Secret<kLineBytes> line;
    std::size_t length = 0;
    while (length < kLineBytes && signalWhileAsking == 0) {
        base::Byte& next = line.fill()[length];
        const ssize_t count = ::read(terminal, &next, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0 || next == '\n') break;
        ++length;
    }
    return base::SecretBytes(line.view().first(length));
}

void writeAll(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count =
            retryInterrupted([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (errno != EAGAIN) {
            throw base::Error(base::ErrorKind::Unavailable, "PROC-0001",
                              "Could not write the output - " + linux::reasonOf(errno),
                              "Check the file, pipe or terminal that the output goes to.");
        }
        // Somebody who shares the terminal or pipe made it non-blocking.
        struct pollfd waiting = {descriptor, POLLOUT, 0};
        static_cast<void>(::poll(&waiting, 1, -1));
    }
}

}  // namespace

bool isTerminal(StandardStream stream) noexcept { return ::isatty(descriptorOf(stream)) == 1; }

unsigned terminalColumns() noexcept {
    struct winsize size = {};
    const bool isKnown = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
    return isKnown ? size.ws_col : kUsualColumns;
}

std::optional<base::SecretBytes> askSecret(const std::string& prompt) {
    const Descriptor terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal) return std::nullopt;
    for (;;) {
        base::SecretBytes secret;
        {
            const SignalNotes notes;
            const SilentTerminal silent(terminal.get());
            writeAll(terminal.get(), prompt);
            secret = readLine(terminal.get());
        }
        const int number = signalWhileAsking;
        if (number == 0) return secret;
        writeAll(terminal.get(), "\n");
        // Now it may do what it does: cancel, end or stop the process.
        ::raise(number);
        if (number != SIGTSTP) {
            throw base::Error(base::ErrorKind::Cancelled, "BASE-0004", "The operation was cancelled",
                              "Run the command again and enter the password.", base::Retry::Later);
        }
    }
}

std::optional<base::SecretBytes> readInputLine(std::size_t mostBytes) {
    return base::readLine(mostBytes, [](char& next) {
        return retryInterrupted([&next] { return ::read(STDIN_FILENO, &next, 1); }) == 1;
    });
}

void awaitEndOfInput() noexcept {
    std::array<char, 256> dropped{};
    while (retryInterrupted([&] { return ::read(STDIN_FILENO, dropped.data(), dropped.size()); }) > 0) {
    }
}

void writeStandard(StandardStream stream, std::string_view bytes) { writeAll(descriptorOf(stream), bytes); }

void prepareStandardStreams() {
    // A stream that the caller closed would otherwise go to the next file opened, such as one in a vault.
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
        // open() takes the lowest free number, which is this one.
        static_cast<void>(::open("/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY));
    }
}

}  // namespace platform
