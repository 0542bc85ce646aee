// SPDX-License-Identifier: Apache-2.0
// plans_test.cpp: plans as they are kept, and what cannot be one.
#include "agent/catalogue/plans.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "tests/catalogue/shelf.hpp"

using catalogue::PlanSettings;
using test::at;
using test::hasCode;
using test::pathOfLength;
using test::planNamed;
using test::policyNamed;
using test::Shelf;

namespace {

/// With a value in every field.
PlanSettings fullPlan(catalogue::PolicyId policy) {
    PlanSettings settings = planNamed("everything", policy);
    settings.sources = {"/z", "/a", "\\\\host\\share", "/not \xFF UTF-8", "/5", "/6", "/7", "/8"};
    settings.options = {{"exclude", "*.tmp"}, {"exclude", "*.bak"}, {"snapshot", "yes"}};
    settings.scriptBefore = pathOfLength(20);
    settings.scriptAfter = pathOfLength(250);
    settings.bandwidth = {{9, 18, 1 << 20}, {22, 6, 1ULL << 40}};
    settings.retry = {7, std::chrono::minutes(15)};
    return settings;
}

void requireSame(const PlanSettings& a, const PlanSettings& b) {
    BOOST_TEST(a.name == b.name);
    BOOST_TEST(a.client == b.client);
    BOOST_TEST(a.vault == b.vault);
    BOOST_CHECK(a.policy == b.policy);
    BOOST_TEST(a.sources == b.sources, boost::test_tools::per_element());
    BOOST_CHECK(a.options == b.options);
    BOOST_TEST(a.scriptBefore == b.scriptBefore);
    BOOST_TEST(a.scriptAfter == b.scriptAfter);
    BOOST_REQUIRE(a.bandwidth.size() == b.bandwidth.size());
    for (std::size_t i = 0; i < a.bandwidth.size(); ++i) {
        BOOST_TEST(a.bandwidth[i].fromHour == b.bandwidth[i].fromHour);
        BOOST_TEST(a.bandwidth[i].untilHour == b.bandwidth[i].untilHour);
        BOOST_TEST(a.bandwidth[i].bytesPerSecond == b.bandwidth[i].bytesPerSecond);
    }
    BOOST_TEST(a.retry.mostRetries == b.retry.mostRetries);
    BOOST_CHECK(a.retry.firstWait == b.retry.firstWait);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plans)

BOOST_AUTO_TEST_CASE(a_plan_comes_back_as_it_was) {
    Shelf shelf;
    const auto settings = fullPlan(shelf.catalogue.policies().add(policyNamed("p")));
    const auto id = shelf.catalogue.plans().add(settings, at(1000));
    const auto plan = shelf.open().plans().find(id);
    BOOST_REQUIRE(plan.has_value());
    BOOST_CHECK(plan->id == id);
    requireSame(plan->settings, settings);
    BOOST_CHECK(plan->made == at(1000));
    BOOST_CHECK(plan->consideredUntil == at(1000));
    BOOST_TEST(plan->failures == 0U);
    BOOST_TEST(!plan->pause.has_value());
    BOOST_TEST(!plan->stopped.has_value());
}

BOOST_AUTO_TEST_CASE(a_changed_plan_is_what_it_was_changed_to) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const auto policy = shelf.catalogue.policies().add(policyNamed("p"));
    const auto id = plans.add(fullPlan(policy), at(1000));
    const auto small = planNamed("small");
    plans.change(id, small, at(2000));
    requireSame(plans.find(id)->settings, small);
    plans.change(id, fullPlan(policy), at(3000));
    requireSame(plans.find(id)->settings, fullPlan(policy));
    BOOST_CHECK(plans.find(id)->made == at(1000));
}

BOOST_AUTO_TEST_CASE(runs_count_anew_with_another_policy_and_only_then) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const auto a = shelf.catalogue.policies().add(policyNamed("a"));
    const auto b = shelf.catalogue.policies().add(policyNamed("b"));
    const auto id = plans.add(planNamed("files", a), at(1000));
    plans.change(id, planNamed("renamed", a), at(2000));
    BOOST_CHECK(plans.find(id)->consideredUntil == at(1000));
    plans.change(id, planNamed("renamed", b), at(3000));
    BOOST_CHECK(plans.find(id)->consideredUntil == at(3000));
}

