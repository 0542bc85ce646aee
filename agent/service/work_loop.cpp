// SPDX-License-Identifier: Apache-2.0
#include "agent/service/work_loop.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "agent/scheduler/run_times.hpp"
#include "agent/service/job_notices.hpp"
#include "agent/service/job_words.hpp"
#include "agent/service/point_deletion.hpp"
#include "agent/service/point_expiry.hpp"
#include "platform/base/error.hpp"

namespace service {

using catalogue::EventLevel;
using catalogue::Job;
using catalogue::JobEnd;
using catalogue::JobState;
using catalogue::Plan;
using std::chrono::milliseconds;
using std::chrono::sys_seconds;

namespace {

/// While jobs run, how often what they told is kept.
constexpr milliseconds kWhileJobsRun{1000};

JobEnd endedWithService(const char* code, const char* message) {
    return failedWith({base::ErrorKind::Unavailable, code, message,
                       "What it had stored will be reused by the next run.", base::Retry::Later});
}

std::string missedText(std::uint64_t missed) {
    const std::string many = missed == scheduler::kMostMissed ? " or more" : "";
    return std::to_string(missed) + many + (missed == 1 ? " run was" : " runs were") +
           " not made in time, because the machine or the service was off or its clock was set; ";
}

/// Of these the newest backup of a plan is looked for.
constexpr std::int64_t kRecentJobs = 20;

/// Of more events than the catalogue keeps the first and the newest.
void shorten(std::vector<catalogue::JobEvent>& events) {
    if (events.size() <= static_cast<std::size_t>(catalogue::kMostEvents)) return;
    const auto tooMany =
        static_cast<std::ptrdiff_t>(events.size()) - static_cast<std::ptrdiff_t>(catalogue::kMostEvents);
    const auto from = events.begin() + static_cast<std::ptrdiff_t>(catalogue::kFirstEvents);
    events.erase(from, from + tooMany);
}

/// A job that could not be started: it has ended at once.
class UnstartedJob final : public RunningJob {
public:
    explicit UnstartedJob(const base::Error& error) : end_(failedWith(error)) {}
    [[nodiscard]] JobProgress progress() const override { return {}; }
    [[nodiscard]] std::vector<catalogue::JobEvent> takeEvents() override { return {}; }
    [[nodiscard]] std::optional<JobEnd> outcome() const override { return end_; }
    void cancel() noexcept override {}

private:
    const JobEnd end_;
};

}  // namespace

sys_seconds WorkLoop::now() const { return sys_seconds(std::chrono::seconds(parts_.clock.now().seconds)); }

void WorkLoop::endAbandonedJobs() {
    auto jobs = parts_.catalogue.jobs();
    for (const Job& job : jobs.stillRunning()) {
        JobEnd end = endedWithService("JOB-0004", "The service ended while this job ran");
        if (job.cancelAsked) end.state = JobState::Cancelled;
        jobs.end(job.id, end, now());
        parts_.record(endText(job, end));
        tellEnd(parts_.notices, job, end);
    }
}

milliseconds WorkLoop::round() {
    trouble_.reset();
    if (!running_.empty()) attempt([this] { cancelAsAsked(); });
    attempt([this] { lookAtClock(); });
    keepWhatJobsTold();
    const sys_seconds moment = now();
    if (!isStopping_) {
        if (isTimeToLook(moment)) considerPlans(moment);
        startQueued(moment);
        attempt([this] { listings_.round(); });
        attempt([this] { watchman_.look(zone_, !parts_.clockWatch.hasJumped(), listings_); });
        attempt([this] { searches_.round(!running_.empty()); });
    }
    if (trouble_) throw base::Error(*trouble_);
    if (!running_.empty()) return kWhileJobsRun;
    const auto rest = lookAgain_ ? *lookAgain_ - moment : std::chrono::seconds(0);
    return std::clamp<milliseconds>(std::min<milliseconds>({rest, listings_.rest(), searches_.rest()}),
                                    milliseconds(0), parts_.longestRest);
}

void WorkLoop::lookAtClock() {
    parts_.clockWatch.look();
    tellTrust(parts_.notices, !parts_.clockWatch.hasJumped());
}

bool WorkLoop::attempt(const std::function<void()>& action) {
    try {
        action();
        return true;
    } catch (...) {
        if (!trouble_) trouble_ = base::currentError();
        return false;
    }
}

void WorkLoop::cancelAsAsked() {
    for (const catalogue::JobId id : parts_.catalogue.jobs().toBeCancelled()) {
        const auto found = running_.find(id);
        if (found == running_.end() || found->second.wasCancelled) continue;
        found->second.wasCancelled = true;
        found->second.job->cancel();
    }
}

void WorkLoop::keepWhatJobsTold() {
    for (auto at = running_.begin(); at != running_.end();) {
        bool hasEnded = false;
        attempt([&] { hasEnded = keep(at->first, at->second); });
        at = hasEnded ? running_.erase(at) : std::next(at);
    }
}

bool WorkLoop::keep(catalogue::JobId id, Running& running) {
    auto jobs = parts_.catalogue.jobs();
    const std::optional<JobEnd> told = running.job->outcome();
    auto events = running.job->takeEvents();
    std::ranges::move(events, std::back_inserter(running.unsaved));
    shorten(running.unsaved);
    try {
        if (!running.unsaved.empty()) jobs.addEvents(id, running.unsaved);
        running.unsaved.clear();
        if (!told) return false;
        storeEnd(running, endOf(running, *told));
    } catch (const base::Error& error) {
        // Somebody else has ended or removed it, and nobody can end it any more.
        const bool isGone =
            error.kind() == base::ErrorKind::NotFound || error.kind() == base::ErrorKind::Invalid;
        if (!told || !isGone) throw;
    }
    listings_.jobEnded(running.asked.vault);
    searches_.vaultChanged(running.asked.vault);
    lookSoon();  // a failed run may be due again
    return true;
}

void WorkLoop::storeEnd(const Running& running, const JobEnd& end) {
    const Job& job = running.asked;
    catalogue::Transaction transaction(parts_.catalogue.database());
    parts_.catalogue.jobs().end(job.id, end, now());
    if (end.state == JobState::Completed) parts_.catalogue.points().forget(job.vault, running.deletes);
    tellEnd(parts_.notices, job, end);
    transaction.commit();
    if (end.point && job.plan) judged_.erase(*job.plan);
    parts_.record(endText(job, end));
    if (end.state == JobState::Completed) listings_.reached(job.vault);
}

/// A job that was stopped says that it was cancelled, but it was only if a person did that through cancel().
/// systemd, for one, may tell a job to stop before the service hears of it.
JobEnd WorkLoop::endOf(const Running& running, JobEnd told) {
    if (told.state != JobState::Cancelled || running.wasCancelled) return told;
    const JobEnd stopped =
        endedWithService("JOB-0005", "The service or the machine was stopped while this job ran");
    told.state = stopped.state;
    told.errorCode = stopped.errorCode;
    told.errorText = stopped.errorText;
    told.errorKind = stopped.errorKind;
    return told;
}

bool WorkLoop::isTimeToLook(sys_seconds now) {
    const std::int64_t version = parts_.catalogue.version();
    const bool wasChanged = std::exchange(catalogueVersion_, version) != version;
    const bool wasSetBack = now < lastLook_;
    return wasChanged || wasSetBack || !lookAgain_ || *lookAgain_ <= now;
}

void WorkLoop::considerPlans(sys_seconds now) {
    zone_ = parts_.timeZone();
    const auto policies = parts_.catalogue.policies().list();
    std::optional<sys_seconds> nextRun;
    sys_seconds lookAgain = now + kBetweenLooks;
    bool wasTrouble = false;
    std::set<catalogue::PlanId> plans;
    std::set<std::string> vaults;
    for (const Plan& plan : parts_.catalogue.plans().list()) {
        plans.insert(plan.id);
        vaults.insert(plan.settings.vault);
        const bool isDone = attempt([&] {
            const Considered considered = considerPlan(plan, policies, now);
            lookAgain = std::min(lookAgain, considered.lookAgain);
            if (considered.nextRun)
                nextRun = std::min(nextRun.value_or(*considered.nextRun), *considered.nextRun);
        });
        wasTrouble = wasTrouble || !isDone;
    }
    std::erase_if(lookedUntil_, [&](const auto& looked) { return !plans.contains(looked.first); });
    std::erase_if(judged_, [&](const auto& judged) { return !plans.contains(judged.first); });
    listings_.want(vaults);
    searches_.want(vaults);
    const bool isDone = attempt([&] { lookAgain = std::min(lookAgain, considerDeletions(now)); });
    wasTrouble = wasTrouble || !isDone;
    nextRun_ = nextRun;
    lastLook_ = now;
    lookAgain_ = lookAgain;
    if (wasTrouble) lookSoon();
}

WorkLoop::Considered WorkLoop::considerPlan(const Plan& plan,
                                            const std::vector<catalogue::StoredPolicy>& policies,
                                            sys_seconds now) {
    if (plan.stopped) return {sys_seconds::max(), std::nullopt};
    const bool isPaused = plan.pause && plan.pause->covers(now);
    Considered considered{sys_seconds::max(), std::nullopt};
    const auto policy = std::ranges::find(policies, plan.settings.policy,
                                          [](const auto& stored) { return std::optional(stored.id); });
    if (policy != policies.end()) {
        considered.lookAgain = considerPolicy(plan, policy->policy, now);
        if (!isPaused) considered.nextRun = considered.lookAgain;
        considerExpiry(plan, policy->policy, now);
    }
    if (!isPaused && plan.failures != 0) {
        const auto retry = considerRetry(plan, considered.lookAgain, now);
        considered.lookAgain = std::min(considered.lookAgain, retry.value_or(considered.lookAgain));
    }
    return considered;
}

sys_seconds WorkLoop::considerPolicy(const Plan& plan, const scheduler::Policy& policy, sys_seconds now) {
    auto jobs = parts_.catalogue.jobs();
    sys_seconds& lookedUntil = lookedUntil_[plan.id];
    lookedUntil = std::max(lookedUntil, plan.consideredUntil);
    auto consideration = scheduler::considerRuns(policy, zone_, plan.pause, lookedUntil, now);
    // As long as nothing is due, the moment that the catalogue keeps may stay behind, and the disk be left
    // alone.
    if (!consideration.due && !consideration.wasClockWrong) {
        lookedUntil = consideration.consideredUntil;
        return consideration.lookAgain;
    }
    const auto earlier = jobs.queuedBackup(plan.id);
    const bool isDue = consideration.due.has_value();
    const bool isAnotherDue = isDue && earlier.has_value();
    if (isAnotherDue) consideration.due.reset();
    const auto id = jobs.recordDueRun(plan, consideration, now);
    lookedUntil = consideration.consideredUntil;
    if (id && consideration.missed != 0)
        jobs.addEvents(*id, {{now, EventLevel::Warning,
                              missedText(consideration.missed) + "this job makes up for it."}});
    if (isDue)
        tellMissed(parts_.notices, plan, missedText(consideration.missed) + "one run makes up for it.",
                   consideration.missed);
    if (consideration.wasClockWrong) tellSetBack(parts_.notices);
    if (isAnotherDue)
        jobs.addEvents(*earlier, {{now, EventLevel::Info, "Another run became due while this one waits."}});
    return consideration.lookAgain;
}

sys_seconds WorkLoop::considerDeletions(sys_seconds now) {
    if (!parts_.clockWatch.hasJumped()) return queueDeletions(parts_.catalogue, now);
    // What was marked before the jump was seen may have been marked because of it.
    auto points = parts_.catalogue.points();
    if (!points.vaultsWithMarks().empty()) points.takeBackMarksOfAge();
    return sys_seconds::max();
}

void WorkLoop::considerExpiry(const Plan& plan, const scheduler::Policy& policy, sys_seconds now) {
    const auto judged = judged_.find(plan.id);
    const auto steady = parts_.clock.steady();
    if (judged != judged_.end() && steady - judged->second < kBetweenJudgements) return;
    if (!parts_.clockWatch.isTrusted()) return;
    markExpired(parts_.catalogue, plan, policy.retention, zone_, now);
    judged_[plan.id] = steady;
}

std::optional<sys_seconds> WorkLoop::considerRetry(const Plan& plan, sys_seconds nextRun, sys_seconds now) {
    auto jobs = parts_.catalogue.jobs();
    const auto latest = jobs.list({.plan = plan.id, .most = kRecentJobs});
    const auto failed = std::ranges::find(latest, catalogue::JobKind::Backup, &Job::kind);
    if (failed == latest.end() || failed->state != JobState::Failed || !failed->errorKind)
        return std::nullopt;
    const auto again =
        scheduler::retryTime(plan.settings.retry, *failed->errorKind, plan.failures, *failed->ended, nextRun);
    if (!again || *again > now) return again;
    catalogue::NewJob retry;
    retry.plan = plan.id;
    retry.isRetry = true;
    const auto id = jobs.add(retry, now);
    jobs.addEvents(id, {{now, EventLevel::Info,
                         "Tries again what failed in job " + std::to_string(failed->id.value) + "."}});
    return std::nullopt;
}

bool WorkLoop::isBusy(const std::optional<catalogue::PlanId>& plan) const {
    return plan &&
           std::ranges::any_of(running_, [&](const auto& entry) { return entry.second.asked.plan == plan; });
}

std::size_t WorkLoop::runningRestores() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        running_, [](const auto& entry) { return entry.second.asked.kind == catalogue::JobKind::Restore; }));
}

