// SPDX-License-Identifier: Apache-2.0
#include "platform/time_zone.hpp"

#include <algorithm>
#include <utility>

namespace platform {

namespace {

using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

/// Two changes within this time could go unseen. Since 2000 no zone has had two within six days.
constexpr std::chrono::days kStep{3};

}  // namespace

TimeZone::TimeZone(seconds ahead, std::vector<Change> changes)
    : ahead_(ahead), changes_(std::move(changes)) {}

local_seconds TimeZone::localTime(sys_seconds moment) const {
    const auto next =
        std::upper_bound(changes_.begin(), changes_.end(), moment,
                         [](sys_seconds wanted, const Change& change) { return wanted < change.at; });
    const seconds ahead = next == changes_.begin() ? ahead_ : std::prev(next)->ahead;
    return local_seconds(moment.time_since_epoch() + ahead);
}

sys_seconds TimeZone::firstMoment(local_seconds time) const {
    sys_seconds moment(time.time_since_epoch() - ahead_);
    for (const Change& change : changes_) {
        if (moment < change.at) break;
        // Clocks had not come so far when they were set. If setting them took them past the time, this is the
        // moment.
        moment = std::max(change.at, sys_seconds(time.time_since_epoch() - change.ahead));
    }
    return moment;
}

std::optional<sys_seconds> TimeZone::nextChange(sys_seconds after) const {
    const auto next =
        std::upper_bound(changes_.begin(), changes_.end(), after,
                         [](sys_seconds wanted, const Change& change) { return wanted < change.at; });
    if (next == changes_.end()) return std::nullopt;
    return next->at;
}

TimeZone sampleTimeZone(const std::function<seconds(sys_seconds)>& aheadAt) {
    const seconds first = aheadAt(kTimeZoneFrom);
    std::vector<TimeZone::Change> changes;
    seconds ahead = first;
    for (sys_seconds checked = kTimeZoneFrom; checked < kTimeZoneUntil; checked += kStep) {
        sys_seconds after = checked + kStep;
        const seconds changed = aheadAt(after);
        if (changed == ahead) continue;
        sys_seconds before = checked;
        while (after - before > seconds(1)) {
            const sys_seconds middle = before + (after - before) / 2;
            (aheadAt(middle) == ahead ? before : after) = middle;
        }
        changes.push_back({after, changed});
        ahead = changed;
    }
    return TimeZone(first, std::move(changes));
}

}  // namespace platform
