// SPDX-License-Identifier: Apache-2.0
#include "agent/service/work_loop.hpp"

#include <algorithm>
#include <utility>

#include "agent/scheduler/run_times.hpp"
#include "agent/service/job_words.hpp"
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
           " not made in time, because the machine or the service was off or its clock was set; this job "
           "makes "
           "up for it.";
}

}  // namespace

sys_seconds WorkLoop::now() const { return sys_seconds(std::chrono::seconds(parts_.clock.now().seconds)); }

void WorkLoop::endAbandonedJobs() {
    auto jobs = parts_.catalogue.jobs();
    for (const Job& job : jobs.stillRunning()) {
        jobs.end(job.id, endedWithService("JOB-0004", "The service ended while this job ran"), now());
    }
}

milliseconds WorkLoop::round() {
    keepWhatJobsTold();
    const sys_seconds moment = now();
    if (!isStopping_) {
        if (isTimeToLook(moment)) considerPlans(moment);
        startQueued(moment);
    }
    if (!running_.empty()) return kWhileJobsRun;
    const auto rest = lookAgain_ ? *lookAgain_ - moment : std::chrono::seconds(0);
    return std::clamp<milliseconds>(rest, milliseconds(0), parts_.longestRest);
}

void WorkLoop::keepWhatJobsTold() {
    auto jobs = parts_.catalogue.jobs();
    for (auto at = running_.begin(); at != running_.end();) {
        auto& [id, running] = *at;
        const std::optional<JobEnd> told = running.job->outcome();
        auto events = running.job->takeEvents();
        std::ranges::move(events, std::back_inserter(running.unsaved));
        if (!running.unsaved.empty()) jobs.addEvents(id, running.unsaved);
        running.unsaved.clear();
        if (!told) {
            ++at;
            continue;
        }
        jobs.end(id, endOf(running, *told), now());
        at = running_.erase(at);
        lookSoon();  // a failed run may be due again
    }
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
    // Until all were considered: an error on the way must not make the others wait.
    lookSoon();
    zone_ = parts_.timeZone();
    std::map<catalogue::PolicyId, scheduler::Policy> policies;
    for (auto& stored : parts_.catalogue.policies().list())
        policies.emplace(stored.id, std::move(stored.policy));
    std::optional<sys_seconds> nextRun;
    sys_seconds lookAgain = now + kBetweenLooks;
    for (const Plan& plan : parts_.catalogue.plans().list()) {
        const auto policy = plan.settings.policy ? policies.find(*plan.settings.policy) : policies.end();
        if (plan.stopped || (plan.settings.policy && policy == policies.end())) continue;
        sys_seconds next = sys_seconds::max();
        if (policy != policies.end()) {
            next = considerPolicy(plan, policy->second, now);
            nextRun = std::min(nextRun.value_or(next), next);
        }
        const auto retry = considerRetry(plan, next, now);
        lookAgain = std::min({lookAgain, next, retry.value_or(next)});
    }
    nextRun_ = nextRun;
    lookAgain_ = lookAgain;
    lastLook_ = now;
}

sys_seconds WorkLoop::considerPolicy(const Plan& plan, const scheduler::Policy& policy, sys_seconds now) {
    auto jobs = parts_.catalogue.jobs();
    auto consideration = scheduler::considerRuns(policy, zone_, plan.pause, plan.consideredUntil, now);
    // As long as nothing is due, the moment that is kept may stay behind, and the disk be left alone.
    if (!consideration.due && !consideration.wasClockWrong) return consideration.lookAgain;
    const auto waiting = jobs.queued();
    const auto earlier = std::ranges::find(waiting, std::optional(plan.id), &Job::plan);
    const bool isAnotherDue = consideration.due && earlier != waiting.end();
    if (isAnotherDue) consideration.due.reset();
    const auto id = jobs.recordDueRun(plan, consideration, now);
    if (id && consideration.missed != 0)
        jobs.addEvents(*id, {{now, EventLevel::Warning, missedText(consideration.missed)}});
    if (isAnotherDue)
        jobs.addEvents(earlier->id,
                       {{now, EventLevel::Info, "Another run became due while this one waits."}});
    return consideration.lookAgain;
}

std::optional<sys_seconds> WorkLoop::considerRetry(const Plan& plan, sys_seconds nextRun, sys_seconds now) {
    if (plan.failures == 0) return std::nullopt;
    auto jobs = parts_.catalogue.jobs();
    const auto latest = jobs.list(plan.id, 1);
    if (latest.empty() || latest.front().state != JobState::Failed || !latest.front().errorKind)
        return std::nullopt;
    const Job& failed = latest.front();
    const auto again =
        scheduler::retryTime(plan.settings.retry, *failed.errorKind, plan.failures, *failed.ended, nextRun);
    if (!again || *again > now) return again;
    const auto id = jobs.add({failed.kind, plan.id, {}, {}}, now);
    jobs.addEvents(id, {{now, EventLevel::Info,
                         "Tries again what failed in job " + std::to_string(failed.id.value) + "."}});
    return std::nullopt;
}

bool WorkLoop::isBusy(const std::optional<catalogue::PlanId>& plan) const {
    return plan &&
           std::ranges::any_of(running_, [&](const auto& entry) { return entry.second.plan == plan; });
}

void WorkLoop::startQueued(sys_seconds now) {
    for (const Job& job : parts_.catalogue.jobs().queued()) {
        if (running_.size() >= parts_.mostRunning) return;
        if (!isBusy(job.plan)) start(job, now);
    }
}

void WorkLoop::start(const Job& job, sys_seconds now) {
    auto jobs = parts_.catalogue.jobs();
    const auto plan = job.plan ? parts_.catalogue.plans().find(*job.plan) : std::nullopt;
    jobs.start(job.id, now);
    try {
        if (job.kind != catalogue::JobKind::Backup || !plan) {
            throw base::Error(base::ErrorKind::Unsupported, "JOB-0006",
                              std::string("The service cannot make a ") + toString(job.kind) +
                                  " that is no backup of a plan",
                              "Use the command line.", base::Retry::Never);
        }
        auto sources = plan->settings.sources;
        std::ranges::sort(sources);
        const WantedPoint wanted{plan->settings.client, planMark(plan->id), std::move(sources)};
        running_.emplace(
            job.id,
            Running{job.plan, parts_.startJob(job.id, backupWords(*plan), wanted, parts_.wake), {}, false});
    } catch (const base::Error& error) {
        jobs.end(job.id, failedWith(error), now);
        lookSoon();
    }
}

bool WorkLoop::cancel(catalogue::JobId id) {
    const auto found = running_.find(id);
    if (found != running_.end()) {
        found->second.wasCancelled = true;
        found->second.job->cancel();
        return true;
    }
    const auto job = parts_.catalogue.jobs().find(id);
    if (!job || job->state != JobState::Queued) return false;
    JobEnd end;
    end.state = JobState::Cancelled;
    parts_.catalogue.jobs().end(id, end, now());
    return true;
}

void WorkLoop::stop() {
    isStopping_ = true;
    for (auto& [id, running] : running_) running.job->cancel();
}

std::optional<JobProgress> WorkLoop::progressOf(catalogue::JobId id) const {
    const auto found = running_.find(id);
    if (found == running_.end()) return std::nullopt;
    return found->second.job->progress();
}

}  // namespace service
