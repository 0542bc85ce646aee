// SPDX-License-Identifier: Apache-2.0
#include "platform/service_control.hpp"

#include <windows.h>

#include <winsvc.h>

#include <chrono>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/windows/command_line.hpp"
#include "platform/windows/event_log.hpp"
#include "platform/windows/service_handle.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform {

namespace {

using base::ErrorKind;
using base::Retry;
using windows::ServiceHandle;
using namespace std::chrono_literals;

/// What the service may do, beyond what any may: read and restore past access lists, and system access lists
/// with them; flush and look at volumes; make symbolic links. Windows takes all else from it.
constexpr std::wstring_view kPrivileges[] = {SE_BACKUP_NAME, SE_RESTORE_NAME, SE_SECURITY_NAME,
                                             SE_MANAGE_VOLUME_NAME, SE_CREATE_SYMBOLIC_LINK_NAME};

constexpr std::chrono::minutes kRestartDelays[] = {1min, 5min, 15min};
constexpr std::chrono::seconds kForgetFailuresAfter = 24h;
constexpr std::chrono::milliseconds kLongestShutdown = 3min;

/// To start it is a right that recovery actions need.
constexpr DWORD kConfigure = SERVICE_CHANGE_CONFIG | SERVICE_START;

struct Meaning {
    ErrorKind kind;
    const char* code;
    const char* hint;
    Retry retry;
};

Meaning meaningOf(DWORD number) noexcept {
    switch (number) {
        case ERROR_ACCESS_DENIED:
            return {ErrorKind::Denied, "SERVICE-0004", "Run it as Administrator.", Retry::AfterFix};
        case ERROR_SERVICE_DOES_NOT_EXIST:
            return {ErrorKind::NotFound, "SERVICE-0005", "Install it first, or correct its name.",
                    Retry::AfterFix};
        case ERROR_SERVICE_EXISTS:
        case ERROR_DUPLICATE_SERVICE_NAME:
            return {ErrorKind::Exists, "SERVICE-0006", "Repair or remove the service that is there.",
                    Retry::AfterFix};
        case ERROR_SERVICE_MARKED_FOR_DELETE:
        case ERROR_SERVICE_DATABASE_LOCKED:
        case ERROR_SHUTDOWN_IN_PROGRESS:
            return {ErrorKind::Busy, "SERVICE-0007",
                    "Wait until it has stopped, close the list of services and try again.", Retry::Later};
        case ERROR_INVALID_NAME:
        case ERROR_INVALID_PARAMETER:
            return {ErrorKind::Invalid, "SERVICE-0009", "Correct its names and the path of its program.",
                    Retry::AfterFix};
        default:
            return {ErrorKind::Unavailable, "SERVICE-0010", "Look into Windows' event log, then try again.",
                    Retry::Later};
    }
}

base::Error serviceError(DWORD number, const char* verb, const std::string& name) {
    const Meaning meaning = meaningOf(number);
    return {meaning.kind, meaning.code,
            std::string("Could not ") + verb + " the service '" + base::printable(name) + "' - " +
                windows::systemErrorText(number),
            meaning.hint, meaning.retry};
}

ServiceHandle openManager(DWORD rights, const char* verb, const std::string& name) {
    ServiceHandle manager(OpenSCManagerW(nullptr, nullptr, rights));
    if (!manager) throw serviceError(GetLastError(), verb, name);
    return manager;
}

ServiceHandle openService(DWORD rights, const char* verb, const std::string& name) {
    const ServiceHandle manager = openManager(SC_MANAGER_CONNECT, verb, name);
    ServiceHandle service(OpenServiceW(manager.get(), windows::toWide(name).c_str(), rights));
    if (!service) throw serviceError(GetLastError(), verb, name);
    return service;
}

/// A program that Windows would have to look for could be another one, with all rights of this machine.
std::wstring commandLineFor(const ServiceRegistration& service, const char* verb) {
    const std::string program = service.commandLine.empty() ? "" : service.commandLine.front();
    const bool isWholePath =
        (program.size() > 3 && program.compare(1, 2, ":\\") == 0) || program.starts_with("\\\\");
    if (!isWholePath) {
        throw base::Error(ErrorKind::Invalid, "SERVICE-0009",
                          std::string("Could not ") + verb + " the service '" +
                              base::printable(service.name) + "' - its program '" + base::printable(program) +
                              "' is no whole path",
                          "Name the program by a path such as C:\\Program Files\\HBR\\hbr.exe.");
    }
    return windows::commandLineOf(service.commandLine);
}

/// Sets what CreateService() does not, and gathers what this Windows does not know.
class Settings final {
public:
    Settings(SC_HANDLE service, const char* verb, const std::string& name)
        : service_(service), verb_(verb), name_(name) {}

    /// `info` is what the level wants. Throws Error.
    void set(DWORD level, void* info, const char* meaning) {
        if (ChangeServiceConfig2W(service_, level, info) != 0) return;
        const DWORD number = GetLastError();
        if (!windows::meansUnsupported(number)) throw serviceError(number, verb_, name_);
        unknown_.push_back("This Windows does not know a service's " + std::string(meaning) + ".");
    }

