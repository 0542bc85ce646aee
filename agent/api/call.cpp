// SPDX-License-Identifier: Apache-2.0
#include "agent/api/call.hpp"

#include <array>
#include <charconv>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

using config::Scope;

constexpr std::int64_t kUsualLimit = 100;
constexpr std::int64_t kHighestLimit = 1000;

constexpr std::array kRoutes = {
    Route{Method::Get, "/version", getVersion, Scope::Read},
    Route{Method::Get, "/health", getHealth, Scope::Read},
    Route{Method::Get, "/overview", getOverview, Scope::Read},
    Route{Method::Get, "/openapi.json", getDescription, Scope::Read},
    Route{Method::Get, "/policies", listPolicies, Scope::Read},
    Route{Method::Post, "/policies", addPolicy},
    Route{Method::Post, "/policies/preview", previewPolicy, Scope::Read},
    Route{Method::Get, "/policies/{id}", getPolicy, Scope::Read},
    Route{Method::Put, "/policies/{id}", changePolicy},
    Route{Method::Delete, "/policies/{id}", deletePolicy},
    Route{Method::Get, "/policies/{id}/consequences", whatGoesWithPolicy, Scope::Read},
    Route{Method::Get, "/plans", listPlans, Scope::Read},
    Route{Method::Post, "/plans", addPlan},
    Route{Method::Get, "/plans/{id}", getPlan, Scope::Read},
    Route{Method::Put, "/plans/{id}", changePlan},
    Route{Method::Delete, "/plans/{id}", deletePlan},
    Route{Method::Post, "/plans/{id}/run", runPlan, Scope::Operate},
    Route{Method::Put, "/plans/{id}/pause", pausePlan, Scope::Operate},
    Route{Method::Delete, "/plans/{id}/pause", resumePlan, Scope::Operate},
    Route{Method::Get, "/jobs", listJobs, Scope::Read},
    Route{Method::Get, "/jobs/{id}", getJob, Scope::Read},
    Route{Method::Get, "/jobs/{id}/events", listJobEvents, Scope::Read},
    Route{Method::Post, "/jobs/{id}/cancel", cancelJob, Scope::Operate},
    Route{Method::Get, "/points", listPoints, Scope::Read},
    Route{Method::Get, "/points/{vault}/{id}", getPoint, Scope::Read},
    Route{Method::Get, "/points/{vault}/{id}/entries", listEntries, Scope::Restore},
    Route{Method::Get, "/clients", listClients, Scope::Read},
    Route{Method::Post, "/restores", addRestore, Scope::Restore},
    Route{Method::Get, "/restores/{job}", getRestore, Scope::Restore},
    Route{Method::Get, "/search", findPaths, Scope::Restore},
    Route{Method::Get, "/search/indexes", listSearchIndexes, Scope::Read},
    Route{Method::Get, "/vaults", listVaults, Scope::Read},
    Route{Method::Post, "/vaults", addVault},
    Route{Method::Get, "/vaults/{name}", getVault, Scope::Read},
    Route{Method::Get, "/registration", getRegistration},
    Route{Method::Post, "/registration", registerThisClient},
    Route{Method::Post, "/registration/preview", previewRegistration},
    Route{Method::Post, "/activation", registerThisClient},
    Route{Method::Get, "/alerts", listAlerts, Scope::Read},
    Route{Method::Get, "/alerts/{id}", getAlert, Scope::Read},
    Route{Method::Get, "/alert-targets", listAlertTargets},
    Route{Method::Post, "/alert-targets", addAlertTarget},
    Route{Method::Get, "/alert-targets/{id}", getAlertTarget},
    Route{Method::Put, "/alert-targets/{id}", changeAlertTarget},
    Route{Method::Delete, "/alert-targets/{id}", deleteAlertTarget},
    Route{Method::Post, "/alert-targets/{id}/test", testAlertTarget},
    Route{Method::Get, "/alert-rules", listAlertRules},
    Route{Method::Post, "/alert-rules", addAlertRule},
    Route{Method::Delete, "/alert-rules/{id}", deleteAlertRule},
    Route{Method::Get, "/alert-settings", getAlertSettings},
    Route{Method::Put, "/alert-settings", changeAlertSettings},
    Route{Method::Get, "/tokens", listTokens},
    Route{Method::Post, "/tokens", addToken},
    Route{Method::Delete, "/tokens/{name}", revokeToken},
    Route{Method::Get, "/metrics", getMetrics, Scope::Read},
};

std::optional<std::int64_t> numberOf(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, outcome] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (outcome != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

[[noreturn]] void throwNoSuchId(const std::string& text) {
    throw base::Error(base::ErrorKind::NotFound, "API-0001",
                      "'" + base::printable(text) + "' is the id of nothing", "Look at the list again.");
}

}  // namespace

std::span<const Route> routes() noexcept { return kRoutes; }

json::JsonObject Call::body() const {
    auto object = json::JsonObject::parse(request.body);
    if (!object) {
        throw base::Error(base::ErrorKind::Invalid, "API-0003", "The request's body is not a JSON object",
                          "agent/doc/openapi.json tells what is expected.");
    }
    return std::move(*object);
}

std::optional<std::string> Call::query(const std::string& name) const {
    const auto found = request.query.find(name);
    if (found == request.query.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

std::optional<std::int64_t> Call::queryNumber(const std::string& name, std::int64_t least,
                                              std::int64_t most) const {
    const auto text = query(name);
    if (!text) return std::nullopt;
    const auto number = numberOf(*text);
    if (!number || *number < least || *number > most) {
        refuseQuery(name, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return number;
}

void refuseQuery(const std::string& name, const std::string& wanted) {
    throw base::Error(base::ErrorKind::Invalid, "API-0004", "'" + name + "' in the query is not " + wanted,
                      "agent/doc/openapi.json tells what can be asked for.");
}

std::optional<std::int64_t> Call::queryMoment(const std::string& name) const {
    const auto text = query(name);
    if (!text) return std::nullopt;
    platform::Timestamp moment;
    if (!platform::parseUtc(*text, moment)) refuseQuery(name, "a moment like 2026-12-01T22:00:00Z");
    return moment.seconds;
}

std::optional<catalogue::PlanId> Call::queryPlan() const {
    const auto text = query("plan");
    if (!text) return std::nullopt;
    const auto id = catalogue::PlanId::fromHex(*text);
    if (!id) refuseQuery("plan", "a plan's id of 32 hex digits");
    return id;
}

std::int64_t Call::limit() const { return queryNumber("limit", 1, kHighestLimit).value_or(kUsualLimit); }

std::int64_t Call::numberFromPath(std::size_t place) const {
    const auto number = numberOf(fromPath.at(place));
    if (!number) throwNoSuchId(fromPath.at(place));
    return *number;
}

catalogue::PlanId Call::planFromPath() const {
    const auto id = catalogue::PlanId::fromHex(fromPath.at(0));
    if (!id) throwNoSuchId(fromPath.at(0));
    return *id;
}

Answer answerWith(const base::JsonWriter& json, int status) {
    Answer answer;
    answer.status = status;
    answer.body = json.text();
    return answer;
}

}  // namespace api
