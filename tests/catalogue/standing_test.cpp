// SPDX-License-Identifier: Apache-2.0
// standing_test.cpp: what an overview asks.
#include "agent/catalogue/standing.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/catalogue/shelf.hpp"

using test::at;
using test::planNamed;
using test::pointOf;
using test::Shelf;

BOOST_AUTO_TEST_SUITE(standings)

BOOST_AUTO_TEST_CASE(a_plan_is_told_with_its_newest_point_and_its_latest_backup) {
    Shelf shelf;
    const auto policy = shelf.catalogue.policies().add(test::policyNamed("p"));
    const auto files = shelf.catalogue.plans().add(planNamed("files", policy), at(100));
    const auto bare = shelf.catalogue.plans().add(planNamed("bare"), at(101));
    shelf.catalogue.plans().setPause(bare, scheduler::Pause{at(5), at(9)});
    auto jobs = shelf.catalogue.jobs();
    jobs.add({catalogue::JobKind::Backup, files, {}, {}}, at(110));
    const auto latest = jobs.add({catalogue::JobKind::Backup, files, {}, {}}, at(120));
    jobs.add({catalogue::JobKind::Prune, files, {}, {}}, at(130));
    auto points = shelf.catalogue.points();
    const auto going = pointOf(catalogue::planMark(files), 300);
    points.add("disk", pointOf(catalogue::planMark(files), 200));
    points.add("disk", going);
    points.add("disk", pointOf("another's", 400));
    points.markForDeletion("disk", {going.id}, at(1));

    const auto all = shelf.catalogue.standings().ofPlans();
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[0].name == "bare");
    BOOST_TEST(!all[0].lastGood.has_value());
    BOOST_TEST(!all[0].lastBackup.has_value());
    BOOST_CHECK(all[0].pause->until == at(9));
    BOOST_CHECK(all[1].id == files);
    BOOST_CHECK(all[1].policy == policy);
    BOOST_CHECK(all[1].made == at(100));
    BOOST_CHECK(all[1].lastGood == at(200));
    BOOST_CHECK(all[1].lastBackup->id == latest);
    BOOST_TEST(shelf.catalogue.standings().ofPlan(bare)->name == "bare");
    BOOST_TEST(!shelf.catalogue.standings().ofPlan({}).has_value());
    BOOST_TEST(shelf.catalogue.standings().plansByPolicy().at(policy) == 1U);

    const auto vaults = shelf.catalogue.standings().ofVaults();
    BOOST_REQUIRE(vaults.size() == 1U);
    BOOST_TEST(vaults.at("disk").points == 2U);
    BOOST_TEST(vaults.at("disk").plans == 2U);
    BOOST_CHECK(vaults.at("disk").newestPoint == at(400));
}

BOOST_AUTO_TEST_SUITE_END()
