// SPDX-License-Identifier: Apache-2.0
// watchman_test.cpp: alerts that come of what the service sees, by a clock that tests set.
#include "agent/service/watchman.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/alerts/alert_book.hpp"
#include "agent/alerts/targets.hpp"
#include "agent/service/job_notices.hpp"
#include "tests/service/workshop.hpp"

using alerts::AlertBook;
using alerts::Kind;
using catalogue::JobEnd;
using catalogue::JobState;
using catalogue::PlanId;
using service::Notices;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::endIn;

namespace {

/// A workshop whose notices become alerts.
struct Tower : test::Workshop {
    int wakes = 0;
    Tower() {
        std::destroy_at(&notices);
        std::construct_at(&notices, log, clock, service::NotedAlerts{&catalogue, [this] { ++wakes; }});
    }
    std::vector<alerts::Alert> open(Kind kind) {
        return AlertBook(catalogue.database()).list({.isOpen = true, .kind = kind});
    }
    std::vector<alerts::Alert> ended(Kind kind) {
        return AlertBook(catalogue.database()).list({.isOpen = false, .kind = kind});
    }
    /// Ends the newest job, with a point when it has completed.
    void endNewest(PlanId plan, JobState state) {
        JobEnd end = endIn(state);
        if (state == JobState::Completed)
            end.point = test::pointOf(catalogue::planMark(plan), moment().time_since_epoch().count());
        end.errorText = "No disk";
        this->end(newest().id, end);
        loop->round();
    }
    void run(PlanId plan, JobState state) {
        catalogue.jobs().add({{}, plan, {}, {}}, moment());
        loop->round();
        endNewest(plan, state);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(watchmen, Tower)

BOOST_AUTO_TEST_CASE(vaults_that_wait_for_the_password_are_one_alert_until_it_is_entered) {
    for (int second = 0; second < 60; ++second) {
        service::tellLocked(notices, {"disk", "tape"});
        clock.advance(seconds(1));
    }
    BOOST_TEST_REQUIRE(open(Kind::PasswordNeeded).size() == 1U);
    BOOST_TEST(open(Kind::PasswordNeeded).front().trouble.sentence.find("'disk', 'tape'") !=
               std::string::npos);
    clock.advance(Notices::kQuiet);
    service::tellLocked(notices, {});
    BOOST_TEST(open(Kind::PasswordNeeded).empty());
    BOOST_TEST(ended(Kind::PasswordNeeded).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_job_that_fails_is_an_alert_until_one_completes) {
    const PlanId plan = addPlan("etc", std::nullopt, 0);
    run(plan, JobState::Failed);
    BOOST_TEST_REQUIRE(open(Kind::JobFailed).size() == 1U);
    const auto alert = open(Kind::JobFailed).front();
    BOOST_TEST(alert.trouble.sentence == "A backup of the plan 'etc' to the vault 'disk': No disk");
    BOOST_TEST((alert.trouble.plan == plan));
    BOOST_TEST(alert.trouble.hint == "Look at job 1.");
    BOOST_TEST(wakes == 1);
    run(plan, JobState::Failed);
    BOOST_TEST(open(Kind::JobFailed).size() == 1U);
    BOOST_TEST(wakes == 1);
    run(plan, JobState::Completed);
    BOOST_TEST(open(Kind::JobFailed).empty());
    BOOST_TEST(ended(Kind::JobFailed).front().endSentence ==
               "A backup of the plan 'etc' to the vault 'disk': it has completed again.");
    BOOST_TEST(wakes == 2);
}

BOOST_AUTO_TEST_CASE(a_service_that_starts_anew_knows_what_is_wrong) {
    const PlanId plan = addPlan("etc", std::nullopt, 0);
    run(plan, JobState::Failed);
    std::destroy_at(&notices);
    std::construct_at(&notices, log, clock, service::NotedAlerts{&catalogue, [this] { ++wakes; }});
    killAndRestart();
    run(plan, JobState::Failed);
    BOOST_TEST(wakes == 1);
    run(plan, JobState::Completed);
    BOOST_TEST(open(Kind::JobFailed).empty());
}

BOOST_AUTO_TEST_CASE(a_plan_without_backups_for_three_intervals_is_quiet) {
    const PlanId plan = addPlan("etc", catalogue.policies().add(test::policyNamed("often")), 0);
    runUntil(start + hours(10));  // its first run, every six hours from then on
    endNewest(plan, JobState::Completed);
    for (int runs = 0; runs < 3; ++runs) {
        runUntil(moment() + hours(6));
        BOOST_TEST(open(Kind::PlanQuiet).empty());
        endNewest(plan, JobState::Failed);
    }
    runUntil(moment() + minutes(2));
    BOOST_TEST_REQUIRE(open(Kind::PlanQuiet).size() == 1U);
    BOOST_TEST(open(Kind::PlanQuiet).front().trouble.sentence.find("for more than 3 intervals.") !=
               std::string::npos);
    run(plan, JobState::Completed);
    runUntil(moment() + minutes(2));
    BOOST_TEST(open(Kind::PlanQuiet).empty());
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_plan_before_its_first_run_or_in_a_pause_or_without_a_policy) {
    alerts::Targets(catalogue.database()).setSettings({.quietIntervals = 1});
    auto later = test::policyNamed("later");
    later.firstBackup += hours(24 * 30);
    addPlan("later", catalogue.policies().add(later));
    addPlan("instant", std::nullopt);
    const PlanId paused = addPlan("paused", catalogue.policies().add(test::policyNamed("often")));
    catalogue.plans().setPause(paused, scheduler::Pause{start, start + hours(48)});
    runUntil(start + hours(50));
    BOOST_TEST(open(Kind::PlanQuiet).empty());
    runUntil(start + hours(55));
    BOOST_TEST(open(Kind::PlanQuiet).size() == 1U);
}

BOOST_AUTO_TEST_CASE(hours_count_instead_of_intervals_when_they_are_said) {
    alerts::Targets(catalogue.database()).setSettings({.quietIntervals = 100, .quietHours = 1});
    const PlanId plan = addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    runUntil(start + hours(10));
    endNewest(plan, JobState::Completed);
    runUntil(start + hours(11) + minutes(2));
    BOOST_TEST(open(Kind::PlanQuiet).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_machine_that_slept_makes_up_for_its_runs_before_anybody_is_called) {
    const PlanId plan = addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    runUntil(start + hours(10));
    endNewest(plan, JobState::Completed);
    clock.advance(hours(24 * 3));
    loop->round();
    loop->round();
    runUntil(moment() + minutes(20));
    BOOST_TEST(open(Kind::PlanQuiet).empty());
    endNewest(plan, JobState::Completed);
    runUntil(moment() + hours(1));
    BOOST_TEST(open(Kind::PlanQuiet).empty());
    BOOST_TEST(open(Kind::RunMissed).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_vault_that_is_away_for_a_day_is_told_until_a_job_reaches_it) {
    const PlanId plan = addPlan("etc", std::nullopt, 0);  // listings fail here
    runUntil(start + hours(23));
    BOOST_TEST(open(Kind::VaultUnreachable).empty());
    runUntil(start + hours(24) + minutes(2));
    BOOST_TEST_REQUIRE(open(Kind::VaultUnreachable).size() == 1U);
    BOOST_TEST(open(Kind::VaultUnreachable).front().trouble.vault == "disk");
    run(plan, JobState::Completed);
    runUntil(moment() + minutes(2));
    BOOST_TEST(open(Kind::VaultUnreachable).empty());
}

BOOST_AUTO_TEST_CASE(trouble_with_a_plan_goes_with_the_plan) {
    const PlanId plan = addPlan("etc", std::nullopt, 0);
    run(plan, JobState::Failed);
    catalogue.plans().remove(plan);
    runUntil(moment() + minutes(2));
    BOOST_TEST(open(Kind::JobFailed).empty());
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumped_is_an_alert_until_it_is_trusted) {
    loop->round();
    clock.jump(hours(24 * 400));
    runUntil(moment() + minutes(1));
    BOOST_TEST(open(Kind::Clock).size() == 1U);
    clock.jump(-hours(24 * 400));
    runUntil(moment() + hours(1));
    BOOST_TEST(open(Kind::Clock).empty());
}

BOOST_AUTO_TEST_SUITE_END()