BOOST_AUTO_TEST_CASE(a_stopped_plan_stays_stopped_whatever_else_is_changed) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const auto a = shelf.catalogue.policies().add(policyNamed("a"));
    const auto id = plans.add(planNamed("files", a), at(1000));
    shelf.catalogue.policies().remove(a, at(2000));
    plans.change(id, planNamed("renamed"), at(3000));
    BOOST_CHECK(plans.find(id)->stopped == at(2000));
    BOOST_TEST(plans.find(id)->settings.name == "renamed");
}

BOOST_AUTO_TEST_CASE(a_stopped_plan_starts_with_another_policy) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const auto a = shelf.catalogue.policies().add(policyNamed("a"));
    const auto id = plans.add(planNamed("files", a), at(1000));
    shelf.catalogue.policies().remove(a, at(2000));
    BOOST_CHECK(plans.find(id)->stopped == at(2000));
    const auto b = shelf.catalogue.policies().add(policyNamed("b"));
    plans.change(id, planNamed("files", b), at(3000));
    BOOST_TEST(!plans.find(id)->stopped.has_value());
    BOOST_CHECK(plans.find(id)->consideredUntil == at(3000));
}

BOOST_AUTO_TEST_CASE(plans_are_listed_by_name_and_by_policy) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const auto a = shelf.catalogue.policies().add(policyNamed("a"));
    plans.add(planNamed("2", a), at(1));
    plans.add(planNamed("1"), at(1));
    plans.add(planNamed("3", a), at(1));
    std::string names;
    for (const auto& plan : plans.list()) names += plan.settings.name;
    BOOST_TEST(names == "123");
    names.clear();
    for (const auto& plan : plans.list({.policy = a})) names += plan.settings.name;
    BOOST_TEST(names == "23");
    names.clear();
    for (auto page = plans.list({.most = 1}); !page.empty();
         page = plans.list({.after = page.back().settings.name, .most = 1}))
        names += page.front().settings.name;
    BOOST_TEST(names == "123");
    BOOST_TEST(plans.list({.policy = a}).front().settings.sources.size() == 2U);
}

