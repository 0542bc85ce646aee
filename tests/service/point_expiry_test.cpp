// SPDX-License-Identifier: Apache-2.0
#include "agent/service/point_expiry.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "tests/service/workshop.hpp"

using catalogue::JobKind;
using catalogue::JobState;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using test::endIn;

namespace {

/// A plan whose points are kept for three months.
struct Expiry : test::Workshop {
    catalogue::PolicyId policy = catalogue.policies().add(test::policyNamed("often"));
    catalogue::PlanId plan = addPlan("etc", policy);

    vault::PointRecord pointAt(sys_seconds moment) const {
        return test::pointOf(catalogue::planMark(plan), moment.time_since_epoch().count());
    }
    vault::PointId add(sys_seconds moment, const std::string& vault = "disk") {
        const auto point = pointAt(moment);
        catalogue.points().add(vault, point);
        return point.id;
    }
    bool isMarked(const vault::PointId& id, const std::string& vault = "disk") {
        return catalogue.points().find(vault, id)->toBeDeleted.has_value();
    }
    /// Time passes, with a round an hour: while jobs run, the loop asks for one each second.
    void pass(hours time) {
        for (hours passed{0}; passed < time; passed += hours(1)) {
            clock.advance(hours(1));
            loop->round();
        }
    }
    /// The plan's next run comes, and makes a point.
    vault::PointId backUp() {
        runUntil(loop->nextRun().value());
        catalogue::JobEnd made = endIn(JobState::Completed);
        made.point = pointAt(moment());
        end(jobsOf(plan).front().id, made);
        loop->round();
        return made.point->id;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(point_expiry, Expiry)

BOOST_AUTO_TEST_CASE(a_backup_lets_go_what_is_too_old_beside_it) {
    loop->round();
    const auto old = add(start - days(93));
    const auto recent = add(start - days(80));
    const auto moved = add(start - days(400), "earlier vault");
    auto foreign = test::pointOf("somebody's", (start - days(400)).time_since_epoch().count());
    catalogue.points().add("disk", foreign);
    const auto newest = backUp();
    BOOST_TEST(isMarked(old));
    BOOST_TEST(!isMarked(recent));
    BOOST_TEST(!isMarked(newest));
    BOOST_TEST(!isMarked(moved, "earlier vault"));
    BOOST_TEST(!isMarked(foreign.id));
    const auto deletions = catalogue.jobs().list({.kind = JobKind::Prune});
    BOOST_TEST_REQUIRE(deletions.size() == 1U);
    BOOST_TEST(deletions.front().vault == "disk");
}

BOOST_AUTO_TEST_CASE(without_a_backup_the_newest_decides_once_a_day) {
    const auto newest = add(start - days(400));
    const auto older = add(start - days(450));
    const auto oldest = add(start - days(500));
    loop->round();
    BOOST_TEST(!isMarked(newest));
    BOOST_TEST(!isMarked(older));
    BOOST_TEST(isMarked(oldest));
    const auto late = add(start - days(510));
    catalogue.plans().setPause(plan, scheduler::Pause{start, start + days(5)});
    runUntil(start + service::WorkLoop::kBetweenJudgements - minutes(1));
    BOOST_TEST(!isMarked(late));
    runUntil(start + service::WorkLoop::kBetweenJudgements + minutes(1));
    BOOST_TEST(isMarked(late));
}

BOOST_AUTO_TEST_CASE(points_that_are_marked_already_have_no_say) {
    const auto good = add(start - days(200));
    const auto unwanted = add(start - days(1));
    catalogue.points().markForDeletion("disk", {unwanted}, start);
    loop->round();
    BOOST_TEST(!isMarked(good));
}

BOOST_AUTO_TEST_CASE(the_newest_point_without_faults_stays) {
    auto faulty = pointAt(start - days(1));
    faulty.faults = 1;
    catalogue.points().add("disk", faulty);
    const auto whole = add(start - days(200));
    const auto older = add(start - days(201));
    loop->round();
    BOOST_TEST(!isMarked(whole));
    BOOST_TEST(isMarked(older));
}

BOOST_AUTO_TEST_CASE(after_a_start_with_a_clock_that_shows_another_time_nothing_goes_for_a_day) {
    loop->round();
    const auto old = add(start);
    clock.jump(days(400));  // while no service runs
    killAndRestart();
    const auto newest = add(moment());
    pass(hours(20));
    BOOST_TEST(!isMarked(old));
    clock.jump(-days(400));  // it is set right, which is a jump
    pass(hours(30));
    BOOST_TEST(!isMarked(old));
    BOOST_TEST(!isMarked(newest));
}

BOOST_AUTO_TEST_CASE(what_was_marked_for_its_age_stays_when_the_clock_is_found_wrong) {
    const auto old = add(start - days(200));
    const auto gone = test::pointOf("deleted plan's", (start - days(1)).time_since_epoch().count());
    catalogue.points().add("tape", gone);
    catalogue.points().markForDeletion("tape", {gone.id}, start);
    add(start - days(1));
    loop->round();
    BOOST_TEST(isMarked(old));
    clock.jump(-days(300));
    loop->round();
    BOOST_TEST(!isMarked(old));
    BOOST_TEST(isMarked(gone.id, "tape"));
    BOOST_TEST(catalogue.jobs().list({.kind = JobKind::Prune, .hasEnded = true}).empty());
}

BOOST_AUTO_TEST_CASE(a_time_that_cannot_be_decides_nothing) {
    for (const std::int64_t odd : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                   std::numeric_limits<std::int64_t>::max()}) {
        catalogue.points().add("disk", test::pointOf(catalogue::planMark(plan), odd == -1 ? odd : odd / 2));
    }
    loop->round();
    for (const auto& point : catalogue.points().list()) BOOST_TEST(!point.toBeDeleted.has_value());
}

BOOST_AUTO_TEST_CASE(after_a_clock_jump_nothing_goes_until_a_person_has_looked) {
    loop->round();
    const auto old = add(start);
    clock.jump(days(400));
    backUp();
    pass(days(2));
    BOOST_TEST(!isMarked(old));
    killAndRestart();
    pass(days(2));
    BOOST_TEST(!isMarked(old));
    folder.files->removeFile(clockFile);
    runUntil(moment() + minutes(2));
    BOOST_TEST(isMarked(old));
}

BOOST_AUTO_TEST_CASE(a_clock_that_comes_back_costs_nothing) {
    loop->round();
    const auto old = add(start);
    clock.jump(days(400));
    const auto future = backUp();
    clock.jump(-days(400));
    pass(days(2));
    BOOST_TEST(!isMarked(old));
    BOOST_TEST(!isMarked(future));
    BOOST_TEST(clockWatch->isTrusted());
}

BOOST_AUTO_TEST_SUITE_END()
