// SPDX-License-Identifier: Apache-2.0
// due_run_test.cpp: missed runs, pauses and clocks that jump.
#include "agent/scheduler/due_run.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/scheduler/run_times.hpp"
#include "tests/scheduler/policies.hpp"
#include "tests/scheduler/zones.hpp"

using namespace scheduler;
using namespace zones;
using policies::every;
using policies::Unit;

namespace {

const sys_seconds kMidnight = sys_days(year{2026} / 11 / 27);
const Policy kDaily = every(1, Unit::Day, local_days(year{2026} / 11 / 1) + 22h);
const Policy kHourly = every(1, Unit::Hour, local_days(year{2026} / 11 / 1));

Consideration consider(const Policy& policy, sys_seconds consideredUntil, sys_seconds now,
                       const std::optional<Pause>& pause = std::nullopt) {
    return considerRuns(policy, TimeZone(), pause, consideredUntil, now);
}

/// A service whose machine's clock may jump while real time goes on.
class Service final {
public:
    explicit Service(const Policy& policy) : policy_(policy), consideredUntil_(clock_) {}

    void live(std::chrono::minutes time) {
        for (std::chrono::minutes passed{0}; passed < time; passed += 1min) {
            clock_ += 1min;
            real_ += 1min;
            const Consideration result = consider(policy_, consideredUntil_, clock_);
            consideredUntil_ = result.consideredUntil;
            missed_ += result.missed;
            if (result.wasClockWrong) ++clockAlerts_;
            if (result.due) runs_.push_back(real_);
        }
    }
    void sleep(std::chrono::minutes time) {
        clock_ += time;
        real_ += time;
    }
    void setClock(std::chrono::minutes by) { clock_ += by; }

    [[nodiscard]] const std::vector<sys_seconds>& runs() const { return runs_; }
    [[nodiscard]] std::uint64_t missed() const { return missed_; }
    [[nodiscard]] int clockAlerts() const { return clockAlerts_; }

