// SPDX-License-Identifier: Apache-2.0
// system_log.cpp: Windows' event log for a service, standard error for a person.
#include "platform/system_log.hpp"

#include "platform/standard_error_log.hpp"
#include "platform/windows/event_log.hpp"
#include "platform/windows/service_handle.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform {

namespace {

/// True when the service of this name runs in this process.
bool isThisProcess(const std::string& service) {
    const windows::ServiceHandle manager(OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
    if (!manager) return false;
    const windows::ServiceHandle found(
        OpenServiceW(manager.get(), windows::toWide(service).c_str(), SERVICE_QUERY_STATUS));
    SERVICE_STATUS_PROCESS status{};
    DWORD sizeBytes = 0;
    return found &&
           QueryServiceStatusEx(found.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                                sizeof status, &sizeBytes) != 0 &&
           status.dwProcessId == GetCurrentProcessId();
}

}  // namespace

std::unique_ptr<SystemLog> openSystemLog(const std::string& name) {
    if (isThisProcess(name)) return std::make_unique<windows::EventLog>(name);
    return makeStandardErrorLog(name, LogReader::Person);
}

}  // namespace platform
