// SPDX-License-Identifier: Apache-2.0
// service_host.hpp: runs the long-lived part of the program as a service of the system, or in the foreground.
//
// systemd, the service control manager of Windows and a person at a console all want the same of a service:
// to hear when it is ready, what it is at, and that it is still alive, and to be able to stop it. A service
// body is written once against ServiceHost and knows nothing of who started it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/cancel.hpp"
#include "platform/clock.hpp"

namespace platform {

class ServiceManager;
enum class ServicePhase;

/// What a service body tells the system, and how it waits for its next work. Thread-safe.
class ServiceHost final {
public:
    /// Manager and clock are not owned and must outlive the host.
    ServiceHost(ServiceManager& manager, const Clock& clock, base::CancelToken stop);

    /// Says that the service does its work from here on; whoever started it may go on. Does nothing unless it
    /// is still starting. Throws Error (Unavailable, "SERVICE-0002") when the system cannot be told: it would
    /// take the service for one that never starts, and end it.
    void ready();

    /// Says that starting or stopping, whichever is under way, takes at most so long from here on, or is told
    /// of again before. A body whose steps take longer than some seconds calls it before each; without it the
    /// system ends the service after a time of its own. Does nothing while the service runs.
    void needTime(std::chrono::milliseconds longest);

    /// Says that the service is stopping, because it was asked to or for a reason of its own, and for how
    /// long at most. From here on needTime() asks for more.
    void stopping(std::chrono::milliseconds longest);

    /// One line for people that says what the service is at, such as "2 jobs run, the next at 22:00". Control
    /// characters come out as \xNN.
    void showStatus(std::string_view line) noexcept;

    /// Proves that the service is alive. Called from the loop that does the work, never from a thread that
    /// does nothing else: a loop that hangs must lead to a beat that is missed, after which systemd starts
    /// the service anew. Sends one whenever half of the time that the system allows has passed since the last
    /// one and does nothing otherwise, so that a loop calls it each time round without knowing that time.
    /// Windows and a console wait for no beats.
    void beat() noexcept;

    /// What the work loop waits in: returns true after this time or wake(), whichever comes first, and false
    /// as soon as the service is asked to stop. Beats meanwhile, for the loop is alive while it waits here.
    /// For one thread only.
    [[nodiscard]] bool waitFor(std::chrono::milliseconds longest);

    /// Ends the waitFor() that is under way, else the next one at once.
    void wake() noexcept;

    /// The system asks to stop: cancels the token and reports that the service is stopping, for `longest` at
    /// most until the body says more. For whoever hears the system's request, not for the body.
    void askToStop(std::chrono::milliseconds longest) noexcept;

private:
    void tellPending(ServicePhase phase, std::chrono::milliseconds longest) noexcept;
    [[nodiscard]] std::chrono::nanoseconds longestSlice() const noexcept;

    ServiceManager& manager_;
    const Clock& clock_;
    const base::CancelToken stop_;
    // Guards what follows, and is held while the manager is told, so that it hears of things in their order.
    std::mutex mutex_;
    ServicePhase phase_;
    std::optional<std::chrono::nanoseconds> lastBeat_;

    std::mutex wakeMutex_;  // guards isWoken_
    std::condition_variable wakeCall_;
    bool isWoken_ = false;
};

/// The work of a service. Starts up, calls ready(), works until the token is cancelled, says stopping(),
/// cleans up and returns the exit code, 0 for a good end. Calls beat() or waitFor() at least every few
/// seconds.
using ServiceBody = std::function<int(ServiceHost& host, const base::CancelToken& stop)>;

/// Runs a service body and returns its exit code. Under systemd (Type=notify) and as a Windows service the
/// system is told; a program that was started in any other way runs the body in the foreground, where status
/// lines go to standard error and Ctrl-C stops.
///
/// `name` is that of the service. `stop` is the token that main() gave to cancelOnInterrupt(): SIGTERM and
/// Ctrl-C cancel it and end the process at once when they come again; so does, once, Windows' request to
/// stop. Call once, from main's thread, before other threads start: on Linux it takes what systemd left in
/// the environment out of it, so that no child speaks in this process' name. On Windows the body runs on a
/// thread of its own as a service.
///
/// What the body throws ends the service as failed, is shown as its status (by Windows, which has none, in
/// its event log), and is thrown on; only Error (Cancelled) after a request to stop is a good end. Throws
/// Error too: Invalid ("SERVICE-0001") when the environment makes no sense, Unavailable ("SERVICE-0003") when
/// Windows does not let it be a service.
int runService(const std::string& name, const base::CancelToken& stop, const ServiceBody& body);

}  // namespace platform
