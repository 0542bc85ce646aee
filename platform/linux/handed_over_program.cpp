// SPDX-License-Identifier: Apache-2.0
// handed_over_program.cpp: the connection to a program that a unit of systemd runs, in a child's clothes.
#include "platform/handed_over_program.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <climits>
#include <cstring>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/system_error.hpp"

namespace platform {

namespace {

using linux::Descriptor;
using linux::retryInterrupted;
using Milliseconds = ChildProcess::Milliseconds;

[[noreturn]] void failToHandOver(const std::string& path, int number) {
    throw base::Error(
        base::ErrorKind::Unavailable, "PROC-0007",
        "Nobody takes work at the socket '" + base::printable(path) + "' - " + linux::reasonOf(number),
        "Start the unit that listens there ('systemctl start hbr-restore.socket'), then try again.",
        base::Retry::AfterFix);
}

class Connection final : public ChildProcess {
public:
    explicit Connection(Descriptor socket) : socket_(std::move(socket)) {}
    ~Connection() override { kill(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    std::optional<std::size_t> readOutput(base::MutableBytes to, Milliseconds atMost) override {
        assert(!to.empty());
        if (!awaitBytes(atMost)) return std::nullopt;
        const ssize_t count =
            retryInterrupted([&] { return ::recv(socket_.get(), to.data(), to.size(), 0); });
        // However a connection ends, there is no more to come.
        hasEnded_ = count <= 0;
        return hasEnded_ ? 0 : static_cast<std::size_t>(count);
    }

    std::optional<int> wait(Milliseconds atMost) override {
        if (!hasEnded_ && !awaitEnd(atMost)) return std::nullopt;
        return kUnknownExitCode;
    }

    void askToStop() noexcept override { ::shutdown(socket_.get(), SHUT_WR); }
    void kill() noexcept override { ::shutdown(socket_.get(), SHUT_RDWR); }

private:
    [[nodiscard]] bool awaitBytes(Milliseconds atMost) const { return pollFor(POLLIN, atMost); }
    /// Both sides have closed it, and what was said may still be unread.
    [[nodiscard]] bool awaitEnd(Milliseconds atMost) const { return pollFor(POLLRDHUP, atMost); }

    [[nodiscard]] bool pollFor(short event, Milliseconds atMost) const {
        const auto most = static_cast<int>(std::clamp<long long>(atMost.count(), 0, INT_MAX));
        struct pollfd end = {socket_.get(), event, 0};
        return retryInterrupted([&] { return ::poll(&end, 1, most); }) > 0;
    }

    const Descriptor socket_;
    bool hasEnded_ = false;
};

Descriptor connectTo(const std::string& path) {
    struct sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path)) failToHandOver(path, ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* const generic = reinterpret_cast<const struct sockaddr*>(&address);
    if (!socket || retryInterrupted([&] { return ::connect(socket.get(), generic, sizeof(address)); }) != 0)
        failToHandOver(path, errno);
    return socket;
}

}  // namespace

std::unique_ptr<ChildProcess> startHandedOver(const std::string& socketPath, const base::SecretBytes& input) {
    assert(input.view().size() <= ChildCommand::kMostInputBytes);
    Descriptor socket = connectTo(socketPath);
    // The socket's buffer takes it at once, whether anybody reads yet or not.
    const base::ByteView bytes = input.view();
    if (retryInterrupted([&] { return ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }) !=
        static_cast<ssize_t>(bytes.size()))
        failToHandOver(socketPath, errno);
    return std::make_unique<Connection>(std::move(socket));
}

}  // namespace platform
