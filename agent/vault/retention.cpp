// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/retention.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <tuple>

namespace vault {

namespace {

constexpr std::int64_t kSecondsPerDay = 86400;

std::chrono::year_month_day dateOf(const PointRecord& point) {
    return std::chrono::floor<std::chrono::days>(
        std::chrono::sys_seconds(std::chrono::seconds(point.started.seconds)));
}

template <typename... Arguments>
std::string format(const char* pattern, Arguments... arguments) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), pattern, arguments...);
    return text.data();
}

std::string yearName(const PointRecord& point) {
    return format("%04d", static_cast<int>(dateOf(point).year()));
}

std::string monthName(const PointRecord& point) {
    return yearName(point) + format("-%02u", static_cast<unsigned>(dateOf(point).month()));
}

std::string dayName(const PointRecord& point) {
    return monthName(point) + format("-%02u", static_cast<unsigned>(dateOf(point).day()));
}

std::string hourName(const PointRecord& point) {
    const std::int64_t secondOfDay =
        ((point.started.seconds % kSecondsPerDay) + kSecondsPerDay) % kSecondsPerDay;
    return dayName(point) + format(" %02d:00", static_cast<int>(secondOfDay / 3600));
}

/// The Monday with which the point's week begins.
std::string weekName(const PointRecord& point) {
    const std::chrono::sys_days day(dateOf(point));
    const std::chrono::year_month_day monday(day - (std::chrono::weekday(day) - std::chrono::Monday));
    return format("%04d-%02u-%02u", static_cast<int>(monday.year()), static_cast<unsigned>(monday.month()),
                  static_cast<unsigned>(monday.day()));
}

struct Period {
    const char* label;
    std::uint64_t count;
    std::string (*nameOf)(const PointRecord&);
};

/// Judges one series of points, newest first.
void judge(const std::vector<const PointRecord*>& newestFirst, const RetentionRule& rule,
           std::map<PointId, std::string>& reasons) {
    const std::array<Period, 5> periods = {{{"hourly", rule.hourly, hourName},
                                            {"daily", rule.daily, dayName},
                                            {"weekly", rule.weekly, weekName},
                                            {"monthly", rule.monthly, monthName},
                                            {"yearly", rule.yearly, yearName}}};
    for (std::size_t i = 0; i < newestFirst.size() && i < rule.last; ++i) {
        reasons.try_emplace(newestFirst[i]->id, "last " + std::to_string(rule.last));
    }
    for (const Period& period : periods) {
        std::string lastName;
        std::uint64_t kept = 0;
        for (const PointRecord* point : newestFirst) {
            const std::string name = period.nameOf(*point);
            if (kept == period.count) break;
            if (name == lastName) continue;
            lastName = name;
            ++kept;
            reasons.try_emplace(point->id, std::string(period.label) + ' ' + name);
        }
    }
    const std::int64_t newest = newestFirst.front()->started.seconds;
    for (const PointRecord* point : newestFirst) {
        const std::int64_t age = newest - point->started.seconds;
        const std::int64_t wholeDays = age / kSecondsPerDay + (age % kSecondsPerDay > 0 ? 1 : 0);
        if (rule.withinDays > 0 && static_cast<std::uint64_t>(wholeDays) <= rule.withinDays) {
            reasons.try_emplace(point->id, "within " + std::to_string(rule.withinDays) + " days");
        }
        for (const std::string& tag : rule.tags) {
            if (std::find(point->tags.begin(), point->tags.end(), tag) != point->tags.end()) {
                reasons.try_emplace(point->id, "tag " + tag);
            }
        }
    }
}

}  // namespace

std::vector<RetentionDecision> applyRetention(const std::vector<PointRecord>& points,
                                              const RetentionRule& rule) {
    using Series = std::tuple<std::string, std::string, std::vector<std::string>>;
    std::map<Series, std::vector<const PointRecord*>> series;
    for (const PointRecord& point : points)
        series[{point.client, point.plan, point.sources}].push_back(&point);
    std::map<PointId, std::string> reasons;
    for (auto& [name, members] : series) {
        std::stable_sort(members.begin(), members.end(),
                         [](const PointRecord* a, const PointRecord* b) { return a->started > b->started; });
        judge(members, rule, reasons);
    }
    std::vector<RetentionDecision> decisions;
    for (const PointRecord& point : points) {
        const auto reason = reasons.find(point.id);
        const bool keep = reason != reasons.end();
        decisions.push_back({point.id, keep, keep ? reason->second : std::string()});
    }
    return decisions;
}

}  // namespace vault
