// SPDX-License-Identifier: Apache-2.0
#include "agent/service/point_expiry.hpp"

#include "agent/scheduler/expiry.hpp"

namespace service {

using std::chrono::sys_seconds;

namespace {

/// Calendars are worked out between these; whatever a vault says, nothing overflows.
constexpr std::chrono::sys_days kEarliest{std::chrono::year{1970} / 1 / 1};
constexpr std::chrono::sys_days kLatest{std::chrono::year{9000} / 1 / 1};

}  // namespace

std::size_t markExpired(catalogue::Catalogue& catalogue, const catalogue::Plan& plan,
                        const scheduler::RetentionPeriod& retention, const platform::TimeZone& zone,
                        sys_seconds now) {
    std::vector<vault::PointId> ids;
    std::vector<sys_seconds> started;
    for (const auto& point : catalogue.points().beginnings(plan.id, plan.settings.vault)) {
        if (point.started < kEarliest || point.started >= kLatest) continue;
        ids.push_back(point.id);
        started.push_back(point.started);
    }
    std::vector<vault::PointId> expired;
    const auto decisions = scheduler::applyRetention(retention, zone, started, now);
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        if (!decisions[i].isKept) expired.push_back(ids[i]);
    }
    if (!expired.empty()) catalogue.points().markForDeletion(plan.settings.vault, expired, now);
    return expired.size();
}

}  // namespace service
