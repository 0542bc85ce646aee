// SPDX-License-Identifier: Apache-2.0
// answers.cpp: computes what ten_years.py asks for: a question a line, a line of numbers for each. Moments
// are seconds since 1970, clock times are counted the same way as if they were UTC.
//
//   zone AHEAD [AT AHEAD]...              the time zone of the questions that follow; the answer is empty
//   system                                the machine's time zone, in the form above
//   runs UNIT COUNT FIRST UNTIL           all runs of a policy up to a moment
//   expiry UNIT COUNT STARTED             when a backup expires
#include <iostream>
#include <sstream>
#include <string>

#include "agent/scheduler/expiry.hpp"
#include "agent/scheduler/run_times.hpp"

namespace {

using platform::TimeZone;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

seconds readSeconds(std::istream& question) {
    std::int64_t count = 0;
    question >> count;
    return seconds(count);
}

TimeZone readZone(std::istream& question) {
    const seconds first = readSeconds(question);
    std::vector<TimeZone::Change> changes;
    while (!(question >> std::ws).eof()) {
        const sys_seconds at(readSeconds(question));
        changes.push_back({at, readSeconds(question)});
    }
    return TimeZone(first, changes);
}

std::int64_t aheadAt(const TimeZone& zone, sys_seconds moment) {
    return (zone.localTime(moment).time_since_epoch() - moment.time_since_epoch()).count();
}

void tellZone(const TimeZone& zone) {
    std::cout << aheadAt(zone, platform::kTimeZoneFrom);
    for (auto change = zone.nextChange(platform::kTimeZoneFrom); change; change = zone.nextChange(*change))
        std::cout << ' ' << change->time_since_epoch().count() << ' ' << aheadAt(zone, *change);
}

/// The unit whose name stands next in the question, of three.
template <typename Unit>
Unit readUnit(std::istream& question, const std::string& first, const std::string& second) {
    std::string name;
    question >> name;
    return name == first ? Unit{0} : name == second ? Unit{1} : Unit{2};
}

void tellRuns(std::istream& question, const TimeZone& zone) {
    scheduler::Policy policy;
    policy.frequency.unit = readUnit<scheduler::Frequency::Unit>(question, "hours", "days");
    question >> policy.frequency.count;
    policy.firstBackup = local_seconds(readSeconds(question));
    const sys_seconds until(readSeconds(question));
    sys_seconds run = scheduler::nextRun(policy, zone, sys_seconds::min() + std::chrono::years(1));
    for (; run <= until; run = scheduler::nextRun(policy, zone, run))
        std::cout << run.time_since_epoch().count() << ' ';
}

void tellExpiry(std::istream& question, const TimeZone& zone) {
    scheduler::RetentionPeriod retention;
    retention.unit = readUnit<scheduler::RetentionPeriod::Unit>(question, "days", "months");
    question >> retention.count;
    const sys_seconds started(readSeconds(question));
    std::cout << scheduler::expiryOf(retention, zone, started).time_since_epoch().count();
}

}  // namespace

int main() {
    TimeZone zone;
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream question(line);
        std::string word;
        question >> word;
        if (word == "zone") zone = readZone(question);
        if (word == "system") tellZone(platform::systemTimeZone());
        if (word == "runs") tellRuns(question, zone);
        if (word == "expiry") tellExpiry(question, zone);
        std::cout << '\n';
    }
}
