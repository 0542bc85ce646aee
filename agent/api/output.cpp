// SPDX-License-Identifier: Apache-2.0
#include "agent/api/output.hpp"

#include <algorithm>

#include "agent/api/input.hpp"
#include "agent/catalogue/job_progress.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/scheduler/run_times.hpp"
#include "agent/service/locked_vaults.hpp"

namespace api {

namespace {

const char* wordOf(scheduler::Frequency::Unit unit) noexcept {
    switch (unit) {
        case scheduler::Frequency::Unit::Hour:
            return "hour";
        case scheduler::Frequency::Unit::Day:
            return "day";
        case scheduler::Frequency::Unit::Week:
            break;
    }
    return "week";
}

const char* wordOf(scheduler::RetentionPeriod::Unit unit) noexcept {
    switch (unit) {
        case scheduler::RetentionPeriod::Unit::Day:
            return "day";
        case scheduler::RetentionPeriod::Unit::Month:
            return "month";
        case scheduler::RetentionPeriod::Unit::Year:
            break;
    }
    return "year";
}

void addPause(base::JsonWriter& json, const std::optional<scheduler::Pause>& pause) {
    json.key("pause");
    if (!pause) {
        json.null();
        return;
    }
    json.beginObject();
    writeMoment(json, "from", pause->from);
    writeMoment(json, "until", pause->until);
    json.endObject();
}

void addProgress(base::JsonWriter& json, const std::optional<catalogue::JobProgress>& progress) {
    json.key("progress");
    if (!progress) {
        json.null();
        return;
    }
    json.beginObject().member("stage", progress->stage).member("objectsDone", progress->objectsDone);
    writeOptional(json, "objectsTotal", progress->objectsTotal);
    json.member("bytesDone", progress->bytesDone);
    writeOptional(json, "bytesTotal", progress->bytesTotal);
    json.member("readBytes", progress->readBytes).member("newBytes", progress->newBytes);
    json.member("storedBytes", progress->storedBytes).member("faults", progress->faults);
    json.member("bytesPerSecond", progress->bytesPerSecond);
    writeOptional(json, "secondsLeft", progress->secondsLeft);
    json.member("current", progress->current).endObject();
}

void addSettings(base::JsonWriter& json, const catalogue::PlanSettings& settings) {
    json.member("name", settings.name).member("client", settings.client).member("vault", settings.vault);
    writeOptional(json, "policy", settings.policy ? std::optional(settings.policy->value) : std::nullopt);
    json.key("sources").beginArray();
    for (const std::string& source : settings.sources) json.value(source);
    json.endArray().key("options").beginArray();
    for (const auto& [name, value] : settings.options)
        json.beginObject().member("name", name).member("value", value).endObject();
    json.endArray().member("scriptBefore", settings.scriptBefore);
    json.member("scriptAfter", settings.scriptAfter).key("bandwidth").beginArray();
    for (const auto& range : settings.bandwidth) {
        json.beginObject().member("fromHour", range.fromHour).member("untilHour", range.untilHour);
        json.member("bytesPerSecond", range.bytesPerSecond).endObject();
    }
    json.endArray().key("retry").beginObject().member("mostRetries", settings.retry.mostRetries);
    json.member("firstWaitMinutes", static_cast<std::int64_t>(settings.retry.firstWait.count())).endObject();
}

/// How far a job is, when it runs.
std::optional<catalogue::JobProgress> progressOf(const catalogue::Job& job, const Call& call) {
    if (job.state != catalogue::JobState::Running) return std::nullopt;
    return catalogue::ProgressFiles(call.parts.fileSystem, call.parts.stateFolder + "/jobs").read(job.id);
}

bool waitsForPassword(const catalogue::Job& job, const Call& call) {
    return job.state == catalogue::JobState::Queued &&
           service::vaultsThatWait(call.parts.fileSystem, call.parts.stateFolder).contains(job.vault);
}

}  // namespace

Policies policiesById(catalogue::Catalogue& catalogue) {
    Policies policies;
    for (auto& stored : catalogue.policies().list()) policies.emplace(stored.id, std::move(stored.policy));
    return policies;
}

std::optional<std::chrono::sys_seconds> nextRunOf(const std::optional<catalogue::PolicyId>& policy,
                                                  const std::optional<scheduler::Pause>& pause,
                                                  const Policies& policies, const Call& call) {
    const auto found = policy ? policies.find(*policy) : policies.end();
    if (found == policies.end()) return std::nullopt;
    const auto next = scheduler::nextRun(found->second, call.zone, call.now);
    // What falls into a pause is made at its end.
    return pause && pause->covers(next) ? pause->until : next;
}

void writeMoment(base::JsonWriter& json, const char* name, std::chrono::sys_seconds moment) {
    json.member(name, platform::formatUtc({moment.time_since_epoch().count(), 0}));
}

void writeMoment(base::JsonWriter& json, const char* name,
                 const std::optional<std::chrono::sys_seconds>& moment) {
    if (moment) {
        writeMoment(json, name, *moment);
    } else {
        json.key(name).null();
    }
}

void writePolicy(base::JsonWriter& json, const catalogue::StoredPolicy& stored, std::uint64_t plans,
                 const Call& call) {
    const scheduler::Policy& policy = stored.policy;
    json.beginObject().member("id", stored.id.value).member("name", policy.name);
    json.key("frequency").beginObject().member("count", policy.frequency.count);
    json.member("unit", wordOf(policy.frequency.unit)).endObject();
    json.member("firstBackup", formatLocalTime(policy.firstBackup));
    json.key("retention").beginObject().member("count", policy.retention.count);
    json.member("unit", wordOf(policy.retention.unit)).endObject();
    json.member("plans", plans);
    writeMoment(json, "nextRun", scheduler::nextRun(policy, call.zone, call.now));
    json.endObject();
}

void writePlan(base::JsonWriter& json, const catalogue::Plan& plan, const Policies& policies,
               const Call& call) {
    const auto standing = call.catalogue.standings().ofPlan(plan.id).value_or(catalogue::PlanStanding());
    json.beginObject().member("id", plan.id.hex());
    addSettings(json, plan.settings);
    writeMoment(json, "made", plan.made);
    addPause(json, plan.pause && plan.pause->covers(call.now) ? plan.pause : std::nullopt);
    writeMoment(json, "stopped", plan.stopped);
    writeMoment(json, "nextRun", nextRunOf(plan.settings.policy, plan.pause, policies, call));
    json.key("lastJob");
    writeJobSummary(json, standing.lastBackup);
    writeMoment(json, "lastGood", standing.lastGood);
    json.endObject();
}

void writeJob(base::JsonWriter& json, const catalogue::Job& job, const Call& call) {
    json.beginObject().member("id", job.id.value).member("kind", toString(job.kind));
    json.member("state", toString(job.state));
    writeOptional(json, "plan", job.plan ? std::optional(job.plan->hex()) : std::nullopt);
    json.member("planName", job.planName).member("client", job.client).member("vault", job.vault);
    writeMoment(json, "due", job.due);
    writeMoment(json, "made", job.made);
    writeMoment(json, "started", job.started);
    writeMoment(json, "ended", job.ended);
    json.member("isCancelAsked", job.cancelAsked.has_value());
    writeOptional(json, "point", job.point ? std::optional(job.point->hex()) : std::nullopt);
    json.member("objects", job.objects).member("readBytes", job.readBytes);
    json.member("storedBytes", job.storedBytes).member("faults", job.faults);
    json.member("errorCode", job.errorCode).member("errorText", job.errorText);
    json.member("waitsForPassword", waitsForPassword(job, call));
    addProgress(json, progressOf(job, call));
    json.endObject();
}

void writeTexts(base::JsonWriter& json, const char* name, const std::vector<std::string>& texts) {
    json.key(name).beginArray();
    for (const std::string& text : texts) json.value(text);
    json.endArray();
}

Answer answerWithJob(const Call& call, catalogue::JobId id, int status) {
    const auto job = call.catalogue.jobs().find(id);
    if (!job) catalogue::throwNotThere("job " + std::to_string(id.value));
    base::JsonWriter json;
    writeJob(json, *job, call);
    return answerWith(json, status);
}

void writeJobSummary(base::JsonWriter& json, const std::optional<catalogue::JobSummary>& job) {
    if (!job) {
        json.null();
        return;
    }
    json.beginObject().member("id", job->id.value).member("state", toString(job->state));
    writeMoment(json, "ended", job->ended);
    json.member("faults", job->faults).member("errorText", job->errorText).endObject();
}

}  // namespace api
