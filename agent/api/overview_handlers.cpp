// SPDX-License-Identifier: Apache-2.0
// overview_handlers.cpp: what the agent is, and how all that it protects stands.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "agent/api/call.hpp"
#include "agent/api/output.hpp"
#include "agent/client/registrar.hpp"
#include "agent/service/locked_vaults.hpp"

namespace api {

extern const std::string_view kDescription;  // agent/doc/openapi.json, as cmake/embed.cmake makes it

namespace {

using catalogue::JobState;
using catalogue::PlanStanding;
using std::chrono::sys_seconds;

/// Of plans, the most that an overview names; those that are worst come first.
constexpr std::size_t kMostPlansShown = 100;

/// In the order in which they need somebody.
enum class Protection { Failing, Late, Never, Stopped, Paused, Protected, Instant };
constexpr std::array<const char*, 7> kProtectionWords = {"failing", "late",      "never",  "stopped",
                                                         "paused",  "protected", "instant"};
const char* wordOf(Protection state) noexcept { return kProtectionWords.at(static_cast<std::size_t>(state)); }

struct Assessed {
    PlanStanding plan;
    Protection state;
};

/// Two runs may take the time of two; more is late.
bool isLate(const PlanStanding& plan, const scheduler::Policy& policy, sys_seconds now) {
    return now - plan.lastGood.value_or(plan.made) > 2 * policy.frequency.interval();
}

Protection protectionOf(const PlanStanding& plan, const Policies& policies, sys_seconds now) {
    if (plan.stopped && !plan.policy) return Protection::Stopped;
    if (plan.pause && plan.pause->covers(now)) return Protection::Paused;
    if (plan.lastBackup && plan.lastBackup->state == JobState::Failed) return Protection::Failing;
    const auto policy = plan.policy ? policies.find(*plan.policy) : policies.end();
    if (policy == policies.end()) return Protection::Instant;
    if (!plan.lastGood) return Protection::Never;
    return isLate(plan, policy->second, now) ? Protection::Late : Protection::Protected;
}

std::vector<Assessed> assess(const Call& call, const Policies& policies) {
    std::vector<Assessed> all;
    for (PlanStanding& plan : call.catalogue.standings().ofPlans()) {
        const Protection state = protectionOf(plan, policies, call.now);
        all.push_back({std::move(plan), state});
    }
    std::ranges::sort(all, {}, [](const Assessed& assessed) {
        return std::pair<Protection, std::string_view>(assessed.state, assessed.plan.name);
    });
    return all;
}

struct Advice {
    std::string sentence;
    std::string hint;
};

std::optional<Advice> adviceFor(const Assessed& assessed) {
    const std::string plan = "The plan '" + assessed.plan.name + "' ";
    switch (assessed.state) {
        case Protection::Failing:
            return Advice{plan + "failed at its latest run: " + assessed.plan.lastBackup->errorText,
                          "Look at job " + std::to_string(assessed.plan.lastBackup->id.value) + "."};
        case Protection::Late:
            return Advice{plan + "has made no backup for more than two of its intervals.",
                          "Look at its jobs, and whether the service was running."};
        case Protection::Never:
            return Advice{plan + "has made no backup yet.", "Run it now, or wait for its first run."};
        case Protection::Stopped:
            return Advice{plan + "stands still, because its policy was deleted.",
                          "Give it a policy, or delete it."};
        case Protection::Paused:
        case Protection::Protected:
        case Protection::Instant:
            break;
    }
    return std::nullopt;
}

void writePlans(base::JsonWriter& json, const std::vector<Assessed>& all, const Policies& policies,
                const Call& call) {
    json.key("plans").beginArray();
    for (std::size_t at = 0; at < std::min(all.size(), kMostPlansShown); ++at) {
        const Assessed& assessed = all[at];
        json.beginObject().member("id", assessed.plan.id.hex()).member("name", assessed.plan.name);
        json.member("state", wordOf(assessed.state));
        writeMoment(json, "lastGood", assessed.plan.lastGood);
        writeMoment(json, "nextRun", nextRunOf(assessed.plan.policy, assessed.plan.pause, policies, call));
        json.key("lastJob");
        writeJobSummary(json, assessed.plan.lastBackup);
        json.endObject();
    }
    json.endArray().key("planCounts").beginObject();
    for (std::size_t state = 0; state < kProtectionWords.size(); ++state) {
        const auto count = std::ranges::count(all, static_cast<Protection>(state), &Assessed::state);
        json.member(kProtectionWords.at(state), static_cast<std::uint64_t>(count));
    }
    json.endObject();
}

/// What is about no plan of its own comes first: it explains what the plans suffer from.
void writeWaitingVaults(base::JsonWriter& json, const Call& call) {
    for (const std::string& vault : service::vaultsThatWait(call.parts.fileSystem, call.parts.stateFolder)) {
        json.beginObject().key("plan").null();
        json.member("sentence",
                    "Jobs of the vault '" + vault +
                        "' wait for the logon password, under which its access key is encrypted.");
        json.member("hint", "Log in at the page, or run 'hbr service unlock'.").endObject();
    }
}

void writeProblems(base::JsonWriter& json, const std::vector<Assessed>& all, const Call& call) {
    json.key("problems").beginArray();
    writeWaitingVaults(json, call);
    for (std::size_t at = 0; at < std::min(all.size(), kMostPlansShown); ++at) {
        const auto advice = adviceFor(all[at]);
        if (!advice) break;  // those behind it are well, too
        json.beginObject().member("plan", all[at].plan.id.hex()).member("sentence", advice->sentence);
        json.member("hint", advice->hint).endObject();
    }
    json.endArray();
}

}  // namespace

Answer getVersion(const Call& /*call*/) {
    base::JsonWriter json;
    json.beginObject().member("version", HBR_VERSION).member("api", 1).endObject();
    return answerWith(json);
}

Answer getHealth(const Call& call) {
    (void)call.catalogue.version();  // throws when the catalogue cannot be read
    base::JsonWriter json;
    json.beginObject().member("status", "ok");
    writeMoment(json, "time", call.now);
    const auto ahead = call.zone.localTime(call.now).time_since_epoch() - call.now.time_since_epoch();
    json.member("timeZoneAheadSeconds", static_cast<std::int64_t>(ahead.count())).endObject();
    return answerWith(json);
}

Answer getOverview(const Call& call) {
    const Policies policies = policiesById(call.catalogue);
    const std::vector<Assessed> all = assess(call, policies);
    base::JsonWriter json;
    json.beginObject().member("client", client::ownName(call.parts.fileSystem, call.parts.configFolder));
    writePlans(json, all, policies, call);
    std::uint64_t queued = 0;
    json.key("runningJobs").beginArray();
    for (const auto& job : call.catalogue.jobs().list({.hasEnded = false})) {
        if (job.state == JobState::Running) {
            writeJob(json, job, call);
        } else {
            ++queued;
        }
    }
    json.endArray().member("queuedJobs", queued);
    writeProblems(json, all, call);
    json.endObject();
    return answerWith(json);
}

Answer getDescription(const Call& /*call*/) {
    Answer answer;
    answer.body = kDescription;
    return answer;
}

}  // namespace api
