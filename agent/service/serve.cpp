// SPDX-License-Identifier: Apache-2.0
#include "agent/service/serve.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "agent/catalogue/guard.hpp"
#include "agent/catalogue/job_progress.hpp"
#include "agent/service/work_loop.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace service {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kOpening = std::chrono::minutes(2);
/// After trouble, such as a full disk.
constexpr milliseconds kBeforeAnotherTry = std::chrono::seconds(10);
/// What is left for the catalogue once the jobs have ended.
constexpr milliseconds kClosing = std::chrono::seconds(10);

catalogue::Guard guardOf(const platform::FileSystem& fileSystem, const std::string& folder) {
    try {
        return {fileSystem, folder + "/service.guard", milliseconds(0)};
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Busy) throw;
        throw base::Error(base::ErrorKind::Busy, "JOB-0007",
                          "Another service of HBR works with '" + base::printable(folder) + "'",
                          "Stop that one, or give this one a folder of its own by HBR_STATE_DIR.",
                          base::Retry::AfterFix);
    }
}

std::string statusOf(const WorkLoop& loop) {
    const std::size_t running = loop.runningJobs();
    std::string text =
        running == 0 ? "No job runs" : std::to_string(running) + (running == 1 ? " job runs" : " jobs run");
    if (const auto next = loop.nextRun())
        text += "; the next run is due at " + platform::formatLocal({next->time_since_epoch().count(), 0});
    return text;
}

class Service final {
public:
    Service(const platform::FileSystem& fileSystem, const platform::Clock& clock,
            const ServeSettings& settings, platform::ServiceHost& host)
        : host_(host),
          patience_(settings.jobs.patience),
          progressFiles_(fileSystem, settings.jobs.folder),
          catalogue_(fileSystem, settings.stateFolder + "/catalogue.db"),
          clockWatch_(fileSystem, clock, settings.stateFolder + "/clock-was-set"),
          loop_({catalogue_, clock, clockWatch_, platform::systemTimeZone,
                 jobProcesses(fileSystem, clock, settings.jobs), [this] { wake(); }, settings.mostRunning}) {
        catalogue_.check();
        sweepJobFiles(fileSystem, settings.jobs.folder);
        loop_.endAbandonedJobs();
    }

    void work() {
        while (host_.waitFor(round())) {
        }
    }

    void end() {
        host_.stopping(patience_ + kClosing);
        loop_.stop();
        const auto latest = std::chrono::steady_clock::now() + patience_ + kClosing;
        for (;;) {
            round();
            if (loop_.runningJobs() == 0 || std::chrono::steady_clock::now() > latest) return;
            waitForWake();
        }
    }

private:
    milliseconds round() {
        try {
            const milliseconds rest = loop_.round();
            show(statusOf(loop_));
            tellProgress();
            return rest;
        } catch (...) {
            show(base::currentError().message());
            return kBeforeAnotherTry;
        }
    }

    void show(const std::string& status) {
        if (std::exchange(shown_, status) != status) host_.showStatus(status);
    }

    void tellProgress() {
        try {
            writeProgress();
        } catch (const base::Error&) {
            // A full disk says so by other ways; the next second tries again.
        }
    }

    void writeProgress() {
        auto progress = loop_.progress();
        for (const auto& [id, told] : told_)
            if (!progress.contains(id)) progressFiles_.remove(id);
        for (const auto& [id, now] : progress) {
            const auto before = told_.find(id);
            if (before == told_.end() || before->second != now) progressFiles_.write(id, now);
        }
        told_ = std::move(progress);
    }

    /// From the threads of jobs.
    void wake() {
        host_.wake();
        const std::lock_guard lock(mutex_);
        isWoken_ = true;
        woken_.notify_one();
    }

    void waitForWake() {
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, std::chrono::seconds(1), [this] { return isWoken_; });
        isWoken_ = false;
    }

    platform::ServiceHost& host_;
    const milliseconds patience_;
    std::string shown_;
    const catalogue::ProgressFiles progressFiles_;
    std::map<catalogue::JobId, JobProgress> told_;
    std::mutex mutex_;  // guards isWoken_
    std::condition_variable woken_;
    bool isWoken_ = false;
    catalogue::Catalogue catalogue_;
    ClockWatch clockWatch_;
    WorkLoop loop_;  // last: its jobs wake this
};

}  // namespace

int serve(const platform::FileSystem& fileSystem, const platform::Clock& clock, ServeSettings settings,
          platform::ServiceHost& host) {
    host.needTime(kOpening);
    const catalogue::Guard guard = guardOf(fileSystem, settings.stateFolder);
    settings.jobs.folder = settings.stateFolder + "/jobs";
    Service service(fileSystem, clock, settings, host);
    host.ready();
    service.work();
    service.end();
    return 0;
}

}  // namespace service
