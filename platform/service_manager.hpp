// SPDX-License-Identifier: Apache-2.0
// service_manager.hpp: whoever starts, watches and stops a service: systemd, Windows, or a person at a
// console.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/cancel.hpp"
#include "platform/service_host.hpp"

namespace platform {

/// Where a service is in its life. It goes forward only.
enum class ServicePhase { Starting, Running, Stopping };

/// Takes what a ServiceHost has to tell. The host makes one call at a time.
class ServiceManager {
public:
    virtual ~ServiceManager() = default;

    /// The service is in this phase. A pending one, which is any but Running, is over within `longest`, or is
    /// told of again before that; zero says nothing about it. Throws Error when the manager cannot be told.
    virtual void report(ServicePhase phase, std::chrono::milliseconds longest) = 0;

    /// One line for whoever looks at the service.
    virtual void showStatus(std::string_view line) noexcept = 0;

    /// The service is alive. False when the manager could not be told.
    virtual bool beat() noexcept = 0;

    /// How far apart two beats may be before the manager ends the service; zero when it waits for none.
    [[nodiscard]] virtual std::chrono::milliseconds beatLimit() const noexcept = 0;
};

/// For a service that a person started: shows status lines on standard error, behind the name of the service.
std::unique_ptr<ServiceManager> makeConsoleManager(std::string name);

/// Runs a body to its end for a manager, as runService() promises; the part that all managers share.
int runServiceBody(ServiceHost& host, const base::CancelToken& stop, const ServiceBody& body);

}  // namespace platform
