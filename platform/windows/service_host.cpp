// SPDX-License-Identifier: Apache-2.0
// service_host.cpp: runs a service for Windows' service control manager, or in the foreground.
//
// Windows takes main()'s thread to tell the service of controls and gives the service a thread of its own, on
// which the body runs; its outcome comes back to main()'s thread.
#include "platform/service_host.hpp"

#include <windows.h>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/service_manager.hpp"
#include "platform/windows/console_events.hpp"
#include "platform/windows/event_log.hpp"
#include "platform/windows/service_status.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform {

namespace {

using namespace std::chrono_literals;

/// What Windows is told of a start or stop until the body says more.
constexpr std::chrono::milliseconds kFirstHint = 30s;
constexpr int kFailed = 1;

class WindowsService final : public ServiceManager {
public:
    WindowsService(const std::string& name, base::CancelToken stop, ServiceBody body)
        : name_(windows::toWide(name)),
          stop_(std::move(stop)),
          body_(std::move(body)),
          clock_(makeSystemClock()),
          host_(*this, *clock_, stop_) {}

    /// Runs the body to its end, or nothing when Windows did not start this process as a service.
    std::optional<int> run();

    void report(ServicePhase phase, std::chrono::milliseconds longest) override;
    // Windows shows no such line, and waits for no beats.
    void showStatus(std::string_view /*line*/) noexcept override {}
    bool beat() noexcept override { return true; }
    [[nodiscard]] std::chrono::milliseconds beatLimit() const noexcept override { return 0ms; }

private:
    static void WINAPI onStart(DWORD /*argumentCount*/, LPWSTR* /*arguments*/) { started->serve(); }
    static DWORD WINAPI onControl(DWORD control, DWORD event, void* eventData, void* service);
    void serve() noexcept;
    void logFailure(const base::Error& error) const noexcept;
    void reportStopped(int exitCode) noexcept;

    /// The one that onStart(), which is told nothing, is for.
    static WindowsService* started;

    std::wstring name_;
    const base::CancelToken stop_;
    const ServiceBody body_;
    const std::unique_ptr<Clock> clock_;
    SERVICE_STATUS_HANDLE handle_ = nullptr;
    std::mutex mutex_;  // guards what follows: the end is told by one thread while another is asked to stop
    windows::ServiceStatus status_;
    bool isStopped_ = false;  // told: Windows must hear of nothing behind it
    ServiceHost host_;
    std::promise<int> outcome_;
};

WindowsService* WindowsService::started = nullptr;

base::Error tellError(DWORD number) {
    return {base::ErrorKind::Unavailable, "SERVICE-0002",
            "Could not tell Windows about this service - " + windows::systemErrorText(number),
            "Start the service again.", base::Retry::Later};
}

std::optional<int> WindowsService::run() {
    started = this;
    const SERVICE_TABLE_ENTRYW table[] = {{name_.data(), onStart}, {nullptr, nullptr}};
    // Returns when the service has reported that it is stopped.
    if (StartServiceCtrlDispatcherW(table) != 0) return outcome_.get_future().get();
    const DWORD number = GetLastError();
    if (number == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) return std::nullopt;
    throw base::Error(base::ErrorKind::Unavailable, "SERVICE-0003",
                      "Windows does not let '" + base::printable(windows::toUtf8(name_)) +
                          "' be a service - " + windows::systemErrorText(number),
                      "Try again; restart Windows if it happens again.", base::Retry::Later);
}

void WindowsService::report(ServicePhase phase, std::chrono::milliseconds longest) {
    const std::lock_guard lock(mutex_);
    if (isStopped_) return;
    SERVICE_STATUS status = status_.in(phase, longest);
    if (SetServiceStatus(handle_, &status) == 0) throw tellError(GetLastError());
}

/// Whether it arrives or not, the process ends next, which Windows notices, too.
void WindowsService::reportStopped(int exitCode) noexcept {
    const std::lock_guard lock(mutex_);
    isStopped_ = true;
    SERVICE_STATUS status = windows::ServiceStatus::stopped(exitCode);
    SetServiceStatus(handle_, &status);
}

/// Nobody sees what a service writes to standard error.
void WindowsService::logFailure(const base::Error& error) const noexcept {
    try {
        windows::EventLog(windows::toUtf8(name_))
            .write(LogSeverity::Error, LogEvent::ServiceFailed, error.describe());
    } catch (const std::exception&) {
        // Out of memory: Windows still sees that it failed.
    }
}

void WindowsService::serve() noexcept {
    windows::leaveConsoleEvents();
    handle_ = RegisterServiceCtrlHandlerExW(name_.c_str(), onControl, this);
    // Nobody could be told of anything, and main()'s thread would wait for ever. Windows sees that it failed.
    if (handle_ == nullptr) {
        logFailure(tellError(GetLastError()));
        TerminateProcess(GetCurrentProcess(), kFailed);
    }
    host_.needTime(kFirstHint);
    try {
        const int exitCode = runServiceBody(host_, stop_, body_);
        reportStopped(exitCode);
        outcome_.set_value(exitCode);
    } catch (...) {
        logFailure(base::currentError());
        reportStopped(kFailed);
        outcome_.set_exception(std::current_exception());
    }
}

DWORD WINAPI WindowsService::onControl(DWORD control, DWORD /*event*/, void* /*eventData*/, void* service) {
    if (windows::asksToStop(control)) static_cast<WindowsService*>(service)->host_.askToStop(kFirstHint);
    // Windows asks for an interrogation to be confirmed, though it knows the state.
    const bool isKnown = windows::asksToStop(control) || control == SERVICE_CONTROL_INTERROGATE;
    return isKnown ? NO_ERROR : ERROR_CALL_NOT_IMPLEMENTED;
}

}  // namespace

int runService(const std::string& name, const base::CancelToken& stop, const ServiceBody& body) {
    // Kept for ever: the service's thread may be in its last steps there when main() goes on.
    static WindowsService& service = *std::make_unique<WindowsService>(name, stop, body).release();
    if (const std::optional<int> exitCode = service.run()) return *exitCode;
    const std::unique_ptr<ServiceManager> console = makeConsoleManager(name);
    const std::unique_ptr<Clock> clock = makeSystemClock();
    ServiceHost host(*console, *clock, stop);
    return runServiceBody(host, stop, body);
}

}  // namespace platform
