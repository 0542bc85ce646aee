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

/// The same as long as names change.
std::string subjectOf(const catalogue::Job& job) {
    return std::string(toString(job.kind)) + " " + (job.plan ? job.plan->hex() : job.planName) + " to " +
           job.vault;
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
    Notice notice{.subject = subjectOf(job),
                  .line = {},
                  .plan = job.plan,
                  .planName = job.planName,
                  .vault = job.vault};
    notice.hint = "Look at job " + std::to_string(job.id.value) + ".";
    if (end.state == JobState::Completed) {
        notices.forget(notice.subject, name + ": it has completed again.");
    } else if (end.state == JobState::PartiallyCompleted) {
        notice.kind = alerts::Kind::JobPartiallyCompleted;
        notice.event = LogEvent::JobPartiallyCompleted;
        notice.line = name + ": " + faultsOf(end);
        notices.tell(notice);
    } else if (end.state == JobState::Failed) {
        notice.kind = alerts::Kind::JobFailed;
        notice.severity = LogSeverity::Error;
        notice.event = LogEvent::JobFailed;
        notice.line = name + ": " + withCode(end);
        notices.tell(notice);
    }
}

void tellMissed(Notices& notices, const catalogue::Plan& plan, const std::string& text,
                std::uint64_t missed) {
    const std::string subject = "runs of " + plan.id.hex();
    const std::string name = "The plan '" + plan.settings.name + "'";
    if (missed == 0) {
        notices.forget(subject, name + ": its runs are in time again.");
    } else {
        notices.tell({.subject = subject,
                      .event = LogEvent::JobMissed,
                      .line = name + ": " + text,
                      .kind = alerts::Kind::RunMissed,
                      .hint = "Look whether this machine and its service are on when backups are due.",
                      .plan = plan.id,
                      .planName = plan.settings.name,
                      .vault = plan.settings.vault});
    }
}

void tellSetBack(Notices& notices) {
    notices.tell(
        {.subject = kSetBackSubject,
         .line = "The clock was set back by more than the interval between two backups: it was wrong before, "
                 "or is wrong now. Look whether it is right.",
         .kind = alerts::Kind::Clock,
         .hint = "Set the clock right, or let the machine keep it by the network."});
}

void tellTrust(Notices& notices, bool isClockTrusted) {
    if (isClockTrusted) {
        notices.resolve(kClockJump, "The clock is trusted again, and backups go when they are old enough.");
        return;
    }
    notices.tell(
        {.subject = kClockJump,
         .line =
             "The clock jumped by more than a day. No backup is dropped because of its age until the file "
             "'clock-was-set' in the service's state folder is deleted, or the clock is right again.",
         .kind = alerts::Kind::Clock,
         .hint = "Look whether the clock is right, and whether backups bear a wrong date; then delete the "
                 "file."});
}

void tellLocked(Notices& notices, const std::set<std::string>& vaults) {
    constexpr const char* kSubject = "logon password";
    if (vaults.empty()) {
        notices.resolve(kSubject, "No job waits for the logon password any more.");
        return;
    }
    std::string names;
    for (const std::string& vault : vaults) names += (names.empty() ? "'" : ", '") + vault + "'";
    notices.tell({.subject = kSubject,
                  .severity = platform::LogSeverity::Warning,
                  .line = "Jobs of " + names +
                          " wait for the logon password, under which the access key is encrypted. Log in at "
                          "the page, or run 'hbr service unlock'.",
                  .kind = alerts::Kind::PasswordNeeded});
}

}  // namespace service
