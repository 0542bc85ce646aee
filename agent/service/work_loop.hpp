// SPDX-License-Identifier: Apache-2.0
// work_loop.hpp: decides, round by round, which jobs are due, starts them, and keeps what they tell.
//
// All that it must not forget is in the catalogue: a service that was killed at any moment goes on from
// there. It looks at nothing but the catalogue, the clock and the time zone it is given, and starts jobs
// through a function, so that tests run years in a moment.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/catalogue/catalogue.hpp"
#include "agent/service/clock_watch.hpp"
#include "agent/service/notices.hpp"
#include "agent/service/running_job.hpp"
#include "agent/service/search_updates.hpp"
#include "agent/service/vault_listings.hpp"
#include "agent/service/watchman.hpp"
#include "platform/clock.hpp"
#include "platform/time_zone.hpp"

namespace service {

/// What the loop works with. References are not owned and outlive it.
struct WorkLoopParts {
    catalogue::Catalogue& catalogue;
    const platform::Clock& clock;
    ClockWatch& clockWatch;
    Notices& notices;
    std::function<platform::TimeZone()> timeZone;
    JobStarter startJob;
    /// Called from other threads when a round is worth while at once.
    std::function<void()> wake;
    unsigned mostRunning = 2;  // jobs at once, but for restores
    /// The longest time between rounds: after it is noticed what others changed in the catalogue.
    std::chrono::milliseconds longestRest = std::chrono::seconds(1);
    /// Hears of every start and end of a job, in words for the service's own log.
    std::function<void(const std::string& line)> record = [](const std::string&) {};
    unsigned mostRestores = 2;  // at once, besides: who waits for files does not wait for backups
    /// Which vaults have an index of paths that is missing or was found damaged.
    SearchUpdates::Damaged damagedIndexes = [] { return std::set<std::string>(); };
    IsLocked isLocked = {};  // jobs, listings and index updates of such vaults wait
};

/// Not thread-safe.
class WorkLoop final {
public:
    /// How often plans are considered at least, by the time zone that is set then.
    static constexpr std::chrono::seconds kBetweenLooks{60};
    /// How often a plan's points are judged by their age when it makes no backups.
    static constexpr std::chrono::hours kBetweenJudgements{24};

    explicit WorkLoop(WorkLoopParts parts)
        : parts_(std::move(parts)),
          searches_(parts_.clock, parts_.startJob, parts_.wake, parts_.damagedIndexes, parts_.isLocked),
          listings_(
              parts_.catalogue, parts_.clock, parts_.startJob, parts_.wake,
              [this](const std::string& vault) { searches_.vaultChanged(vault); }, parts_.isLocked),
          watchman_(parts_.catalogue, parts_.clock, parts_.notices) {}

    /// Ends as failed what an earlier service left running. Before the first round.
    void endAbandonedJobs();

    /// Keeps what jobs told, records which runs are due, and starts what is queued, one job a plan at a time.
    /// Returns when the next round is to be, unless something happens before. Trouble with one job or plan
    /// does not keep the others waiting: the first of it is thrown at the end, and a later round tries again.
    std::chrono::milliseconds round();

    /// Starts nothing more and asks what runs to stop. Such jobs end as failed, and the next service tries
    /// them again as their plans say. Rounds go on until nothing runs.
    void stop();

    [[nodiscard]] std::size_t runningJobs() const noexcept { return running_.size(); }
    /// Of every job that runs.
    [[nodiscard]] std::map<catalogue::JobId, JobProgress> progress() const;
    /// When a plan runs next; nothing when none does by itself.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> nextRun() const noexcept { return nextRun_; }

private:
    struct Running {
        catalogue::Job asked;
        std::unique_ptr<RunningJob> job;
        std::vector<catalogue::JobEvent> unsaved;
        bool wasCancelled = false;            // by a person
        std::vector<vault::PointId> deletes;  // once it has completed, the vault has them no more
    };

