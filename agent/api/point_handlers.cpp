// SPDX-License-Identifier: Apache-2.0
// point_handlers.cpp: restore points.
#include <charconv>

#include "agent/api/call.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/scheduler/expiry.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

using catalogue::PlanId;
using catalogue::PointPlace;
using catalogue::StoredPoint;
using std::chrono::sys_seconds;

/// What is known of plans whose points are shown, each looked up once.
class KnownPlans final {
public:
    explicit KnownPlans(const Call& call) : call_(call), policies_(policiesById(call.catalogue)) {}

    /// Nothing when no plan of this agent made the point.
    const catalogue::PlanStanding* makerOf(const StoredPoint& point) {
        const auto id = PlanId::fromHex(point.plan);
        if (!id) return nullptr;
        auto found = plans_.find(*id);
        if (found == plans_.end()) found = plans_.emplace(*id, call_.catalogue.standings().ofPlan(*id)).first;
        return found->second ? &*found->second : nullptr;
    }

    [[nodiscard]] std::optional<sys_seconds> expiryOf(const StoredPoint& point,
                                                      const catalogue::PlanStanding& plan) const {
        const auto policy = plan.policy ? policies_.find(*plan.policy) : policies_.end();
        const sys_seconds started{std::chrono::seconds(point.started.seconds)};
        if (policy == policies_.end() || !scheduler::canExpire(started)) return std::nullopt;
        return scheduler::expiryOf(policy->second.retention, call_.zone, started);
    }

private:
    const Call& call_;
    const Policies policies_;
    std::map<PlanId, std::optional<catalogue::PlanStanding>> plans_;
};

void writePoint(base::JsonWriter& json, const StoredPoint& point, KnownPlans& known) {
    const catalogue::PlanStanding* plan = known.makerOf(point);
    json.beginObject().member("vault", point.vault).member("id", point.id.hex());
    json.member("client", point.client);
    writeOptional(json, "plan", plan != nullptr ? std::optional(point.plan) : std::nullopt);
    json.member("planName", plan != nullptr ? plan->name : std::string());
    writeTexts(json, "sources", point.sources);
    writeTexts(json, "tags", point.tags);
    json.member("started", platform::formatUtcExactly(point.started));
    json.member("finished", platform::formatUtcExactly(point.finished));
    json.member("objects", point.objects).member("logicalBytes", point.logicalBytes);
    json.member("readBytes", point.readBytes).member("newBytes", point.newBytes);
    json.member("storedBytes", point.storedBytes).member("faults", point.faults);
    writeMoment(json, "toBeDeleted", point.toBeDeleted);
    writeMoment(json, "expires", plan != nullptr ? known.expiryOf(point, *plan) : std::nullopt);
    json.endObject();
}

/// "<seconds>.<nanoseconds>.<id>.<vault>": where a page ends.
std::string cursorOf(const StoredPoint& point) {
    return std::to_string(point.started.seconds) + "." + std::to_string(point.started.nanoseconds) + "." +
           point.id.hex() + "." + point.vault;
}

std::optional<PointPlace> placeOf(std::string_view cursor) {
    const auto next = [&cursor] {
        const std::string_view part = cursor.substr(0, cursor.find('.'));
        cursor.remove_prefix(std::min(cursor.size(), part.size() + 1));
        return part;
    };
    const auto read = [](std::string_view part, auto& number) {
        const auto [end, outcome] = std::from_chars(part.data(), part.data() + part.size(), number);
        return outcome == std::errc() && end == part.data() + part.size();
    };
    PointPlace place;
    if (!read(next(), place.started.seconds) || !read(next(), place.started.nanoseconds)) return std::nullopt;
    const auto id = vault::PointId::fromHex(next());
    if (!id || cursor.empty()) return std::nullopt;
    place.id = *id;
    place.vault = cursor;
    return place;
}

}  // namespace

Answer listPoints(const Call& call) {
    catalogue::PointFilter filter;
    filter.vault = call.query("vault");
    filter.client = call.query("client");
    filter.plan = call.queryPlan();
    if (const auto cursor = call.query("cursor")) {
        filter.after = placeOf(*cursor);
        if (!filter.after) {
            throw base::Error(base::ErrorKind::Invalid, "API-0004", "'cursor' in the query is no cursor",
                              "Give 'next' of the page before, as it is.");
        }
    }
    filter.most = call.limit() + 1;
    auto points = call.catalogue.points().list(filter);
    const bool isLast = static_cast<std::int64_t>(points.size()) < filter.most;
    if (!isLast) points.pop_back();
    KnownPlans known(call);
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const StoredPoint& point : points) writePoint(json, point, known);
        },
        isLast ? std::nullopt : std::optional(cursorOf(points.back())));
}

Answer getPoint(const Call& call) {
    const auto id = vault::PointId::fromHex(call.fromPath.at(1));
    const auto point = id ? call.catalogue.points().find(call.fromPath.at(0), *id) : std::nullopt;
    if (!point)
        catalogue::throwNotThere("restore point '" + base::printable(call.fromPath.at(1)) +
                                 "' in that vault");
    base::JsonWriter json;
    KnownPlans known(call);
    writePoint(json, *point, known);
    return answerWith(json);
}

}  // namespace api
