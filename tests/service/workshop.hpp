// SPDX-License-Identifier: Apache-2.0
// workshop.hpp: a work loop with a real catalogue, a clock that tests set, and jobs that end when tests say
// so.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/service/work_loop.hpp"
#include "tests/catalogue/shelf.hpp"
#include "tests/service/kept_log.hpp"
#include "tests/support/manual_clock.hpp"

namespace test {

using catalogue::Job;
using catalogue::JobEnd;
using catalogue::JobId;
using catalogue::JobState;
using catalogue::PlanId;
using service::WorkLoop;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

/// What a test knows of a job that was started, and decides of it.
struct Puppet {
    std::vector<std::string> words;
    service::WantedPoint wanted;
    std::vector<catalogue::JobEvent> events;
    std::vector<vault::PointRecord> points;
    std::optional<JobEnd> outcome;
    bool isAskedToStop = false;
    service::JobProgress progress;
};

class PuppetJob final : public service::RunningJob {
public:
    explicit PuppetJob(std::shared_ptr<Puppet> puppet) : puppet_(std::move(puppet)) {}
    [[nodiscard]] service::JobProgress progress() const override { return puppet_->progress; }
    [[nodiscard]] std::vector<catalogue::JobEvent> takeEvents() override {
        return std::exchange(puppet_->events, {});
    }
    [[nodiscard]] std::vector<vault::PointRecord> takePoints() override {
        return std::exchange(puppet_->points, {});
    }
    [[nodiscard]] std::optional<JobEnd> outcome() const override { return puppet_->outcome; }
    void cancel() noexcept override { puppet_->isAskedToStop = true; }

private:
    std::shared_ptr<Puppet> puppet_;
};

inline JobEnd endIn(JobState state, std::optional<base::ErrorKind> kind = std::nullopt) {
    JobEnd end;
    end.state = state;
    end.errorKind = kind;
    return end;
}

/// What is started to list a vault.
inline constexpr JobId kListing{0};

/// At first it is noon before the first backup of policyNamed(), every six hours from 22:00 on.
struct Workshop : Shelf {
    sys_seconds start = sys_days(std::chrono::year{2026} / 11 / 27) + hours(12);
    ManualClock clock{start.time_since_epoch().count()};
    std::map<std::int64_t, std::shared_ptr<Puppet>> started;
    std::optional<base::Error> startFails;
    std::set<std::string> locked;  // vaults that wait for the logon password
    bool updatesByHand = false;    // else an index of paths is updated at once
    std::set<std::string> damagedIndexes;
    bool listsByHand = false;  // else no vault can be reached when its points are listed
    seconds ahead{0};          // of UTC, the machine's time zone
    std::string clockFile = folder / "state/clock-was-set";
    KeptLog log;
    service::Notices notices{log, clock};
    std::unique_ptr<service::ClockWatch> clockWatch = watchClock();
    std::unique_ptr<WorkLoop> loop = makeLoop();

    /// As a service that ended a moment ago left it.
    void keepSeen(sys_seconds moment) {
        writeFile(*folder.open()->openDirectory("state"), "clock-was-set.last-seen",
                  platform::formatUtc({moment.time_since_epoch().count(), 0}));
    }
    std::unique_ptr<service::ClockWatch> watchClock() {
        if (!folder.files->status(clockFile + ".last-seen")) keepSeen(start);
        return std::make_unique<service::ClockWatch>(*folder.files, clock, clockFile);
    }
    std::unique_ptr<service::RunningJob> startPuppet(JobId id, const std::vector<std::string>& words,
                                                     const service::WantedPoint& wanted) {
        if (startFails) throw *startFails;
        auto puppet = std::make_shared<Puppet>(Puppet{words, wanted, {}, {}, {}, false, {}});
        if (id == kListing && !listsByHand)
            puppet->outcome = endIn(JobState::Failed, base::ErrorKind::Unavailable);
        if (id == service::kSearchUpdate && !updatesByHand) puppet->outcome = endIn(JobState::Completed);
        started[id.value] = puppet;
        return std::make_unique<PuppetJob>(puppet);
    }
    std::unique_ptr<WorkLoop> makeLoop() {
        service::WorkLoopParts parts{catalogue, clock, *clockWatch, notices, {}, {}, {}};
        parts.timeZone = [this] { return platform::TimeZone(ahead); };
        parts.startJob = [this](JobId id, const std::vector<std::string>& words,
                                const service::WantedPoint& wanted,
                                const std::function<void()>&) { return startPuppet(id, words, wanted); };
        parts.wake = [] {};
        parts.longestRest = WorkLoop::kBetweenLooks;
        parts.damagedIndexes = [this] { return damagedIndexes; };
        parts.isLocked = [this](const std::string& vault) { return locked.contains(vault); };
        return std::make_unique<WorkLoop>(std::move(parts));
    }
    void killAndRestart() {
        clockWatch = watchClock();
        loop = makeLoop();
        loop->endAbandonedJobs();
    }
    PlanId addPlan(const std::string& name, std::optional<catalogue::PolicyId> policy, unsigned retries = 3) {
        auto settings = planNamed(name, policy);
        settings.retry.mostRetries = retries;
        return catalogue.plans().add(settings, start);
    }
    /// Rounds as the loop asks for them, until a moment.
    void runUntil(sys_seconds moment) {
        for (;;) {
            const auto rest = std::chrono::ceil<seconds>(loop->round());
            const sys_seconds now = this->moment();
            if (now >= moment) return;
            clock.advance(std::clamp<seconds>(rest, seconds(1), moment - now));
        }
    }
    std::vector<Job> jobsOf(PlanId plan) { return catalogue.jobs().list({.plan = plan}); }
    [[nodiscard]] sys_seconds moment() const { return sys_seconds(seconds(clock.now().seconds)); }
    Job newest() { return catalogue.jobs().list({.most = 1}).at(0); }
    Puppet& puppet(JobId id) { return *started.at(id.value); }
    void end(JobId id, const JobEnd& end) { puppet(id).outcome = end; }
    std::string events(JobId id) {
        std::string text;
        for (const auto& event : catalogue.jobs().events(id).events) text += event.text + "\n";
        return text;
    }
};

}  // namespace test
