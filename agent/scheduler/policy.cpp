// SPDX-License-Identifier: Apache-2.0
#include "agent/scheduler/policy.hpp"

#include <optional>

#include "platform/base/given_name.hpp"

namespace scheduler {

namespace {

constexpr std::chrono::local_days kFirstDay{std::chrono::year{2000} / 1 / 1};
constexpr std::chrono::local_days kDayAfterLast{std::chrono::year{2100} / 1 / 1};

std::optional<std::string> faultOfCount(const char* refusal, unsigned count, unsigned most,
                                        const std::string& unit) {
    if (count >= 1 && count <= most) return std::nullopt;
    return refusal + std::to_string(count) + ' ' + unit + "; choose 1 to " + std::to_string(most) + ' ' +
           unit + '.';
}

std::optional<std::string> faultOfFrequency(const Frequency& frequency) {
    const auto fault = [&](unsigned most, const char* unit) {
        return faultOfCount("A policy cannot run every ", frequency.count, most, unit);
    };
    switch (frequency.unit) {
        case Frequency::Unit::Hour:
            return fault(23, "hours");
        case Frequency::Unit::Day:
            return fault(6, "days");
        case Frequency::Unit::Week:
            return fault(4, "weeks");
    }
    return "A policy runs every so many hours, days or weeks; choose one of these.";
}

std::optional<std::string> faultOfFirstBackup(std::chrono::local_seconds first) {
    if (first >= kFirstDay && first < kDayAfterLast) return std::nullopt;
    return "The first backup time lies outside the years 2000 to 2099; choose one within them.";
}

std::optional<std::string> faultOfRetention(const RetentionPeriod& retention) {
    const auto fault = [&](unsigned most, const char* unit) {
        return faultOfCount("Backups cannot be kept for ", retention.count, most, unit);
    };
    switch (retention.unit) {
        case RetentionPeriod::Unit::Day:
            return fault(3650, "days");
        case RetentionPeriod::Unit::Month:
            return fault(120, "months");
        case RetentionPeriod::Unit::Year:
            return fault(10, "years");
    }
    return "Backups are kept for so many days, months or years; choose one of these.";
}

}  // namespace

std::chrono::seconds Frequency::interval() const noexcept {
    switch (unit) {
        case Unit::Hour:
            return std::chrono::hours(count);
        case Unit::Day:
            return std::chrono::days(count);
        case Unit::Week:
            break;
    }
    return std::chrono::weeks(count);
}

std::vector<RefusedField> checkPolicy(const Policy& policy) {
    std::vector<RefusedField> refused;
    const auto judge = [&refused](const char* field, std::optional<std::string> fault) {
        if (fault) refused.push_back({field, std::move(*fault)});
    };
    judge("name", base::faultOfName("policy", policy.name));
    judge("frequency", faultOfFrequency(policy.frequency));
    judge("firstBackup", faultOfFirstBackup(policy.firstBackup));
    judge("retention", faultOfRetention(policy.retention));
    return refused;
}

}  // namespace scheduler
