// SPDX-License-Identifier: Apache-2.0
#include "agent/service/notices.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/alerts/targets.hpp"
#include "agent/service/job_notices.hpp"
#include "tests/service/workshop.hpp"

using catalogue::JobEnd;
using catalogue::JobId;
using catalogue::JobState;
using platform::LogSeverity;
using service::Notices;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::endIn;
using Lines = std::vector<std::string>;

namespace {

service::Notice wrong(const std::string& subject, const std::string& line) {
    return {.subject = subject, .severity = LogSeverity::Error, .line = line};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(notices_of_things, test::Workshop)

BOOST_AUTO_TEST_CASE(the_same_line_is_written_once_a_day) {
    const service::Notice notice = wrong("disk", "It is full");
    for (int minute = 0; minute < 48 * 60; ++minute) {
        notices.tell(notice);
        clock.advance(minutes(1));
    }
    BOOST_TEST((log.take() == Lines{"20 It is full", "20 It is full"}));
    notices.tell(wrong("disk", "It is gone"));
    notices.tell(wrong("other disk", "It is gone"));
    BOOST_TEST((log.take() == Lines{"20 It is gone", "20 It is gone"}));
}

BOOST_AUTO_TEST_CASE(trouble_that_comes_and_goes_is_written_once) {
    const service::Notice notice = wrong("disk", "It is full");
    for (int second = 0; second < 3600; ++second) {
        if (second % 20 == 0) notices.tell(notice);
        notices.resolve("disk", "It has room again");
        clock.advance(seconds(1));
    }
    BOOST_TEST((log.take() == Lines{"20 It is full"}));
    clock.advance(Notices::kQuiet);
    notices.resolve("disk", "It has room again");
    notices.resolve("disk", "It has room again");
    BOOST_TEST((log.take() == Lines{"21 It has room again"}));
    notices.tell(notice);
    BOOST_TEST((log.take() == Lines{"20 It is full"}));
}

BOOST_AUTO_TEST_CASE(lines_that_never_repeat_do_not_fill_the_log) {
    for (int number = 0; number < 1000; ++number) notices.tell(wrong("disk", std::to_string(number)));
    BOOST_TEST(log.take().size() == Notices::kMostLines);
}

BOOST_AUTO_TEST_CASE(a_plan_that_fails_is_told_once_until_it_has_been_well) {
    const auto plan = addPlan("etc", std::nullopt, 0);
    const auto run = [&](JobState state, const std::string& text = "", std::uint64_t faults = 0) {
        catalogue.jobs().add({{}, plan, {}, {}}, moment());
        loop->round();
        JobEnd told = endIn(state);
        told.errorCode = text.empty() ? "" : "FS-0001";
        told.errorText = text;
        told.faults = faults;
        end(newest().id, told);
        loop->round();
        return log.take();
    };
    BOOST_TEST((run(JobState::Failed, "No disk") ==
                Lines{"12 A backup of the plan 'etc' to the vault 'disk': No disk (FS-0001)"}));
    BOOST_TEST(run(JobState::Failed, "No disk").empty());
    BOOST_TEST(run(JobState::Failed, "No room").size() == 1U);
    BOOST_TEST(run(JobState::Failed, "No disk").empty());
    catalogue.jobs().add({{}, plan, {}, {}}, moment());
    loop->round();
    catalogue.jobs().askToCancel(newest().id, moment());
    end(newest().id, endIn(JobState::Cancelled));
    loop->round();
    BOOST_TEST((newest().state == JobState::Cancelled));
    BOOST_TEST(log.take().empty());
    BOOST_TEST(run(JobState::Completed).empty());
    BOOST_TEST(run(JobState::Failed, "No disk").size() == 1U);
    BOOST_TEST(
        (run(JobState::PartiallyCompleted, "", 2) ==
         Lines{"11 A backup of the plan 'etc' to the vault 'disk': 2 faults, everything else is stored"}));
    BOOST_TEST((run(JobState::PartiallyCompleted) ==
                Lines{"11 A backup of the plan 'etc' to the vault 'disk': everything is stored, and a script "
                      "failed afterwards"}));
}

BOOST_AUTO_TEST_CASE(a_deletion_that_fails_is_told) {
    const auto point = test::pointOf("plan", 1);
    catalogue.points().add("disk", point);
    catalogue.points().markForDeletion("disk", {point.id}, start);
    for (int failed = 0; failed < 5; ++failed) {
        clock.advance(hours(3));
        loop->round();
        BOOST_TEST_REQUIRE((newest().state == JobState::Running));
        JobEnd told = endIn(JobState::Failed, base::ErrorKind::Denied);
        told.errorText = "Nothing may be deleted";
        end(newest().id, told);
        loop->round();
    }
    BOOST_TEST((log.take() == Lines{"12 Deletion from the vault 'disk': Nothing may be deleted"}));
}

BOOST_AUTO_TEST_CASE(what_a_killed_service_left_is_told) {
    catalogue.jobs().add({{}, addPlan("etc", std::nullopt), {}, {}}, start);
    loop->round();
    killAndRestart();
    const auto lines = log.take();
    BOOST_TEST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(lines[0].find("(JOB-0004)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(missed_runs_are_told_once_until_one_comes_in_time) {
    alerts::Targets(catalogue.database()).setSettings({.quietHours = alerts::kMostQuietHours});
    addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    const auto pass = [&](hours time) {
        clock.advance(time);
        loop->round();
        if (newest().state == JobState::Running) end(newest().id, endIn(JobState::Completed));
        loop->round();
        return log.take();
    };
    loop->round();
    const auto lines = pass(hours(24 * 3) + hours(1));
    BOOST_TEST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(lines[0].find("14 The plan 'etc': 11 runs were not made in time") == 0U);
    BOOST_TEST(pass(hours(6)).size() == 1U);  // one run is something else
    BOOST_TEST(pass(hours(6)).empty());
    runUntil(moment() + hours(6));  // in time
    end(newest().id, endIn(JobState::Completed));
    loop->round();
    BOOST_TEST(log.take().empty());
    BOOST_TEST(pass(hours(24 * 3)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_wrong_is_told_once_and_when_it_is_right_again) {
    addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    addPlan("home", catalogue.policies().list().front().id);
    loop->round();
    clock.jump(hours(24 * 400));
    runUntil(moment() + hours(1));
    auto lines = log.take();
    BOOST_TEST_REQUIRE(lines.size() == 3U);  // both plans missed runs
    BOOST_TEST(lines[0].find("20 The clock jumped by more than a day") == 0U);
    for (auto& [id, puppet] : started) puppet->outcome = endIn(JobState::Completed);
    clock.jump(-hours(24 * 400));
    runUntil(moment() + hours(1));
    lines = log.take();
    BOOST_TEST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(lines[0].find("20 The clock was set back") == 0U);
    BOOST_TEST(lines[1].find("21 The clock is trusted again") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
