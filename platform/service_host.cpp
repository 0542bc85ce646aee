// SPDX-License-Identifier: Apache-2.0
#include "platform/service_host.hpp"

#include <algorithm>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"
#include "platform/service_manager.hpp"

namespace platform {

namespace {

using namespace std::chrono_literals;

/// How often waitFor() looks whether a signal has cancelled the token, which can wake nobody.
constexpr std::chrono::nanoseconds kLookAgain = 250ms;

class ConsoleManager final : public ServiceManager {
public:
    explicit ConsoleManager(std::string name) : name_(std::move(name)) {}

    void report(ServicePhase /*phase*/, std::chrono::milliseconds /*longest*/) override {}
    void showStatus(std::string_view line) noexcept override {
        try {
            writeStandard(StandardStream::Error, name_ + ": " + std::string(line) + "\n");
        } catch (const std::exception&) {
            // Nobody reads along; the service works all the same.
        }
    }
    bool beat() noexcept override { return true; }
    [[nodiscard]] std::chrono::milliseconds beatLimit() const noexcept override { return 0ms; }

private:
    const std::string name_;
};

}  // namespace

ServiceHost::ServiceHost(ServiceManager& manager, const Clock& clock, base::CancelToken stop)
    : manager_(manager), clock_(clock), stop_(std::move(stop)), phase_(ServicePhase::Starting) {}

/// The caller holds mutex_. A system that does not hear of a pending phase ends it after a time of its own;
/// the service has nothing better to do than to go on.
void ServiceHost::tellPending(ServicePhase phase, std::chrono::milliseconds longest) noexcept {
    phase_ = phase;
    try {
        manager_.report(phase, longest);
    } catch (...) {
        static_cast<void>(base::currentError());
    }
}

void ServiceHost::ready() {
    const std::lock_guard lock(mutex_);
    if (phase_ != ServicePhase::Starting) return;
    manager_.report(ServicePhase::Running, 0ms);
    phase_ = ServicePhase::Running;
}

void ServiceHost::needTime(std::chrono::milliseconds longest) {
    const std::lock_guard lock(mutex_);
    if (phase_ != ServicePhase::Running) tellPending(phase_, longest);
}

void ServiceHost::stopping(std::chrono::milliseconds longest) {
    const std::lock_guard lock(mutex_);
    tellPending(ServicePhase::Stopping, longest);
}

void ServiceHost::showStatus(std::string_view line) noexcept {
    try {
        const std::string safe = base::printable(line);
        const std::lock_guard lock(mutex_);
        manager_.showStatus(safe);
    } catch (...) {
        // Out of memory: the next line may fare better.
        static_cast<void>(base::currentError());
    }
}

void ServiceHost::beat() noexcept {
    const std::chrono::nanoseconds limit = manager_.beatLimit();
    if (limit <= 0ns) return;
    const std::lock_guard lock(mutex_);
    const std::chrono::nanoseconds now = clock_.steady();
    if (lastBeat_ && now - *lastBeat_ < limit / 2) return;
    // One that did not arrive is sent again the next time round.
    if (manager_.beat()) lastBeat_ = now;
}

std::chrono::nanoseconds ServiceHost::longestSlice() const noexcept {
    const std::chrono::nanoseconds limit = manager_.beatLimit();
    return limit > 0ns ? std::min(kLookAgain, limit / 4) : kLookAgain;
}

bool ServiceHost::waitFor(std::chrono::milliseconds longest) {
    const std::chrono::nanoseconds end = clock_.steady() + longest;
    std::unique_lock lock(wakeMutex_);
    for (;;) {
        beat();
        if (stop_.isCancelled()) return false;
        const std::chrono::nanoseconds left = end - clock_.steady();
        if (isWoken_ || left <= 0ns) {
            isWoken_ = false;
            return true;
        }
        wakeCall_.wait_for(lock, std::min(left, longestSlice()));
    }
}

void ServiceHost::wake() noexcept {
    {
        const std::lock_guard lock(wakeMutex_);
        isWoken_ = true;
    }
    wakeCall_.notify_all();
}

void ServiceHost::askToStop(std::chrono::milliseconds longest) noexcept {
    {
        const std::lock_guard lock(mutex_);
        tellPending(ServicePhase::Stopping, longest);
    }
    stop_.cancel();
    wake();
}

std::unique_ptr<ServiceManager> makeConsoleManager(std::string name) {
    return std::make_unique<ConsoleManager>(std::move(name));
}

int runServiceBody(ServiceHost& host, const base::CancelToken& stop, const ServiceBody& body) {
    try {
        const int exitCode = body(host, stop);
        host.stopping(0ms);
        return exitCode;
    } catch (...) {
        const base::Error error = base::currentError();
        if (error.kind() == base::ErrorKind::Cancelled && stop.isCancelled()) {
            host.stopping(0ms);
            return 0;
        }
        host.showStatus(error.describe());
        throw;
    }
}

}  // namespace platform