    [[nodiscard]] std::chrono::sys_seconds now() const;
    void lookAtClock();
    /// Does it, and keeps what it threw for the round's end; false then.
    bool attempt(const std::function<void()>& action);
    /// Of what runs, what a person wants to end (catalogue::Jobs::askToCancel()).
    void cancelAsAsked();
    void keepWhatJobsTold();
    /// True when the job has ended.
    bool keep(catalogue::JobId id, Running& running);
    /// In one transaction with what follows from it.
    void storeEnd(const Running& running, const catalogue::JobEnd& end);
    [[nodiscard]] static catalogue::JobEnd endOf(const Running& running, catalogue::JobEnd told);
    [[nodiscard]] bool isTimeToLook(std::chrono::sys_seconds now);
    /// The next round considers all plans.
    void lookSoon() noexcept { lookAgain_.reset(); }
    void considerPlans(std::chrono::sys_seconds now);
    /// Tells when there is something to consider again, and when it runs next by its policy.
    struct Considered {
        std::chrono::sys_seconds lookAgain;
        std::optional<std::chrono::sys_seconds> nextRun;
    };
    Considered considerPlan(const catalogue::Plan& plan, const std::vector<catalogue::StoredPolicy>& policies,
                            std::chrono::sys_seconds now);
    /// Records what is due; tells when there is something to consider again.
    std::chrono::sys_seconds considerPolicy(const catalogue::Plan& plan, const scheduler::Policy& policy,
                                            std::chrono::sys_seconds now);
    /// Queues a failed run once more; tells when, if that is later.
    std::optional<std::chrono::sys_seconds> considerRetry(const catalogue::Plan& plan,
                                                          std::chrono::sys_seconds nextRun,
                                                          std::chrono::sys_seconds now);
    /// Marks the points that the plan's policy keeps no longer, after each backup and else once a day.
    /// Queues what deletes marked points, unless the clock jumped; tells when to look again.
    std::chrono::sys_seconds considerDeletions(std::chrono::sys_seconds now);
    void considerExpiry(const catalogue::Plan& plan, const scheduler::Policy& policy,
                        std::chrono::sys_seconds now);
    void startQueued(std::chrono::sys_seconds now);
    /// Tells once why the job waits.
    void tellWaiting(const catalogue::Job& job, std::chrono::sys_seconds now);
    void start(const catalogue::Job& job, std::chrono::sys_seconds now);
    [[nodiscard]] std::unique_ptr<RunningJob> startedJob(const catalogue::Job& job,
                                                         const std::optional<catalogue::Plan>& plan,
                                                         const std::vector<vault::PointId>& deletes) const;
    [[nodiscard]] std::unique_ptr<RunningJob> startedRestore(const catalogue::Job& job) const;
    [[nodiscard]] std::size_t runningRestores() const;
    [[nodiscard]] bool isBusy(const std::optional<catalogue::PlanId>& plan) const;

    WorkLoopParts parts_;
    platform::TimeZone zone_;
    std::int64_t catalogueVersion_ = 0;
    std::optional<std::chrono::sys_seconds> lookAgain_;  // nothing: at once
    std::optional<std::chrono::sys_seconds> nextRun_;
    std::chrono::sys_seconds lastLook_{};
    /// Until when plans were looked at though nothing was due, later than what the catalogue keeps: so a zone
    /// or a policy that is changed brings back no run of before.
    std::map<catalogue::PlanId, std::chrono::sys_seconds> lookedUntil_;
    /// When the plans' points were judged by their age, on the steady clock.
    std::map<catalogue::PlanId, std::chrono::nanoseconds> judged_;
    std::optional<base::Error> trouble_;  // of this round
    bool isStopping_ = false;
    std::set<catalogue::JobId> toldWaiting_;
    std::map<catalogue::JobId, Running> running_;
    SearchUpdates searches_;
    VaultListings listings_;  // tells searches_
    Watchman watchman_;
};

}  // namespace service
