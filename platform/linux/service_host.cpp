// SPDX-License-Identifier: Apache-2.0
// service_host.cpp: runs a service under systemd, or in the foreground.
#include "platform/service_host.hpp"

#include "platform/linux/systemd_manager.hpp"
#include "platform/service_manager.hpp"

namespace platform {

int runService(const std::string& name, const base::CancelToken& stop, const ServiceBody& body) {
    std::unique_ptr<ServiceManager> manager = linux::SystemdManager::takeFromEnvironment();
    if (!manager) manager = makeConsoleManager(name);
    const std::unique_ptr<Clock> clock = makeSystemClock();
    // systemd stops a service by SIGTERM, which has cancelled the token by the time the body looks at it.
    ServiceHost host(*manager, *clock, stop);
    return runServiceBody(host, stop, body);
}

}  // namespace platform