void WorkLoop::startQueued(sys_seconds now) {
    for (const Job& job : parts_.catalogue.jobs().queued()) {
        const std::size_t restores = runningRestores();
        const bool hasRoom = job.kind == catalogue::JobKind::Restore
                                 ? restores < parts_.mostRestores
                                 : running_.size() - restores < parts_.mostRunning;
        if (!hasRoom) continue;
        const bool mustWait = job.kind == catalogue::JobKind::Prune && parts_.clockWatch.hasJumped();
        if (parts_.isLocked && parts_.isLocked(job.vault)) {
            attempt([&] { tellWaiting(job, now); });
            continue;
        }
        if (!isBusy(job.plan) && !mustWait) attempt([&] { start(job, now); });
    }
}

void WorkLoop::tellWaiting(const Job& job, sys_seconds now) {
    if (toldWaiting_.contains(job.id)) return;
    parts_.catalogue.jobs().addEvents(
        job.id, {{now, EventLevel::Warning,
                  "Waits for the logon password, under which the access key of the vault '" + job.vault +
                      "' is encrypted. Log in at the page, or run 'hbr service unlock'."}});
    toldWaiting_.insert(job.id);
}

void WorkLoop::start(const Job& job, sys_seconds now) {
    const auto plan = job.plan ? parts_.catalogue.plans().find(*job.plan) : std::nullopt;
    Running running{job, nullptr, {}, false, {}};
    if (job.kind == catalogue::JobKind::Prune) running.deletes = pointsToDelete(parts_.catalogue, job.vault);
    parts_.catalogue.jobs().start(job.id, now);
    parts_.record(startText(job));
    try {
        running.job = startedJob(job, plan, running.deletes);
    } catch (...) {
        // Rounds end it as they end others, however often the catalogue refuses.
        running.job = std::make_unique<UnstartedJob>(base::currentError());
    }
    running_.emplace(job.id, std::move(running));
}

