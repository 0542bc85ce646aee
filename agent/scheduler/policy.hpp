// SPDX-License-Identifier: Apache-2.0
// policy.hpp: when a plan's backups are made and how long they are kept.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace scheduler {

/// How often: every 1-23 hours, 1-6 days or 1-4 weeks.
struct Frequency {
    enum class Unit { Hour, Day, Week };

    unsigned count = 1;
    Unit unit = Unit::Day;

    /// From one run to the next, on the clock.
    [[nodiscard]] std::chrono::seconds interval() const noexcept;
};

/// How long: 1-3650 days, 1-120 months or 1-10 years. Ten years are 3,650 days: none is kept longer than
/// that.
struct RetentionPeriod {
    enum class Unit { Day, Month, Year };

    unsigned count = 1;
    Unit unit = Unit::Year;
};

inline constexpr std::chrono::days kLongestRetention{3650};

struct Policy {
    std::string name;  // 1-64 characters
    Frequency frequency;
    /// What the clock shows at the first run, in the years 2000 to 2099. All later runs follow from it.
    std::chrono::local_seconds firstBackup{};
    RetentionPeriod retention;
};

/// What is wrong with one field, for a person: what it is, what it may be.
struct RefusedField {
    std::string field;
    std::string sentence;
};

/// The fields that cannot stay as they are; empty when the policy is good. All else in this folder expects a
/// policy that has passed.
std::vector<RefusedField> checkPolicy(const Policy& policy);

}  // namespace scheduler
