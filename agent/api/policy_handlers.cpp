// SPDX-License-Identifier: Apache-2.0
// policy_handlers.cpp: policies, what they would do, and what goes with them.
#include <algorithm>

#include "agent/api/call.hpp"
#include "agent/api/input.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/scheduler/expiry.hpp"
#include "agent/scheduler/run_times.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

using catalogue::PolicyId;
using catalogue::StoredPolicy;

constexpr std::int64_t kUsualRuns = 5;
constexpr std::int64_t kMostRuns = 100;

StoredPolicy require(const Call& call) {
    const PolicyId id{call.numberFromPath()};
    auto stored = call.catalogue.policies().find(id);
    if (!stored) catalogue::throwNotThere("policy " + std::to_string(id.value));
    return std::move(*stored);
}

Answer answerWithPolicy(const Call& call, PolicyId id, int status = 200) {
    const auto stored = call.catalogue.policies().find(id);
    if (!stored) catalogue::throwNotThere("policy " + std::to_string(id.value));
    const auto plans = call.catalogue.standings().plansByPolicy();
    const auto used = plans.find(id);
    base::JsonWriter json;
    writePolicy(json, *stored, used == plans.end() ? 0 : used->second, call);
    Answer answer = answerWith(json, status);
    if (status == 201) answer.location = "/api/v1/policies/" + std::to_string(id.value);
    return answer;
}

/// What is due by a policy that is about to change is made by it. Without this a run that nobody looked at
/// yet would be forgotten, or one would be made up for that the new policy never had.
void considerByOldPolicy(const Call& call, const StoredPolicy& old) {
    auto jobs = call.catalogue.jobs();
    for (const auto& plan : call.catalogue.plans().list({.policy = old.id})) {
        auto consideration =
            scheduler::considerRuns(old.policy, call.zone, plan.pause, plan.consideredUntil, call.now);
        if (jobs.queuedBackup(plan.id)) consideration.due.reset();
        jobs.recordDueRun(plan, consideration, call.now);
    }
}

Answer answerWithGoing(const catalogue::GoesWithPolicy& goes) {
    base::JsonWriter json;
    json.beginObject().key("plans").beginArray();
    for (const auto& plan : goes.plans)
        json.beginObject().member("id", plan.id.hex()).member("name", plan.name).endObject();
    json.endArray().member("points", goes.points).member("storedBytes", goes.storedBytes);
    json.key("runningJobs").beginArray();
    for (const auto id : goes.runningJobs) json.value(id.value);
    json.endArray().endObject();
    return answerWith(json);
}

void addKeptAndDropped(base::JsonWriter& json, const scheduler::Policy& policy, const Call& call) {
    json.key("backups").beginArray();
    const auto id = call.queryPlan();
    const auto plan = id ? call.catalogue.plans().find(*id) : std::nullopt;
    if (plan) {
        // As the service judges them: what the plan made in an earlier vault is left to people.
        std::vector<scheduler::MadeBackup> made;
        for (const auto& point : call.catalogue.points().beginnings(plan->id, plan->settings.vault))
            made.push_back({point.started, point.faults == 0});
        for (const auto& backup : scheduler::applyRetention(policy.retention, call.zone, made, call.now)) {
            json.beginObject();
            writeMoment(json, "started", backup.started);
            writeMoment(json, "expires", backup.expires);
            json.member("isKept", backup.isKept).endObject();
        }
    }
    json.endArray();
}

}  // namespace

Answer listPolicies(const Call& call) {
    const std::string after = call.query("cursor").value_or("");
    const auto most = static_cast<std::size_t>(call.limit());
    const auto plans = call.catalogue.standings().plansByPolicy();
    auto policies = call.catalogue.policies().list();
    std::erase_if(policies, [&](const StoredPolicy& stored) { return stored.policy.name <= after; });
    const bool isLast = policies.size() <= most;
    if (!isLast) policies.resize(most);
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const StoredPolicy& stored : policies) {
                const auto used = plans.find(stored.id);
                writePolicy(json, stored, used == plans.end() ? 0 : used->second, call);
            }
        },
        isLast ? std::nullopt : std::optional(policies.back().policy.name));
}

Answer addPolicy(const Call& call) {
    return answerWithPolicy(call, call.catalogue.policies().add(readPolicy(call.body())), 201);
}

Answer previewPolicy(const Call& call) {
    const scheduler::Policy policy = readPolicy(call.body());
    const auto runs = call.queryNumber("runs", 1, kMostRuns).value_or(kUsualRuns);
    base::JsonWriter json;
    json.beginObject().key("runs").beginArray();
    for (const auto run : scheduler::previewRuns(policy, call.zone, call.now, static_cast<std::size_t>(runs)))
        json.value(platform::formatUtc({run.time_since_epoch().count(), 0}));
    json.endArray();
    addKeptAndDropped(json, policy, call);
    json.endObject();
    return answerWith(json);
}

Answer getPolicy(const Call& call) { return answerWithPolicy(call, PolicyId{call.numberFromPath()}); }

Answer changePolicy(const Call& call) {
    const scheduler::Policy policy = readPolicy(call.body());
    catalogue::Transaction transaction(call.catalogue.database());
    const StoredPolicy old = require(call);
    considerByOldPolicy(call, old);
    call.catalogue.policies().change(old.id, policy);
    transaction.commit();
    return answerWithPolicy(call, old.id);
}

Answer deletePolicy(const Call& call) {
    catalogue::Transaction transaction(call.catalogue.database());
    const StoredPolicy stored = require(call);
    if (call.query("confirm") != stored.policy.name) {
        throw base::Error(
            base::ErrorKind::Invalid, "API-0005",
            "Deleting the policy '" + base::printable(stored.policy.name) +
                "' deletes the backups that its plans made, and its name was not given to confirm it",
            "Look at what goes with it, then give its name as 'confirm'.");
    }
    const auto goes = call.catalogue.policies().remove(stored.id, call.now);
    transaction.commit();
    return answerWithGoing(goes);
}

Answer whatGoesWithPolicy(const Call& call) {
    return answerWithGoing(call.catalogue.policies().whatGoesWith(PolicyId{call.numberFromPath()}));
}

}  // namespace api
