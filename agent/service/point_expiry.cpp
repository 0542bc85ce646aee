// SPDX-License-Identifier: Apache-2.0
#include "agent/service/point_expiry.hpp"

#include "agent/scheduler/expiry.hpp"

namespace service {

using std::chrono::sys_seconds;

std::size_t markExpired(catalogue::Catalogue& catalogue, const catalogue::Plan& plan,
                        const scheduler::RetentionPeriod& retention, const platform::TimeZone& zone,
                        sys_seconds now) {
    std::vector<vault::PointId> ids;
    std::vector<scheduler::MadeBackup> backups;
    for (const auto& point : catalogue.points().beginnings(plan.id, plan.settings.vault)) {
        ids.push_back(point.id);
        backups.push_back({point.started, point.faults == 0});
    }
    std::vector<vault::PointId> expired;
    const auto decisions = scheduler::applyRetention(retention, zone, backups, now);
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        if (!decisions[i].isKept) expired.push_back(ids[i]);
    }
    if (!expired.empty()) catalogue.points().markForDeletion(plan.settings.vault, expired, now);
    return expired.size();
}

}  // namespace service
