// SPDX-License-Identifier: Apache-2.0
#include "agent/service/serve.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "agent/alerts/deliverer.hpp"
#include "agent/catalogue/guard.hpp"
#include "agent/catalogue/job_progress.hpp"
#include "agent/service/job_notices.hpp"
#include "agent/service/locked_vaults.hpp"
#include "agent/service/work_loop.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace service {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kOpening = std::chrono::minutes(2);
/// After trouble, such as a full disk.
constexpr milliseconds kBeforeAnotherTry = std::chrono::seconds(10);
/// What the system's log hears of a service that cannot go on as it should.
constexpr const char* kTrouble = "service";
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

platform::LogEvent eventOf(const base::Error& error) {
    const bool isCatalogue = error.code().starts_with("CATALOG-");
    return isCatalogue && error.kind() == base::ErrorKind::Corrupt ? platform::LogEvent::CatalogueDamaged
                                                                   : platform::LogEvent::AlertRaised;
}

Notice noticeOf(const base::Error& error) {
    return {.subject = kTrouble,
            .severity = platform::LogSeverity::Error,
            .event = eventOf(error),
            .line = error.describe(),
            .kind = alerts::Kind::Service,
            .hint = error.hint()};
}

/// Why a service does not start is told by others, but not that it is the catalogue.
catalogue::Catalogue wholeCatalogue(const platform::FileSystem& fileSystem, const std::string& path,
                                    platform::SystemLog& log) {
    try {
        catalogue::Catalogue catalogue(fileSystem, path);
        catalogue.check();
        return catalogue;
    } catch (const base::Error& error) {
        if (eventOf(error) == platform::LogEvent::CatalogueDamaged)
            log.write(platform::LogSeverity::Error, platform::LogEvent::CatalogueDamaged, error.describe());
        throw;
    }
}

class Service final {
public:
    Service(const platform::FileSystem& fileSystem, const platform::Clock& clock,
            const ServeSettings& settings, platform::ServiceHost& host, platform::SystemLog& log)
        : host_(host),
          patience_(settings.jobs.patience),
          note_(settings.note),
          progressFiles_(fileSystem, settings.jobs.folder),
          catalogue_(wholeCatalogue(fileSystem, settings.stateFolder + "/catalogue.db", log)),
          clockWatch_(fileSystem, clock, settings.stateFolder + "/clock-was-set"),
          sender_(alerts::networkSender(settings.configFolder)),
          deliverer_(fileSystem, clock, settings.stateFolder + "/catalogue.db", *sender_, settings.client),
          notices_(log, clock, {&catalogue_, [this] { deliverer_.wake(); }}),
          lockedVaults_(fileSystem, clock, settings.configFolder, settings.stateFolder,
                        *settings.unlockKeeper),
          loop_({.catalogue = catalogue_,
                 .clock = clock,
                 .clockWatch = clockWatch_,
                 .notices = notices_,
                 .timeZone = platform::systemTimeZone,
                 .startJob = jobProcesses(fileSystem, clock, settings.jobs),
                 .wake = [this] { wake(); },
                 .mostRunning = settings.mostRunning,
                 .record = settings.record,
                 .damagedIndexes = [this, damaged = settings.damagedIndexes] { return unlocked(damaged()); },
                 .isLocked = [this](const std::string& vault) { return lockedVaults_.isLocked(vault); }}) {
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
            lockedVaults_.look();
            tellLocked(notices_, lockedVaults_.names());
            const milliseconds rest = loop_.round();
            show(statusOf(loop_) + waitingText() + (note_ ? "; " + note_() : ""));
            tellProgress();
            wasTroubleTold_ = false;
            notices_.resolve(kTrouble, "The service works again.");
            return rest;
        } catch (...) {
            const base::Error error = base::currentError();
            show(error.message());
            tellTrouble(noticeOf(error));
            return kBeforeAnotherTry;
        }
    }

    /// What keeps the catalogue from working may keep the alert from being noted, too.
    void tellTrouble(const Notice& notice) {
        const bool isNews = !wasTroubleTold_;
        wasTroubleTold_ = true;
        try {
            notices_.tell(notice);
        } catch (const base::Error&) {
            if (isNews) deliverer_.tellUnnoted(troubleOf(notice));
        }
    }

    /// What needs no password that is missing.
    [[nodiscard]] std::set<std::string> unlocked(std::set<std::string> vaults) const {
        std::erase_if(vaults, [this](const std::string& vault) { return lockedVaults_.isLocked(vault); });
        return vaults;
    }

    [[nodiscard]] std::string waitingText() const {
        const std::size_t count = lockedVaults_.names().size();
        if (count == 0) return {};
        return "; jobs of " + (count == 1 ? "a vault wait" : std::to_string(count) + " vaults wait") +
               " for the logon password";
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
    const std::function<std::string()> note_;
    std::string shown_;
    const catalogue::ProgressFiles progressFiles_;
    std::map<catalogue::JobId, JobProgress> told_;
    std::mutex mutex_;  // guards isWoken_
    std::condition_variable woken_;
    bool isWoken_ = false;
    catalogue::Catalogue catalogue_;
    ClockWatch clockWatch_;
    const std::unique_ptr<alerts::Sender> sender_;
    alerts::Deliverer deliverer_;
    Notices notices_;
    bool wasTroubleTold_ = false;
    LockedVaults lockedVaults_;
    WorkLoop loop_;  // last: its jobs wake this
};

}  // namespace

int serve(const platform::FileSystem& fileSystem, const platform::Clock& clock, ServeSettings settings,
          platform::ServiceHost& host, platform::SystemLog& log) {
    host.needTime(kOpening);
    const catalogue::Guard guard = guardOf(fileSystem, settings.stateFolder);
    settings.jobs.folder = settings.stateFolder + "/jobs";
    Service service(fileSystem, clock, settings, host, log);
    host.ready();
    settings.record("The service, version " HBR_VERSION ", started" +
                    (settings.note ? "; " + settings.note() : "") + '.');
    service.work();
    settings.record("The service is asked to stop.");
    service.end();
    settings.record("The service stopped.");
    return 0;
}

bool isServing(const platform::FileSystem& fileSystem, const std::string& stateFolder) {
    try {
        const catalogue::Guard guard = guardOf(fileSystem, stateFolder);
        return false;
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Busy) throw;
        return true;
    }
}

}  // namespace service