BOOST_AUTO_TEST_CASE(each_field_that_cannot_be_is_named) {
    using Spoil = std::function<void(PlanSettings&)>;
    const std::vector<std::pair<std::string, Spoil>> spoilt = {
        {"name", [](auto& plan) { plan.name = " "; }},
        {"name", [](auto& plan) { plan.name = std::string(65, 'x'); }},
        {"client", [](auto& plan) { plan.client.clear(); }},
        {"vault", [](auto& plan) { plan.vault = "a\nb"; }},
        {"sources", [](auto& plan) { plan.sources.clear(); }},
        {"sources", [](auto& plan) { plan.sources = {"1", "2", "3", "4", "5", "6", "7", "8", "9"}; }},
        {"sources", [](auto& plan) { plan.sources = {"/a", ""}; }},
        {"sources", [](auto& plan) { plan.sources = {"/a", "/b", "/a"}; }},
        {"sources", [](auto& plan) { plan.sources = {std::string("/a\0b", 4)}; }},
        {"sources", [](auto& plan) { plan.sources = {std::string(32'768, 'x')}; }},
        {"options", [](auto& plan) { plan.options = {{"", "x"}}; }},
        {"options", [](auto& plan) { plan.options.assign(1001, {"a", "b"}); }},
        {"options", [](auto& plan) { plan.options = {{"a", std::string(32'767, 'x')}}; }},
        {"scriptBefore", [](auto& plan) { plan.scriptBefore = pathOfLength(251); }},
        {"scriptBefore", [](auto& plan) { plan.scriptBefore = "before.sh"; }},
        {"scriptBefore", [](auto& plan) { plan.scriptBefore = "scripts/before.sh"; }},
        {"scriptAfter", [](auto& plan) { plan.scriptAfter = "./after.sh"; }},
        {"scriptAfter", [](auto& plan) { plan.scriptAfter = "a\nb"; }},
        {"bandwidth", [](auto& plan) { plan.bandwidth = {{9, 18, 1}}; }},
        {"retry", [](auto& plan) { plan.retry.mostRetries = 11; }},
    };
    BOOST_TEST(catalogue::checkPlan(planNamed("good")).empty());
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const auto id = plans.add(planNamed("there"), at(1));
    for (const auto& [field, spoil] : spoilt) {
        PlanSettings settings = planNamed("bad");
        spoil(settings);
        const auto refused = catalogue::checkPlan(settings);
        BOOST_REQUIRE_MESSAGE(refused.size() == 1U, field);
        BOOST_TEST(refused.front().field == field);
        const auto says = [&](const base::Error& error) {
            return error.code() == "CATALOG-0010" && error.message() + "." == refused.front().sentence;
        };
        BOOST_CHECK_EXCEPTION(plans.add(settings, at(1)), base::Error, says);
        BOOST_CHECK_EXCEPTION(plans.change(id, settings, at(1)), base::Error, says);
    }
    BOOST_TEST(plans.list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(names_are_taken_once_and_policies_must_be_there) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const auto id = plans.add(planNamed("a"), at(1));
    plans.add(planNamed("b"), at(1));
    BOOST_CHECK_EXCEPTION(plans.add(planNamed("a"), at(1)), base::Error, hasCode("CATALOG-0011"));
    BOOST_CHECK_EXCEPTION(plans.change(id, planNamed("b"), at(1)), base::Error, hasCode("CATALOG-0011"));
    plans.change(id, planNamed("a"), at(1));
    BOOST_CHECK_EXCEPTION(plans.add(planNamed("c", catalogue::PolicyId{7}), at(1)), base::Error,
                          hasCode("CATALOG-0012"));
    BOOST_CHECK_EXCEPTION(plans.change(id, planNamed("a", catalogue::PolicyId{7}), at(1)), base::Error,
                          hasCode("CATALOG-0012"));
}

BOOST_AUTO_TEST_CASE(a_plan_that_is_not_there_is_not_found) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const catalogue::PlanId none;
    BOOST_TEST(!plans.find(none).has_value());
    BOOST_CHECK_EXCEPTION(plans.change(none, planNamed("x"), at(1)), base::Error, hasCode("CATALOG-0012"));
    BOOST_CHECK_EXCEPTION(plans.remove(none), base::Error, hasCode("CATALOG-0012"));
    BOOST_CHECK_EXCEPTION(plans.setPause(none, std::nullopt), base::Error, hasCode("CATALOG-0012"));
}

BOOST_AUTO_TEST_CASE(a_pause_is_kept_and_ended) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    const auto id = plans.add(planNamed("a"), at(1));
    plans.setPause(id, scheduler::Pause{at(10), at(20)});
    BOOST_REQUIRE(plans.find(id)->pause.has_value());
    BOOST_CHECK(plans.find(id)->pause->from == at(10));
    BOOST_CHECK(plans.find(id)->pause->until == at(20));
    BOOST_CHECK_EXCEPTION(plans.setPause(id, scheduler::Pause{at(10), at(10)}), base::Error,
                          hasCode("CATALOG-0010"));
    plans.setPause(id, std::nullopt);
    BOOST_TEST(!plans.find(id)->pause.has_value());
}

BOOST_AUTO_TEST_CASE(a_removed_plan_leaves_its_jobs_and_points) {
    Shelf shelf;
    auto plans = shelf.catalogue.plans();
    auto jobs = shelf.catalogue.jobs();
    const auto id = plans.add(planNamed("files"), at(1));
    const auto job = jobs.add({catalogue::JobKind::Backup, id, {}, {}}, at(2));
    shelf.catalogue.points().add("disk", test::pointOf(catalogue::planMark(id), 3));
    BOOST_CHECK_EXCEPTION(plans.remove(id), base::Error, hasCode("CATALOG-0015"));
    catalogue::JobEnd cancelled;
    cancelled.state = catalogue::JobState::Cancelled;
    jobs.end(job, cancelled, at(4));
    plans.remove(id);
    BOOST_TEST(plans.list().empty());
    BOOST_TEST(!jobs.find(job)->plan.has_value());
    BOOST_TEST(jobs.find(job)->planName == "files");
    BOOST_TEST(shelf.catalogue.points().list().size() == 1U);
    BOOST_TEST(shelf.catalogue.database().integer("SELECT count(*) FROM plan_sources") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
