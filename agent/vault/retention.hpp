// SPDX-License-Identifier: Apache-2.0
// retention.hpp: which restore points a rule keeps, as a pure function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/vault/point_record.hpp"

namespace vault {

/// How many restore points to keep. Counts of periods keep the newest point of each of the newest so many
/// hours, days, weeks, months and years that have one (UTC). Everything that any part keeps is kept.
struct RetentionRule {
    std::uint64_t last = 0;
    std::uint64_t hourly = 0;
    std::uint64_t daily = 0;
    std::uint64_t weekly = 0;
    std::uint64_t monthly = 0;
    std::uint64_t yearly = 0;
    std::uint64_t withinDays = 0;   // every point that is no older than this, counted from the newest point
    std::vector<std::string> tags;  // every point that has one of these

    [[nodiscard]] bool isEmpty() const noexcept {
        return last + hourly + daily + weekly + monthly + yearly + withinDays == 0 && tags.empty();
    }
};

struct RetentionDecision {
    PointId point;
    bool keep = false;
    std::string reason;  // "daily 2026-11-24", "last", "within 7 days"; empty when dropped
};

/// Decides for every point; points of one client, plan and set of sources are judged among themselves.
/// Counting from the newest point and not from the clock means that a machine whose clock runs wrong, or that
/// was off for a year, loses nothing by it.
std::vector<RetentionDecision> applyRetention(const std::vector<PointRecord>& points,
                                              const RetentionRule& rule);

}  // namespace vault
