// SPDX-License-Identifier: Apache-2.0
// systemd_manager.hpp: systemd, as a service of Type=notify talks to it.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <memory>
#include <string>

#include "platform/linux/descriptor.hpp"
#include "platform/service_manager.hpp"

namespace platform::linux {

/// Sends datagrams of the sd_notify protocol to the socket that systemd listens on. Its words are few, so
/// that its library is not needed for them.
class SystemdManager final : public ServiceManager {
public:
    /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment. Nothing when the first is
    /// not set: then systemd did not start this process, or wants to hear nothing. Beats are wanted when the
    /// second is a number and the third, if set, is this process' id. Throws Error (Invalid, "SERVICE-0001")
    /// when the socket is neither a path nor an abstract name ("@..."), or is too long for one.
    static std::unique_ptr<SystemdManager> takeFromEnvironment();

    SystemdManager(const std::string& socketName, std::chrono::milliseconds beatLimit);

    /// Throws Error (Unavailable, "SERVICE-0002").
    void report(ServicePhase phase, std::chrono::milliseconds longest) override;
    void showStatus(std::string_view line) noexcept override;
    bool beat() noexcept override;
    [[nodiscard]] std::chrono::milliseconds beatLimit() const noexcept override { return beatLimit_; }

private:
    /// False, and errno set, when it could not be sent.
    bool send(std::string_view message, int flags) noexcept;

    struct sockaddr_un address_ = {};
    socklen_t addressSize_ = 0;
    Descriptor socket_;
    const std::chrono::milliseconds beatLimit_;
};

}  // namespace platform::linux
