// SPDX-License-Identifier: Apache-2.0
#include "agent/api/call.hpp"

#include <array>
#include <charconv>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

constexpr std::int64_t kUsualLimit = 100;
constexpr std::int64_t kHighestLimit = 1000;

constexpr std::array kRoutes = {
    Route{Method::Get, "/version", getVersion},
    Route{Method::Get, "/health", getHealth},
    Route{Method::Get, "/overview", getOverview},
    Route{Method::Get, "/openapi.json", getDescription},
    Route{Method::Get, "/policies", listPolicies},
    Route{Method::Post, "/policies", addPolicy},
    Route{Method::Post, "/policies/preview", previewPolicy},
    Route{Method::Get, "/policies/{id}", getPolicy},
    Route{Method::Put, "/policies/{id}", changePolicy},
    Route{Method::Delete, "/policies/{id}", deletePolicy},
    Route{Method::Get, "/policies/{id}/consequences", whatGoesWithPolicy},
    Route{Method::Get, "/plans", listPlans},
    Route{Method::Post, "/plans", addPlan},
    Route{Method::Get, "/plans/{id}", getPlan},
    Route{Method::Put, "/plans/{id}", changePlan},
    Route{Method::Delete, "/plans/{id}", deletePlan},
    Route{Method::Post, "/plans/{id}/run", runPlan},
    Route{Method::Put, "/plans/{id}/pause", pausePlan},
    Route{Method::Delete, "/plans/{id}/pause", resumePlan},
    Route{Method::Get, "/jobs", listJobs},
    Route{Method::Get, "/jobs/{id}", getJob},
    Route{Method::Get, "/jobs/{id}/events", listJobEvents},
    Route{Method::Post, "/jobs/{id}/cancel", cancelJob},
    Route{Method::Get, "/points", listPoints},
    Route{Method::Get, "/points/{vault}/{id}", getPoint},
    Route{Method::Get, "/points/{vault}/{id}/entries", listEntries},
    Route{Method::Get, "/clients", listClients},
    Route{Method::Post, "/restores", addRestore},
    Route{Method::Get, "/restores/{job}", getRestore},
    Route{Method::Get, "/search", findPaths},
    Route{Method::Get, "/search/indexes", listSearchIndexes},
    Route{Method::Get, "/vaults", listVaults},
    Route{Method::Post, "/vaults", addVault},
    Route{Method::Get, "/vaults/{name}", getVault},
    Route{Method::Get, "/registration", getRegistration},
    Route{Method::Post, "/registration", registerThisClient},
    Route{Method::Post, "/registration/preview", previewRegistration},
    Route{Method::Post, "/activation", registerThisClient},
    Route{Method::Get, "/alerts", listAlerts},
    Route{Method::Get, "/alerts/{id}", getAlert},
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
