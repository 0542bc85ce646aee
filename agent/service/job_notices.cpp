// SPDX-License-Identifier: Apache-2.0
#include "agent/service/job_notices.hpp"

#include "platform/base/text.hpp"

namespace service {

using catalogue::JobState;
using platform::LogEvent;
using platform::LogSeverity;

namespace {

constexpr const char* kClockJump = "clock jump";

std::string nameOf(const catalogue::Job& job) {
    const std::string vault = "the vault '" + job.vault + "'";
    if (job.kind == catalogue::JobKind::Prune) return "Deletion from " + vault;
    const std::string plan = job.planName.empty() ? "" : " of the plan '" + job.planName + "'";
    return std::string("A ") + toString(job.kind) + plan + " to " + vault;
}

std::string withCode(const catalogue::JobEnd& end) {
    return end.errorCode.empty() ? end.errorText : end.errorText + " (" + end.errorCode + ")";
}

std::string faultsOf(const catalogue::JobEnd& end) {
    if (end.faults == 0) return "everything is stored, and a script failed afterwards";
    return std::to_string(end.faults) + (end.faults == 1 ? " fault" : " faults") +
           ", everything else is stored";
}

std::string numbered(const catalogue::Job& job) {
    return "Job " + std::to_string(job.id.value) + ": " + nameOf(job);
}

}  // namespace

std::string startText(const catalogue::Job& job) { return numbered(job) + " starts."; }

std::string endText(const catalogue::Job& job, const catalogue::JobEnd& end) {
    const std::string name = numbered(job);
    switch (end.state) {
        case JobState::Completed:
            return name + " completed.";
        case JobState::PartiallyCompleted:
            return name + " completed in part: " + faultsOf(end) + '.';
        case JobState::Failed:
            return name + " failed: " + withCode(end) + '.';
        case JobState::Cancelled:
            return name + " was cancelled.";
        default:
            return name + " ended.";
    }
}

void tellEnd(Notices& notices, const catalogue::Job& job, const catalogue::JobEnd& end) {
    const std::string name = nameOf(job);
    if (end.state == JobState::Completed) {
        notices.forget(name);
    } else if (end.state == JobState::PartiallyCompleted) {
        notices.tell(
            {name, LogSeverity::Warning, LogEvent::JobPartiallyCompleted, name + ": " + faultsOf(end)});
    } else if (end.state == JobState::Failed) {
        notices.tell({name, LogSeverity::Error, LogEvent::JobFailed, name + ": " + withCode(end)});
    }
}

void tellMissed(Notices& notices, const catalogue::Plan& plan, const std::string& text,
                std::uint64_t missed) {
    const std::string subject = "runs of " + plan.id.hex();
    if (missed == 0) {
        notices.forget(subject);
    } else {
        notices.tell({subject, LogSeverity::Warning, LogEvent::JobMissed,
                      "The plan '" + plan.settings.name + "': " + text});
    }
}

void tellSetBack(Notices& notices) {
    notices.tell(
        {"clock set back", LogSeverity::Warning, LogEvent::AlertRaised,
         "The clock was set back by more than the interval between two backups: it was wrong before, "
         "or is wrong now. Look whether it is right."});
}

void tellTrust(Notices& notices, bool isClockTrusted) {
    if (isClockTrusted) {
        notices.resolve(kClockJump, "The clock is trusted again, and backups go when they are old enough.");
        return;
    }
    notices.tell(
        {kClockJump, LogSeverity::Warning, LogEvent::AlertRaised,
         "The clock jumped by more than a day. No backup is dropped because of its age until the file "
         "'clock-was-set' in the service's state folder is deleted, or the clock is right again."});
}

}  // namespace service
