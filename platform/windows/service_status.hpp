// SPDX-License-Identifier: Apache-2.0
// service_status.hpp: the phases of a service in the words of Windows' service control manager.
#pragma once

#include <windows.h>

#include <chrono>

#include "platform/service_manager.hpp"

namespace platform::windows {

/// Makes what SetServiceStatus() takes. Counts check-points, by which Windows sees that a pending phase makes
/// progress: from 1 in each phase, one more each time that it is told of.
class ServiceStatus final {
public:
    /// The service is in this phase, for at most `longest` more. A pending one of which that is not known
    /// (zero) is given 30 seconds. Stops and shutdowns are taken while it runs only: a service that starts
    /// would have to be stopped half-made, and one that stops is at it already.
    SERVICE_STATUS in(ServicePhase phase, std::chrono::milliseconds longest) noexcept;

    /// The service is over. Any exit code but 0 makes Windows do what the service's recovery actions say.
    static SERVICE_STATUS stopped(int exitCode) noexcept;

private:
    DWORD state_ = 0;
    DWORD checkPoint_ = 0;
};

/// True for the controls by which Windows asks a service to stop. Of a shutdown it tells before all that is
/// without order (SERVICE_CONTROL_PRESHUTDOWN), and waits as long as the service is registered for.
bool asksToStop(DWORD control) noexcept;

}  // namespace platform::windows
