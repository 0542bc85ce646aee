// SPDX-License-Identifier: Apache-2.0
// call.hpp: one request on its way through its handler, and the table of handlers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/api.hpp"
#include "agent/catalogue/catalogue.hpp"
#include "agent/json/json_object.hpp"
#include "platform/base/json_writer.hpp"

namespace api {

/// What a handler gets. References outlive the call.
struct Call {
    const Request& request;
    const std::vector<std::string>& fromPath;  // what stands for {...} in the route, in order
    const ApiParts& parts;
    catalogue::Catalogue& catalogue;
    const std::chrono::sys_seconds now;
    const platform::TimeZone& zone;

    /// Throws Error (Invalid, "API-0003") when the body is no JSON object.
    [[nodiscard]] json::JsonObject body() const;
    /// A value of the query; nothing when it is missing or empty.
    [[nodiscard]] std::optional<std::string> query(const std::string& name) const;
    /// The same as a number of these. Throws Error (Invalid, "API-0004").
    [[nodiscard]] std::optional<std::int64_t> queryNumber(const std::string& name, std::int64_t least,
                                                          std::int64_t most) const;
    /// The same as a moment, in seconds since 1970.
    [[nodiscard]] std::optional<std::int64_t> queryMoment(const std::string& name) const;
    /// The same as a plan's id.
    [[nodiscard]] std::optional<catalogue::PlanId> queryPlan() const;
    /// How many items a page of a list is to have.
    [[nodiscard]] std::int64_t limit() const;

    /// Ids from the path, by their place in it. Throws Error (NotFound, "API-0001") for what is none.
    [[nodiscard]] std::int64_t numberFromPath(std::size_t place = 0) const;
    [[nodiscard]] catalogue::PlanId planFromPath() const;
};

using Handler = Answer (*)(const Call&);

struct Route {
    Method method;
    std::string_view path;  // below "/api/v1"; a segment of {...} stands for any
    Handler handler;
    config::Scope scope = config::Scope::Admin;  // what it takes to ask
};

/// All that can be asked for.
std::span<const Route> routes() noexcept;

/// Throws Error (Invalid, "API-0004"): the value of the query is not what was wanted, such as "a number".
[[noreturn]] void refuseQuery(const std::string& name, const std::string& wanted);

/// A good answer with a body.
Answer answerWith(const base::JsonWriter& json, int status = 200);

/// A page of a list: `write` adds the items, and `next` is the cursor of the page behind it.
template <typename Write>
Answer listAnswer(const Write& write, const std::optional<std::string>& next) {
    base::JsonWriter json;
    json.beginObject().key("items").beginArray();
    write(json);
    json.endArray().key("next");
    next ? json.value(*next) : json.null();
    json.endObject();
    return answerWith(json);
}

// The handlers, a file for each subject.
Answer getVersion(const Call& call);
Answer getHealth(const Call& call);
Answer getOverview(const Call& call);
Answer getDescription(const Call& call);
Answer listPolicies(const Call& call);
Answer addPolicy(const Call& call);
Answer previewPolicy(const Call& call);
Answer getPolicy(const Call& call);
Answer changePolicy(const Call& call);
Answer deletePolicy(const Call& call);
Answer whatGoesWithPolicy(const Call& call);
Answer listPlans(const Call& call);
Answer addPlan(const Call& call);
Answer getPlan(const Call& call);
Answer changePlan(const Call& call);
Answer deletePlan(const Call& call);
Answer runPlan(const Call& call);
Answer pausePlan(const Call& call);
Answer resumePlan(const Call& call);
Answer listJobs(const Call& call);
Answer getJob(const Call& call);
Answer listJobEvents(const Call& call);
Answer cancelJob(const Call& call);
Answer listPoints(const Call& call);
Answer getPoint(const Call& call);
Answer listClients(const Call& call);
Answer listEntries(const Call& call);
Answer addRestore(const Call& call);
Answer getRestore(const Call& call);
Answer findPaths(const Call& call);
Answer listSearchIndexes(const Call& call);
Answer listVaults(const Call& call);
Answer addVault(const Call& call);
Answer getVault(const Call& call);
Answer getRegistration(const Call& call);
Answer previewRegistration(const Call& call);
Answer registerThisClient(const Call& call);
Answer listAlerts(const Call& call);
Answer getAlert(const Call& call);
Answer listAlertTargets(const Call& call);
Answer addAlertTarget(const Call& call);
Answer getAlertTarget(const Call& call);
Answer changeAlertTarget(const Call& call);
Answer deleteAlertTarget(const Call& call);
Answer testAlertTarget(const Call& call);
Answer listAlertRules(const Call& call);
Answer addAlertRule(const Call& call);
Answer deleteAlertRule(const Call& call);
Answer getAlertSettings(const Call& call);
Answer changeAlertSettings(const Call& call);
Answer listTokens(const Call& call);
Answer addToken(const Call& call);
Answer revokeToken(const Call& call);
Answer getMetrics(const Call& call);

}  // namespace api
