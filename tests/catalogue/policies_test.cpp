// SPDX-License-Identifier: Apache-2.0
// policies_test.cpp: policies as they are kept, and what goes with one.
#include "agent/catalogue/policies.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/catalogue/shelf.hpp"

using test::at;
using test::hasCode;
using test::planNamed;
using test::pointOf;
using test::policyNamed;
using test::Shelf;

namespace {

/// Two policies with a plan each, an instant plan, and points of all of them.
struct FullShelf : Shelf {
    catalogue::PolicyId policy = catalogue.policies().add(policyNamed("mine"));
    catalogue::PolicyId otherPolicy = catalogue.policies().add(policyNamed("other"));
    catalogue::PlanId plan = catalogue.plans().add(planNamed("files", policy), at(1));
    catalogue::PlanId otherPlan = catalogue.plans().add(planNamed("more", otherPolicy), at(1));
    catalogue::PlanId instant = catalogue.plans().add(planNamed("once"), at(1));
    vault::PointRecord first = pointOf(catalogue::planMark(plan), 10);
    vault::PointRecord second = pointOf(catalogue::planMark(plan), 20);

    FullShelf() {
        catalogue.points().rebuild("disk", {first, pointOf(catalogue::planMark(otherPlan), 11),
                                            pointOf(catalogue::planMark(instant), 12), pointOf("", 13)});
        catalogue.points().rebuild("mirror", {second});
    }
    [[nodiscard]] std::set<vault::PointId> marked() {
        std::set<vault::PointId> ids;
        catalogue::PointFilter filter;
        filter.isToBeDeleted = true;
        for (const auto& point : catalogue.points().list(filter)) ids.insert(point.id);
        return ids;
    }
    catalogue::JobId backup(const catalogue::PlanId& of) {
        return catalogue.jobs().add({catalogue::JobKind::Backup, of, {}, {}}, at(30));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(policies)

BOOST_AUTO_TEST_CASE(a_policy_comes_back_as_it_was) {
    Shelf shelf;
    using Every = scheduler::Frequency::Unit;
    using Kept = scheduler::RetentionPeriod::Unit;
    for (const auto& [every, kept] : {std::pair(Every::Hour, Kept::Day), std::pair(Every::Day, Kept::Month),
                                      std::pair(Every::Week, Kept::Year)}) {
        scheduler::Policy policy = policyNamed("p" + std::to_string(static_cast<int>(every)));
        policy.frequency = {3, every};
        policy.retention = {7, kept};
        const auto id = shelf.catalogue.policies().add(policy);
        const auto found = shelf.open().policies().find(id);
        BOOST_REQUIRE(found.has_value());
        BOOST_TEST(found->policy.name == policy.name);
        BOOST_TEST(found->policy.frequency.count == 3U);
        BOOST_CHECK(found->policy.frequency.unit == every);
        BOOST_CHECK(found->policy.firstBackup == policy.firstBackup);
        BOOST_TEST(found->policy.retention.count == 7U);
        BOOST_CHECK(found->policy.retention.unit == kept);
    }
}

BOOST_AUTO_TEST_CASE(policies_are_listed_by_name_and_changed) {
    Shelf shelf;
    auto policies = shelf.catalogue.policies();
    const auto b = policies.add(policyNamed("b"));
    const auto a = policies.add(policyNamed("a"));
    BOOST_REQUIRE(policies.list().size() == 2U);
    BOOST_CHECK(policies.list().front().id == a);
    auto changed = policyNamed("c");
    changed.retention.count = 9;
    policies.change(a, changed);
    BOOST_CHECK(policies.list().front().id == b);
    BOOST_TEST(policies.find(a)->policy.retention.count == 9U);
    BOOST_TEST(policies.find(b)->policy.retention.count == 3U);
    policies.change(a, changed);  // its own name is no name that is taken
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_policy_is_refused_with_every_reason) {
    Shelf shelf;
    auto policies = shelf.catalogue.policies();
    auto bad = policyNamed("");
    bad.frequency.count = 99;
    const auto namesBoth = [](const base::Error& error) {
        return error.code() == "CATALOG-0010" && error.message().find("name") != std::string::npos &&
               error.message().find("99 hours") != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(policies.add(bad), base::Error, namesBoth);
    const auto id = policies.add(policyNamed("taken"));
    BOOST_CHECK_EXCEPTION(policies.change(id, bad), base::Error, namesBoth);
    BOOST_CHECK_EXCEPTION(policies.add(policyNamed("taken")), base::Error, hasCode("CATALOG-0011"));
    const auto other = policies.add(policyNamed("free"));
    BOOST_CHECK_EXCEPTION(policies.change(other, policyNamed("taken")), base::Error, hasCode("CATALOG-0011"));
    BOOST_TEST(policies.find(other)->policy.name == "free");
}

BOOST_AUTO_TEST_CASE(a_policy_that_is_not_there_is_not_found) {
    Shelf shelf;
    auto policies = shelf.catalogue.policies();
    BOOST_TEST(!policies.find({7}).has_value());
    BOOST_CHECK_EXCEPTION(policies.change({7}, policyNamed("x")), base::Error, hasCode("CATALOG-0012"));
    BOOST_CHECK_EXCEPTION((void)policies.whatGoesWith({7}), base::Error, hasCode("CATALOG-0012"));
    BOOST_CHECK_EXCEPTION(policies.remove({7}, at(1)), base::Error, hasCode("CATALOG-0012"));
}

BOOST_AUTO_TEST_CASE(a_name_with_signs_of_sql_is_a_name) {
    Shelf shelf;
    const std::string odd = "x'); DROP TABLE policies; --";
    const auto id = shelf.catalogue.policies().add(policyNamed(odd));
    BOOST_TEST(shelf.catalogue.policies().find(id)->policy.name == odd);
}

BOOST_AUTO_TEST_CASE(what_goes_with_a_policy_is_told_and_nothing_happens) {
    FullShelf shelf;
    const auto running = shelf.backup(shelf.plan);
    shelf.catalogue.jobs().start(running, at(31));
    shelf.backup(shelf.plan);
    const auto goes = shelf.catalogue.policies().whatGoesWith(shelf.policy);
    BOOST_REQUIRE(goes.plans.size() == 1U);
    BOOST_CHECK(goes.plans.front().id == shelf.plan);
    BOOST_TEST(goes.plans.front().name == shelf.catalogue.plans().find(shelf.plan)->settings.name);
    BOOST_TEST(goes.points == 2U);
    BOOST_TEST(goes.storedBytes == shelf.first.storedBytes + shelf.second.storedBytes);
    BOOST_REQUIRE(goes.runningJobs.size() == 1U);
    BOOST_CHECK(goes.runningJobs.front() == running);
    BOOST_TEST(shelf.marked().empty());
    BOOST_TEST(shelf.catalogue.policies().find(shelf.policy).has_value());
}

BOOST_AUTO_TEST_CASE(deleting_a_policy_stops_its_plans_and_marks_their_points) {
    FullShelf shelf;
    const auto queued = shelf.backup(shelf.plan);
    const auto otherQueued = shelf.backup(shelf.otherPlan);
    const auto goes = shelf.catalogue.policies().remove(shelf.policy, at(50));
    BOOST_TEST(goes.plans.size() == 1U);
    BOOST_TEST(goes.points == 2U);
    auto after = shelf.open();
    BOOST_TEST(!after.policies().find(shelf.policy).has_value());
    BOOST_CHECK(after.plans().find(shelf.plan)->stopped == at(50));
    BOOST_TEST(!after.plans().find(shelf.plan)->settings.policy.has_value());
    BOOST_TEST(!after.plans().find(shelf.otherPlan)->stopped.has_value());
    BOOST_TEST(!after.plans().find(shelf.instant)->stopped.has_value());
    BOOST_CHECK((shelf.marked() == std::set{shelf.first.id, shelf.second.id}));
    BOOST_CHECK(after.jobs().find(queued)->state == catalogue::JobState::Cancelled);
    BOOST_CHECK(after.jobs().find(otherQueued)->state == catalogue::JobState::Queued);
}

BOOST_AUTO_TEST_CASE(what_a_job_leaves_that_ran_on_is_marked_too) {
    FullShelf shelf;
    const auto running = shelf.backup(shelf.plan);
    const auto otherRunning = shelf.backup(shelf.otherPlan);
    for (const auto job : {running, otherRunning}) shelf.catalogue.jobs().start(job, at(31));
    shelf.catalogue.policies().remove(shelf.policy, at(50));
    catalogue::JobEnd end;
    end.point = pointOf(catalogue::planMark(shelf.plan), 40);
    // A rebuild that comes first must not save it.
    shelf.catalogue.points().rebuild("disk", {*end.point});
    shelf.catalogue.jobs().end(running, end, at(60));
    BOOST_TEST(shelf.marked().contains(end.point->id));
    end.point = pointOf(catalogue::planMark(shelf.otherPlan), 41);
    shelf.catalogue.jobs().end(otherRunning, end, at(60));
    BOOST_TEST(!shelf.marked().contains(end.point->id));
}

BOOST_AUTO_TEST_CASE(a_deletion_that_fails_half_way_changes_nothing) {
    FullShelf shelf;
    shelf.catalogue.database().runScript(
        "CREATE TEMP TRIGGER refuse BEFORE DELETE ON policies BEGIN SELECT raise(ABORT, 'no'); END");
    BOOST_CHECK_THROW(shelf.catalogue.policies().remove(shelf.policy, at(50)), base::Error);
    BOOST_TEST(shelf.marked().empty());
    BOOST_CHECK(shelf.catalogue.plans().find(shelf.plan)->settings.policy == shelf.policy);
}

BOOST_AUTO_TEST_CASE(a_number_is_never_given_twice) {
    Shelf shelf;
    const auto first = shelf.catalogue.policies().add(policyNamed("a"));
    shelf.catalogue.policies().remove(first, at(1));
    BOOST_CHECK(shelf.catalogue.policies().add(policyNamed("a")) != first);
}

BOOST_AUTO_TEST_SUITE_END()