std::unique_ptr<RunningJob> WorkLoop::startedJob(const Job& job, const std::optional<Plan>& plan,
                                                 const std::vector<vault::PointId>& deletes) const {
    if (job.kind == catalogue::JobKind::Prune)
        return parts_.startJob(job.id, deletionWords(job.vault, deletes), {}, parts_.wake);
    if (job.kind == catalogue::JobKind::Restore) return startedRestore(job);
    if (job.kind != catalogue::JobKind::Backup || !plan) {
        throw base::Error(
            base::ErrorKind::Unsupported, "JOB-0006",
            std::string("The service cannot make a ") + toString(job.kind) + " that is no backup of a plan",
            "Use the command line.", base::Retry::Never);
    }
    const WantedPoint wanted{plan->settings.client, planMark(plan->id), plan->settings.sources};
    return parts_.startJob(job.id, backupWords(*plan), wanted, parts_.wake);
}

std::unique_ptr<RunningJob> WorkLoop::startedRestore(const Job& job) const {
    const auto restore = parts_.catalogue.restores().find(job.id);
    if (!restore) {
        throw base::Error(base::ErrorKind::Invalid, "JOB-0009",
                          "What this restore is to bring back is not known",
                          "Start it once more from the page.", base::Retry::Never);
    }
    return parts_.startJob(job.id, restoreWords(job.vault, restore->request), {}, parts_.wake);
}

void WorkLoop::stop() {
    isStopping_ = true;
    listings_.stop();
    searches_.stop();
    for (auto& [id, running] : running_) running.job->cancel();
}

std::map<catalogue::JobId, JobProgress> WorkLoop::progress() const {
    std::map<catalogue::JobId, JobProgress> progress;
    for (const auto& [id, running] : running_) progress.emplace(id, running.job->progress());
    return progress;
}

}  // namespace service