    [[nodiscard]] std::vector<std::string> takeUnknown() { return std::move(unknown_); }

private:
    SC_HANDLE service_;
    const char* verb_;
    const std::string& name_;
    std::vector<std::string> unknown_;
};

void setRights(Settings& settings) {
    SERVICE_SID_INFO sid{SERVICE_SID_TYPE_UNRESTRICTED};
    settings.set(SERVICE_CONFIG_SERVICE_SID_INFO, &sid, "own SID");
    // Each with a NUL behind it, and one more at the end.
    std::wstring names;
    for (const std::wstring_view privilege : kPrivileges) names.append(privilege).push_back(L'\0');
    SERVICE_REQUIRED_PRIVILEGES_INFOW privileges{names.data()};
    settings.set(SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &privileges, "list of privileges");
}

void setRecovery(Settings& settings) {
    std::vector<SC_ACTION> restarts;
    for (const std::chrono::milliseconds delay : kRestartDelays) {
        restarts.push_back({SC_ACTION_RESTART, static_cast<DWORD>(delay.count())});
    }
    SERVICE_FAILURE_ACTIONSW actions{};
    actions.dwResetPeriod = static_cast<DWORD>(kForgetFailuresAfter.count());
    actions.cActions = static_cast<DWORD>(restarts.size());
    actions.lpsaActions = restarts.data();
    settings.set(SERVICE_CONFIG_FAILURE_ACTIONS, &actions, "recovery actions");
    SERVICE_FAILURE_ACTIONS_FLAG alsoOnExitCodes{TRUE};
    settings.set(SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &alsoOnExitCodes,
                 "recovery after failures without a crash");
}

std::vector<std::string> configure(SC_HANDLE handle, const ServiceRegistration& service, const char* verb) {
    Settings settings(handle, verb, service.name);
    std::wstring text = windows::toWide(service.description);
    SERVICE_DESCRIPTIONW description{text.data()};
    settings.set(SERVICE_CONFIG_DESCRIPTION, &description, "description");
    SERVICE_DELAYED_AUTO_START_INFO delayed{TRUE};
    settings.set(SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed, "delayed start");
    SERVICE_PRESHUTDOWN_INFO shutdown{static_cast<DWORD>(kLongestShutdown.count())};
    settings.set(SERVICE_CONFIG_PRESHUTDOWN_INFO, &shutdown, "time for a shutdown");
    setRights(settings);
    setRecovery(settings);
    windows::registerEventSource(service.name, service.commandLine.front());
    return settings.takeUnknown();
}

}  // namespace

std::vector<std::string> installService(const ServiceRegistration& service) {
    constexpr const char* kVerb = "install";
    const std::wstring commandLine = commandLineFor(service, kVerb);
    const ServiceHandle manager = openManager(SC_MANAGER_CREATE_SERVICE, kVerb, service.name);
    const ServiceHandle made(CreateServiceW(
        manager.get(), windows::toWide(service.name).c_str(), windows::toWide(service.displayName).c_str(),
        kConfigure | DELETE, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
        commandLine.c_str(), nullptr, nullptr, nullptr, nullptr, nullptr));
    if (!made) throw serviceError(GetLastError(), kVerb, service.name);
    try {
        return configure(made.get(), service, kVerb);
    } catch (...) {
        DeleteService(made.get());
        throw;
    }
}

std::vector<std::string> repairService(const ServiceRegistration& service) {
    constexpr const char* kVerb = "repair";
    const std::wstring commandLine = commandLineFor(service, kVerb);
    const ServiceHandle found = openService(kConfigure, kVerb, service.name);
    if (ChangeServiceConfigW(found.get(), SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                             commandLine.c_str(), nullptr, nullptr, nullptr, L"LocalSystem", L"",
                             windows::toWide(service.displayName).c_str()) == 0) {
        throw serviceError(GetLastError(), kVerb, service.name);
    }
    return configure(found.get(), service, kVerb);
}

void removeService(const std::string& name) {
    constexpr const char* kVerb = "remove";
    const ServiceHandle found = openService(SERVICE_STOP | DELETE, kVerb, name);
    SERVICE_STATUS status{};
    if (ControlService(found.get(), SERVICE_CONTROL_STOP, &status) == 0) {
        const DWORD number = GetLastError();
        // It does not run, or is starting or stopping; what starts is forgotten when it ends one day.
        const bool isNoMatter =
            number == ERROR_SERVICE_NOT_ACTIVE || number == ERROR_SERVICE_CANNOT_ACCEPT_CTRL;
        if (!isNoMatter) throw serviceError(number, kVerb, name);
    }
    // First, so that whoever has to try again finds the service still there.
    windows::removeEventSource(name);
    if (DeleteService(found.get()) == 0 && GetLastError() != ERROR_SERVICE_MARKED_FOR_DELETE) {
        throw serviceError(GetLastError(), kVerb, name);
    }
}

}  // namespace platform
