// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/systemd_manager.hpp"

#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "platform/base/cut_text.hpp"
#include "platform/base/text.hpp"
#include "platform/linux/system_error.hpp"
#include "platform/process.hpp"

namespace platform::linux {

namespace {

/// How long a message waits for room in the queue of a systemd that is busy.
constexpr struct timeval kLongestSend = {5, 0};

/// systemd passes longer ones over.
constexpr std::size_t kLongestMessage = 4096;

std::optional<std::string> takeVariable(const char* name) {
    std::optional<std::string> value = environmentVariable(name);
    ::unsetenv(name);
    return value;
}

/// Zero where no beats are wanted of this process.
std::chrono::milliseconds takeBeatLimit() {
    const std::optional<std::string> microseconds = takeVariable("WATCHDOG_USEC");
    const std::optional<std::string> process = takeVariable("WATCHDOG_PID");
    // The variables of a process that this one was started by are not for us.
    if (process && *process != std::to_string(::getpid())) return {};
    const std::uint64_t number = base::parseUnsigned(microseconds.value_or("")).value_or(0);
    constexpr std::uint64_t kLongest = std::chrono::microseconds(std::chrono::hours(24 * 365)).count();
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::microseconds(std::min(number, kLongest)));
}

std::string microsecondsOf(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::microseconds(time).count());
}

base::Error sendError(int number) {
    return {base::ErrorKind::Unavailable, "SERVICE-0002",
            "Could not tell systemd about this service - " + reasonOf(number),
            "Check that systemd runs; then start the service again with 'systemctl restart'.",
            base::Retry::Later};
}

}  // namespace

std::unique_ptr<SystemdManager> SystemdManager::takeFromEnvironment() {
    const std::optional<std::string> socketName = takeVariable("NOTIFY_SOCKET");
    const std::chrono::milliseconds beatLimit = takeBeatLimit();
    if (!socketName) return nullptr;
    return std::make_unique<SystemdManager>(*socketName, beatLimit);
}

SystemdManager::SystemdManager(const std::string& socketName, std::chrono::milliseconds beatLimit)
    : beatLimit_(beatLimit) {
    const bool isAbstract = socketName.starts_with('@');
    // A path needs room for the NUL behind it.
    const std::size_t room = sizeof(address_.sun_path) - (isAbstract ? 0 : 1);
    if ((!isAbstract && !socketName.starts_with('/')) || socketName.size() < 2 || socketName.size() > room) {
        throw base::Error(base::ErrorKind::Invalid, "SERVICE-0001",
                          "This service cannot talk to systemd: the variable NOTIFY_SOCKET is '" +
                              base::printable(socketName) + "', neither a path nor an abstract name",
                          "Remove the variable to run in the foreground, or let systemd set it.");
    }
    address_.sun_family = AF_UNIX;
    std::copy(socketName.begin(), socketName.end(), address_.sun_path);
    // The kernel marks an abstract name by a NUL where the environment has an '@'.
    if (isAbstract) address_.sun_path[0] = '\0';
    addressSize_ = static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) + socketName.size() +
                                          (isAbstract ? 0 : 1));
    socket_ = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket_) throw sendError(errno);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &kLongestSend, sizeof kLongestSend);
}

bool SystemdManager::send(std::string_view message, int flags) noexcept {
    return retryInterrupted([&] {
               // The address each time, because systemd may have made its socket anew.
               return ::sendto(socket_.get(), message.data(), message.size(), flags | MSG_NOSIGNAL,
                               reinterpret_cast<const struct sockaddr*>(&address_), addressSize_);
           }) >= 0;
}

void SystemdManager::report(ServicePhase phase, std::chrono::milliseconds longest) {
    std::string message;
    if (phase == ServicePhase::Running) message = "READY=1\n";
    if (phase == ServicePhase::Stopping) message = "STOPPING=1\n";
    if (longest.count() > 0) message += "EXTEND_TIMEOUT_USEC=" + microsecondsOf(longest) + "\n";
    if (!message.empty() && !send(message, 0)) throw sendError(errno);
}

void SystemdManager::showStatus(std::string_view line) noexcept {
    try {
        // The work does not wait for a line that the next one replaces.
        send(base::cutToBytes("STATUS=" + std::string(line), kLongestMessage - 1) + "\n", MSG_DONTWAIT);
    } catch (const std::exception&) {
        // Out of memory: the next line may fare better.
    }
}

bool SystemdManager::beat() noexcept { return send("WATCHDOG=1\n", MSG_DONTWAIT); }

}  // namespace platform::linux
