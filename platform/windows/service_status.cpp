// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/service_status.hpp"

#include <algorithm>

namespace platform::windows {

namespace {

constexpr std::chrono::milliseconds kUnknownTime = std::chrono::seconds(30);
constexpr std::chrono::milliseconds kLongestHint = std::chrono::hours(24);

SERVICE_STATUS ownProcess(DWORD state) noexcept {
    SERVICE_STATUS status{};
    status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    status.dwCurrentState = state;
    return status;
}

DWORD stateOf(ServicePhase phase) noexcept {
    switch (phase) {
        case ServicePhase::Starting:
            return SERVICE_START_PENDING;
        case ServicePhase::Running:
            return SERVICE_RUNNING;
        case ServicePhase::Stopping:
            break;
    }
    return SERVICE_STOP_PENDING;
}

}  // namespace

SERVICE_STATUS ServiceStatus::in(ServicePhase phase, std::chrono::milliseconds longest) noexcept {
    const DWORD state = stateOf(phase);
    if (state != state_) checkPoint_ = 0;
    state_ = state;
    SERVICE_STATUS status = ownProcess(state);
    if (state == SERVICE_RUNNING) {
        status.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN;
        return status;
    }
    status.dwCheckPoint = ++checkPoint_;
    const std::chrono::milliseconds hint = longest.count() > 0 ? longest : kUnknownTime;
    status.dwWaitHint = static_cast<DWORD>(std::min(hint, kLongestHint).count());
    return status;
}

SERVICE_STATUS ServiceStatus::stopped(int exitCode) noexcept {
    SERVICE_STATUS status = ownProcess(SERVICE_STOPPED);
    if (exitCode == 0) return status;
    status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
    status.dwServiceSpecificExitCode = static_cast<DWORD>(exitCode);
    return status;
}

bool asksToStop(DWORD control) noexcept {
    return control == SERVICE_CONTROL_STOP || control == SERVICE_CONTROL_PRESHUTDOWN;
}

}  // namespace platform::windows
