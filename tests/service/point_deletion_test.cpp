// SPDX-License-Identifier: Apache-2.0
#include "agent/service/point_deletion.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/service/job_words.hpp"
#include "tests/service/workshop.hpp"

using catalogue::JobEnd;
using catalogue::JobKind;
using catalogue::JobState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using test::endIn;

namespace {

struct Deletions : test::Workshop {
    vault::PointId addMarked(const std::string& vault = "disk") {
        const vault::PointRecord point = test::pointOf("plan", 1);
        catalogue.points().add(vault, point);
        catalogue.points().markForDeletion(vault, {point.id}, start);
        return point.id;
    }
    std::vector<catalogue::Job> deletions() { return catalogue.jobs().list({.kind = JobKind::Prune}); }
    std::size_t marked() { return service::pointsToDelete(catalogue, "disk").size(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(point_deletion, Deletions)

BOOST_AUTO_TEST_CASE(points_of_a_deleted_policy_leave_their_vaults) {
    const auto policy = catalogue.policies().add(test::policyNamed("often"));
    const auto plan = addPlan("etc", policy);
    const auto other = test::pointOf(catalogue::planMark(addPlan("home", std::nullopt)), 1);
    const auto here = test::pointOf(catalogue::planMark(plan), 1);
    const auto there = test::pointOf(catalogue::planMark(plan), 2);
    catalogue.points().add("disk", here);
    catalogue.points().add("disk", other);
    catalogue.points().add("mirror", there);
    loop->round();
    BOOST_TEST(deletions().empty());
    (void)catalogue.policies().remove(policy, start);
    runUntil(start + minutes(2));
    const auto jobs = deletions();
    BOOST_TEST_REQUIRE(jobs.size() == 2U);  // one a vault, however often it is looked
    BOOST_TEST(jobs[1].vault == "disk");
    BOOST_TEST(jobs[1].client == "web1");
    BOOST_TEST((puppet(jobs[1].id).words == service::deletionWords("disk", {here.id})));
    BOOST_TEST((puppet(jobs[0].id).words == service::deletionWords("mirror", {there.id})));
    end(jobs[0].id, endIn(JobState::Completed));
    end(jobs[1].id, endIn(JobState::Completed));
    loop->round();
    const auto left = catalogue.points().list();
    BOOST_TEST_REQUIRE(left.size() == 1U);
    BOOST_TEST(left[0].id.hex() == other.id.hex());
    runUntil(start + hours(48));
    BOOST_TEST(deletions().size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_failed_is_tried_again_ever_later_and_keeps_its_marks) {
    addMarked();
    std::vector<seconds> waits;
    for (sys_seconds failed = start; waits.size() < 12;) {
        runUntil(failed);
        BOOST_TEST_REQUIRE((newest().state == JobState::Running));
        end(newest().id, endIn(JobState::Failed, base::ErrorKind::Denied));  // as an append-only vault does
        loop->round();
        BOOST_TEST(marked() == 1U);
        const auto before = deletions().size();
        while (deletions().size() == before) runUntil(moment() + minutes(1));
        waits.push_back(moment() - failed);
        failed = moment();
    }
    BOOST_TEST((waits[0] == minutes(10)));
    BOOST_TEST((waits[1] == minutes(20)));
    BOOST_TEST((waits[11] == hours(24)));
}

BOOST_AUTO_TEST_CASE(what_is_marked_meanwhile_goes_with_the_next_one) {
    const auto first = addMarked();
    loop->round();
    const auto second = addMarked();
    end(newest().id, endIn(JobState::Completed));
    loop->round();
    BOOST_TEST(!catalogue.points().find("disk", first));
    BOOST_TEST(catalogue.points().find("disk", second).has_value());
    runUntil(start + service::kBetweenDeletions - seconds(1));
    BOOST_TEST(deletions().size() == 1U);
    runUntil(start + service::kBetweenDeletions);
    BOOST_TEST_REQUIRE(deletions().size() == 2U);
    BOOST_TEST((puppet(newest().id).words == service::deletionWords("disk", {second})));
}

BOOST_AUTO_TEST_CASE(one_that_is_killed_is_made_again) {
    addMarked();
    loop->round();
    killAndRestart();
    BOOST_TEST(deletions().front().errorCode == "JOB-0004");
    runUntil(start + minutes(11));
    BOOST_TEST(deletions().size() == 2U);
    end(newest().id, endIn(JobState::Completed));
    loop->round();
    BOOST_TEST(marked() == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_a_person_cancelled_waits_for_a_day) {
    addMarked();
    loop->round();
    catalogue.jobs().askToCancel(newest().id, start);
    loop->round();
    end(newest().id, endIn(JobState::Cancelled, base::ErrorKind::Cancelled));
    runUntil(start + hours(24) - minutes(1));
    BOOST_TEST(deletions().size() == 1U);
    BOOST_TEST(marked() == 1U);
    runUntil(start + hours(24) + minutes(1));
    BOOST_TEST(deletions().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_keeps_nothing_waiting) {
    addMarked();
    loop->round();
    end(newest().id, endIn(JobState::Failed, base::ErrorKind::Unavailable));
    loop->round();
    clock.jump(-hours(24 * 365));
    loop->round();
    BOOST_TEST(deletions().size() == 1U);
    folder.files->removeFile(clockFile);  // somebody has looked
    runUntil(moment() + minutes(2));
    BOOST_TEST(deletions().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_deletion_that_a_person_asks_for_gives_back_room_without_points) {
    catalogue.jobs().add({JobKind::Prune, {}, "web1", "disk"}, start);
    loop->round();
    BOOST_TEST((puppet(newest().id).words == service::deletionWords("disk", {})));
}

BOOST_AUTO_TEST_SUITE_END()
