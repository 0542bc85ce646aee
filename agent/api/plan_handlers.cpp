// SPDX-License-Identifier: Apache-2.0
// plan_handlers.cpp: plans, their runs and pauses.
#include <algorithm>

#include "agent/api/call.hpp"
#include "agent/api/input.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/client/registrar.hpp"
#include "agent/config/vault_book.hpp"
#include "platform/base/given_name.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

using catalogue::Plan;
using catalogue::PlanId;

constexpr unsigned kMostPauseMinutes = 30 * 24 * 60;

Plan require(const Call& call, const PlanId& id) {
    auto plan = call.catalogue.plans().find(id);
    if (!plan) catalogue::throwNotThere("plan " + id.hex());
    return std::move(*plan);
}

Answer answerWithPlan(const Call& call, const PlanId& id, int status = 200) {
    base::JsonWriter json;
    writePlan(json, require(call, id), policiesById(call.catalogue), call);
    Answer answer = answerWith(json, status);
    if (status == 201) answer.location = "/api/v1/plans/" + id.hex();
    return answer;
}

/// The service cannot ask for a password, so the vault has to be known.
catalogue::PlanSettings readUsablePlan(const Call& call) {
    auto settings = readPlan(call.body(), client::ownName(call.parts.fileSystem, call.parts.configFolder));
    config::VaultBook book(call.parts.fileSystem, call.parts.configFolder);
    if (!book.findName(settings.vault)) {
        catalogue::refuse({{"vault", "This machine knows no vault '" + base::printable(settings.vault) +
                                         "'; make or connect it first."}});
    }
    return settings;
}

}  // namespace

Answer listPlans(const Call& call) {
    catalogue::PlanFilter filter;
    if (const auto policy = call.queryNumber("policy", 0, std::numeric_limits<std::int64_t>::max()))
        filter.policy = catalogue::PolicyId{*policy};
    filter.after = call.query("cursor").value_or("");
    filter.most = call.limit() + 1;  // one more tells whether there is another page
    auto plans = call.catalogue.plans().list(filter);
    const bool isLast = static_cast<std::int64_t>(plans.size()) < filter.most;
    if (!isLast) plans.pop_back();
    const Policies policies = policiesById(call.catalogue);
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const Plan& plan : plans) writePlan(json, plan, policies, call);
        },
        isLast ? std::nullopt : std::optional(plans.back().settings.name));
}

Answer addPlan(const Call& call) {
    return answerWithPlan(call, call.catalogue.plans().add(readUsablePlan(call), call.now), 201);
}

Answer getPlan(const Call& call) { return answerWithPlan(call, call.planFromPath()); }

Answer changePlan(const Call& call) {
    const PlanId id = call.planFromPath();
    call.catalogue.plans().change(id, readUsablePlan(call), call.now);
    return answerWithPlan(call, id);
}

Answer deletePlan(const Call& call) {
    call.catalogue.plans().remove(call.planFromPath());
    Answer answer;
    answer.status = 204;
    return answer;
}

Answer runPlan(const Call& call) {
    catalogue::Transaction transaction(call.catalogue.database());
    const PlanId id = call.planFromPath();
    auto jobs = call.catalogue.jobs();
    // Somebody who asks twice wants one backup.
    catalogue::NewJob wanted;
    wanted.plan = id;
    const auto waiting = jobs.queuedBackup(id);
    const auto job = waiting ? *waiting : jobs.add(wanted, call.now);
    transaction.commit();
    base::JsonWriter json;
    writeJob(json, jobs.find(job).value(), call);
    Answer answer = answerWith(json, 202);
    answer.location = "/api/v1/jobs/" + std::to_string(job.value);
    return answer;
}

Answer pausePlan(const Call& call) {
    std::vector<scheduler::RefusedField> refused;
    Input input(call.body(), refused);
    input.allowOnly({"minutes"});
    const unsigned minutes = input.number("minutes");
    if (refused.empty() && (minutes < 1 || minutes > kMostPauseMinutes))
        input.refuse("minutes", "A pause has 1 to " + std::to_string(kMostPauseMinutes) + " minutes.");
    catalogue::refuse(refused);
    const PlanId id = call.planFromPath();
    call.catalogue.plans().setPause(id, scheduler::Pause{call.now, call.now + std::chrono::minutes(minutes)});
    return answerWithPlan(call, id);
}

Answer resumePlan(const Call& call) {
    const PlanId id = call.planFromPath();
    call.catalogue.plans().setPause(id, std::nullopt);
    return answerWithPlan(call, id);
}

}  // namespace api
