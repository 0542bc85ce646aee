// SPDX-License-Identifier: Apache-2.0
#include "agent/service/watchman.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "agent/alerts/alert_book.hpp"
#include "agent/alerts/targets.hpp"
#include "agent/scheduler/run_times.hpp"
#include "agent/service/job_notices.hpp"

namespace service {

using alerts::AlertBook;
using catalogue::PlanStanding;
using std::chrono::sys_seconds;

namespace {

constexpr std::chrono::hours kSetBackIsOld{24};

std::string quietSubject(const catalogue::PlanId& plan) { return "quiet " + plan.hex(); }

std::string unreachedSubject(const std::string& vault) { return "unreachable " + vault; }

std::string localTime(sys_seconds moment) {
    return platform::formatLocal({moment.time_since_epoch().count(), 0});
}

/// Since when a plan could have made a backup and has not; nothing when none was due yet.
std::optional<sys_seconds> quietSince(const PlanStanding& plan, const scheduler::Policy& policy,
                                      const platform::TimeZone& zone, sys_seconds now) {
    sys_seconds since = plan.made;
    if (plan.lastGood) {
        since = *plan.lastGood;
    } else if (const auto first = scheduler::previewRuns(policy, zone, plan.made, 1); !first.empty()) {
        since = first.front();
    }
    if (plan.pause) since = std::max(since, plan.pause->until);
    return since < now ? std::optional(since) : std::nullopt;
}

Notice quietNotice(const PlanStanding& plan, const std::string& limit) {
    const std::string since = plan.lastGood ? "since " + localTime(*plan.lastGood) : "yet";
    return {
        .subject = quietSubject(plan.id),
        .severity = platform::LogSeverity::Error,
        .line = "The plan '" + plan.name + "' has made no backup " + since + ": for more than " + limit + ".",
        .kind = alerts::Kind::PlanQuiet,
        .hint = "Look at its jobs, and whether what it backs up and its vault can be reached.",
        .plan = plan.id,
        .planName = plan.name};
}

std::string numbered(unsigned count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

void Watchman::look(const platform::TimeZone& zone, bool isClockTrusted, const VaultListings& listings) {
    const auto steady = clock_.steady();
    if (looked_ && steady - *looked_ < kBetween) return;
    looked_ = steady;
    const sys_seconds now{std::chrono::seconds(clock_.now().seconds)};
    if (now - lookedAt_ > kSleep) watchedFrom_ = steady;
    lookedAt_ = now;
    forgetWhatIsGone(now);
    lookForUnreachedVaults(listings);
    if (isClockTrusted && steady - watchedFrom_ >= kGrace) lookForQuietPlans(zone, now);
}

void Watchman::lookForQuietPlans(const platform::TimeZone& zone, sys_seconds now) {
    const alerts::Settings settings = alerts::Targets(catalogue_.database()).settings();
    std::map<catalogue::PolicyId, scheduler::Policy> policies;
    for (auto& stored : catalogue_.policies().list()) policies.emplace(stored.id, std::move(stored.policy));
    std::set<std::string> open;
    for (std::string& subject : AlertBook(catalogue_.database()).openSubjects(alerts::Kind::PlanQuiet))
        open.insert(std::move(subject));
    for (const PlanStanding& plan : catalogue_.standings().ofPlans()) {
        const auto policy = plan.policy ? policies.find(*plan.policy) : policies.end();
        const bool isPaused = plan.pause && plan.pause->covers(now);
        if (isPaused) continue;  // nothing is expected of it, and nothing is over
        bool isQuiet = false;
        if (policy != policies.end()) {
            const auto limit = settings.quietHours != 0
                                   ? std::chrono::seconds(std::chrono::hours(settings.quietHours))
                                   : settings.quietIntervals * policy->second.frequency.interval();
            const auto since = quietSince(plan, policy->second, zone, now);
            isQuiet = since && now - *since > limit;
        }
        if (isQuiet) {
            notices_.tell(quietNotice(plan, settings.quietHours != 0
                                                ? numbered(settings.quietHours, "hour")
                                                : numbered(settings.quietIntervals, "interval")));
        } else if (open.contains(quietSubject(plan.id))) {
            notices_.forget(quietSubject(plan.id),
                            "The plan '" + plan.name + "' " +
                                (policy == policies.end() ? "runs by no policy any more."
                                                          : "has made a backup in time again."));
        }
    }
}

void Watchman::lookForUnreachedVaults(const VaultListings& listings) {
    const auto limit = std::chrono::hours(alerts::Targets(catalogue_.database()).settings().unreachableHours);
    std::set<std::string> unreached;
    for (const auto& vault : listings.unreached()) {
        unreached.insert(unreachedSubject(vault.name));
        if (vault.time < limit) continue;
        notices_.tell({.subject = unreachedSubject(vault.name),
                       .severity = platform::LogSeverity::Error,
                       .line = "The vault '" + vault.name + "' could not be reached for more than " +
                               numbered(static_cast<unsigned>(limit.count()), "hour") + ": " + vault.why,
                       .kind = alerts::Kind::VaultUnreachable,
                       .hint = "Look whether its disk or server is there, and 'hbr vault info'.",
                       .vault = vault.name});
    }
    for (const auto& alert :
         AlertBook(catalogue_.database()).list({.isOpen = true, .kind = alerts::Kind::VaultUnreachable})) {
        const std::string& name = alert.trouble.vault;
        if (unreached.contains(alert.trouble.subject)) continue;
        // After a start no vault was listed yet.
        if (const auto known = listings.isReached(name); !known.value_or(true)) continue;
        notices_.forget(
            alert.trouble.subject,
            "The vault '" + name + "' " +
                (listings.isReached(name) ? "can be reached again." : "is used by no plan any more."));
    }
}

void Watchman::forgetWhatIsGone(sys_seconds now) {
    AlertBook book(catalogue_.database());
    for (const std::string& subject : book.subjectsOfGonePlans())
        notices_.forget(subject, "The plan was deleted.");
    for (const auto& alert : book.list({.isOpen = true, .kind = alerts::Kind::Clock})) {
        if (alert.trouble.subject == kSetBackSubject && now - alert.seen >= kSetBackIsOld)
            notices_.forget(alert.trouble.subject, "The clock was not set back for a day.");
    }
}

}  // namespace service