    [[nodiscard]] std::chrono::seconds longestWait() const {
        std::chrono::seconds longest{0};
        for (std::size_t i = 1; i < runs_.size(); ++i) longest = std::max(longest, runs_[i] - runs_[i - 1]);
        return longest;
    }
    [[nodiscard]] std::chrono::seconds shortestWait() const {
        std::chrono::seconds shortest = std::chrono::years(1);
        for (std::size_t i = 1; i < runs_.size(); ++i) shortest = std::min(shortest, runs_[i] - runs_[i - 1]);
        return shortest;
    }

private:
    Policy policy_;
    sys_seconds clock_ = kMidnight;
    sys_seconds real_ = kMidnight;
    sys_seconds consideredUntil_;
    std::vector<sys_seconds> runs_;
    std::uint64_t missed_ = 0;
    int clockAlerts_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(due_runs)

BOOST_AUTO_TEST_CASE(nothing_is_due_before_the_next_run) {
    const Consideration result = consider(kDaily, kMidnight, kMidnight + 21h);
    BOOST_TEST(!result.due.has_value());
    BOOST_TEST(result.missed == 0U);
    BOOST_TEST((result.lookAgain == kMidnight + 22h));
    BOOST_TEST((result.consideredUntil == kMidnight + 21h));
}

BOOST_AUTO_TEST_CASE(a_run_is_due_at_its_moment_and_never_again) {
    const Consideration result = consider(kDaily, kMidnight, kMidnight + 22h);
    BOOST_TEST((result.due == kMidnight + 22h));
    BOOST_TEST(result.missed == 0U);
    BOOST_TEST((result.lookAgain == kMidnight + 46h));
    BOOST_TEST(!consider(kDaily, result.consideredUntil, kMidnight + 22h).due.has_value());
    BOOST_TEST(!consider(kDaily, result.consideredUntil, kMidnight + 23h).due.has_value());
}

BOOST_AUTO_TEST_CASE(a_run_that_begins_minutes_late_is_not_missed_and_a_later_one_is) {
    const Consideration punctual = consider(kDaily, kMidnight, kMidnight + 22h + kPunctual);
    BOOST_TEST(punctual.due.has_value());
    BOOST_TEST(punctual.missed == 0U);
    const Consideration late = consider(kDaily, kMidnight, kMidnight + 22h + kPunctual + 1s);
    BOOST_TEST((late.due == kMidnight + 22h));
    BOOST_TEST(late.missed == 1U);
}

BOOST_AUTO_TEST_CASE(many_missed_runs_are_made_up_for_by_one_and_told_once) {
    const Consideration result = consider(kDaily, kMidnight, kMidnight + std::chrono::days(10));
    BOOST_TEST((result.due == kMidnight + std::chrono::days(9) + 22h));
    BOOST_TEST(result.missed == 10U);
    const Consideration again =
        consider(kDaily, result.consideredUntil, kMidnight + std::chrono::days(10) + 1min);
    BOOST_TEST(!again.due.has_value());
    BOOST_TEST(again.missed == 0U);
}

BOOST_AUTO_TEST_CASE(a_punctual_run_that_follows_missed_ones_is_not_among_them) {
    const Consideration result = consider(kDaily, kMidnight, kMidnight + std::chrono::days(2) + 22h);
    BOOST_TEST((result.due == kMidnight + std::chrono::days(2) + 22h));
    BOOST_TEST(result.missed == 2U);
}

BOOST_AUTO_TEST_CASE(counting_ends_when_a_clock_is_wrong_by_centuries) {
    const Consideration result = consider(kHourly, kMidnight, sys_days(year{30000} / 1 / 1));
    BOOST_TEST(result.due.has_value());
    BOOST_TEST(result.missed == kMostMissed);
}

BOOST_AUTO_TEST_CASE(a_new_plan_with_a_first_time_in_the_past_has_missed_nothing) {
    const sys_seconds made = kMidnight + 12h + 30min;
    const Consideration result = consider(kHourly, made, made + 1min);
    BOOST_TEST(!result.due.has_value());
    BOOST_TEST((result.lookAgain == kMidnight + 13h));
}

BOOST_AUTO_TEST_CASE(a_paused_plan_does_not_start_and_makes_one_run_afterwards_without_an_alert) {
    const Pause pause{kMidnight + 10h + 30min, kMidnight + 13h + 30min};
    const Consideration during = consider(kHourly, kMidnight + 10h, kMidnight + 12h, pause);
    BOOST_TEST(!during.due.has_value());
    BOOST_TEST((during.lookAgain == pause.until));
    const Consideration after = consider(kHourly, during.consideredUntil, pause.until, pause);
    BOOST_TEST((after.due == kMidnight + 13h));
    BOOST_TEST(after.missed == 0U);
    BOOST_TEST((after.lookAgain == kMidnight + 14h));
}

BOOST_AUTO_TEST_CASE(what_was_missed_before_and_after_a_pause_is_told) {
    const Pause pause{kMidnight + 10h + 30min, kMidnight + 13h + 30min};
    const Consideration result = consider(kHourly, kMidnight + 8h, kMidnight + 14h + 30min, pause);
    BOOST_TEST((result.due == kMidnight + 14h));
    BOOST_TEST(result.missed == 3U);  // 9:00, 10:00 and 14:00
}

BOOST_AUTO_TEST_CASE(a_pause_ends_when_the_clock_is_set_back_to_before_it) {
    const Pause pause{kMidnight + 10h, kMidnight + 11h};
    BOOST_TEST(pause.covers(kMidnight + 10h));
    BOOST_TEST(!pause.covers(kMidnight + 11h));
    const Consideration result = consider(kHourly, kMidnight, kMidnight + 9h, pause);
    BOOST_TEST((result.due == kMidnight + 9h));
}

BOOST_AUTO_TEST_CASE(a_month_of_service_makes_each_run_once) {
    Service service(kHourly);
    service.live(std::chrono::days(30));
    BOOST_TEST(service.runs().size() == 30U * 24U);
    BOOST_TEST((service.longestWait() == 1h));
    BOOST_TEST(service.missed() == 0U);
}

BOOST_AUTO_TEST_CASE(a_machine_that_was_off_for_days_makes_one_run_at_once) {
    Service service(kDaily);
    service.live(23h);
    service.sleep(std::chrono::days(5));
    service.live(1min);
    BOOST_TEST(service.runs().size() == 2U);
    BOOST_TEST(service.missed() == 5U);
    service.live(22h);
    BOOST_TEST(service.runs().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_a_day_forward_makes_one_run) {
    for (const Policy& policy : {kHourly, kDaily}) {
        Service service(policy);
        service.live(90min);
        const std::size_t before = service.runs().size();
        service.setClock(24h);
        service.live(1min);
        BOOST_TEST(service.runs().size() == before + 1);
        BOOST_TEST(service.missed() > 0U);
        BOOST_TEST(service.clockAlerts() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_never_makes_a_run_twice_within_its_interval) {
    for (const Policy& policy : {kHourly, kDaily, every(3, Unit::Day, kDaily.firstBackup)}) {
        const std::chrono::seconds interval = policy.frequency.interval();
        for (std::chrono::minutes back{7}; back < std::chrono::days(9); back += 113min) {
            Service service(policy);
            service.live(std::chrono::days(7) + 18h + back / 7);
            const std::size_t before = service.runs().size();
            service.setClock(-back);
            service.live(std::chrono::days(10));
            const int most = std::chrono::seconds(back) <= interval ? 2 : 3;
            BOOST_TEST_CONTEXT("set back by " << back.count() << " minutes") {
                BOOST_TEST((service.shortestWait() >= interval));
                BOOST_TEST((service.longestWait() <= most * interval));
                BOOST_TEST(service.runs().size() > before);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_a_year_ahead_and_is_put_right_stops_no_plan) {
    Service service(kDaily);
    service.live(23h);
    service.setClock(std::chrono::days(365));
    service.live(10min);
    BOOST_TEST(service.runs().size() == 2U);
    service.setClock(-std::chrono::days(365));
    service.live(std::chrono::days(10));
    BOOST_TEST(service.clockAlerts() == 1);
    BOOST_TEST(service.runs().size() >= 10U);
    BOOST_TEST((service.longestWait() <= 48h));
}

BOOST_AUTO_TEST_CASE(the_first_backup_is_full_and_so_is_the_first_after_all_are_gone) {
    BOOST_TEST((kindOfNextBackup(0) == BackupKind::Full));
    BOOST_TEST((kindOfNextBackup(1) == BackupKind::Incremental));
    BOOST_TEST((kindOfNextBackup(4000) == BackupKind::Incremental));
}

BOOST_AUTO_TEST_SUITE_END()
