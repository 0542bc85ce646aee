// SPDX-License-Identifier: Apache-2.0
// policy_handlers_test.cpp: policies through the API.
#include "agent/catalogue/catalogue.hpp"
#include "tests/api/api_fixture.hpp"

using api::Method;
using test::ApiShelf;
using test::at;

namespace {

std::string countOf(unsigned count, const char* unit) {
    return R"({"count": )" + std::to_string(count) + R"(, "unit": ")" + unit + "\"}";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(policy_handlers, ApiShelf)

BOOST_AUTO_TEST_CASE(a_policy_is_made_shown_changed_and_listed) {
    const auto made = post("/policies", policyText("nightly"));
    const auto policy = object(made, 201);
    const std::string path = "/policies/" + std::to_string(policy.number("id").value());
    BOOST_TEST(made.location == "/api/v1" + path);
    BOOST_TEST(policy.text("firstBackup").value() == "2026-11-27T22:00");
    BOOST_TEST(policy.object("frequency")->number("count").value() == 6U);
    BOOST_TEST(policy.object("retention")->text("unit").value() == "month");
    BOOST_TEST(policy.text("nextRun").value() == "2026-11-27T21:00:00Z");  // clocks are an hour ahead
    BOOST_TEST(policy.number("plans").value() == 0U);
    addPlan("files", R"(, "policy": )" + std::to_string(policy.number("id").value()));
    BOOST_TEST(object(get(path)).number("plans").value() == 1U);

    const auto changed = object(ask(Method::Put, path, policyText("weekly", countOf(1, "week"))));
    BOOST_TEST(changed.text("name").value() == "weekly");
    BOOST_TEST(object(get(path)).object("frequency")->text("unit").value() == "week");
    requireProblem(ask(Method::Put, "/policies/99", policyText("x")), 404, "CATALOG-0012");
    requireProblem(post("/policies", policyText("weekly")), 409, "CATALOG-0011");
}

BOOST_AUTO_TEST_CASE(each_field_takes_its_lowest_and_highest_value_and_nothing_beyond) {
    int number = 0;
    const auto outcome = [&](const std::string& frequency, const std::string& retention,
                             const std::string& first) {
        const auto answer =
            post("/policies", policyText("p" + std::to_string(++number), frequency, first, retention));
        return answer.status == 201 ? std::string() : refusedFields(answer);
    };
    const std::string day = countOf(1, "day");
    const std::string first = "2026-11-27T22:00";
    for (const auto& [unit, most] : {std::pair{"hour", 23U}, {"day", 6U}, {"week", 4U}}) {
        for (const unsigned good : {1U, most}) BOOST_TEST(outcome(countOf(good, unit), day, first).empty());
        for (const unsigned bad : {0U, most + 1})
            BOOST_TEST(outcome(countOf(bad, unit), day, first) == "frequency ");
    }
    for (const auto& [unit, most] : {std::pair{"day", 3650U}, {"month", 120U}, {"year", 10U}}) {
        for (const unsigned good : {1U, most}) BOOST_TEST(outcome(day, countOf(good, unit), first).empty());
        for (const unsigned bad : {0U, most + 1})
            BOOST_TEST(outcome(day, countOf(bad, unit), first) == "retention ");
    }
    for (const char* good : {"2000-01-01T00:00", "2099-12-31T23:59", "2026-11-27T22:00:30"})
        BOOST_TEST(outcome(day, day, good).empty());
    for (const char* bad : {"1999-12-31T23:59", "2100-01-01T00:00", "2026-13-01T00:00", "2026-11-27", "soon",
                            "2026-11-27T22:00Z"})
        BOOST_TEST(outcome(day, day, bad) == "firstBackup ", bad);
    BOOST_TEST(refusedFields(post("/policies", policyText(""))) == "name ");
    BOOST_TEST(refusedFields(post("/policies", policyText(std::string(65, 'x')))) == "name ");
    BOOST_TEST(object(post("/policies", policyText(std::string(64, 'x'))), 201).has("id"));
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_mistyped_is_named_and_nothing_is_kept) {
    requireProblem(post("/policies", "{"), 400, "API-0003");
    requireProblem(post("/policies", "[]"), 400, "API-0003");
    BOOST_TEST(refusedFields(post("/policies", "{}")) == "name frequency retention firstBackup ");
    BOOST_TEST(refusedFields(post("/policies",
                                  R"({"name": 1, "frequency": {"count": "6", "unit": "minute", "x": 1},
                                      "firstBackup": null, "retention": [], "nmae": ""})")) ==
               "nmae name frequency.x frequency.count frequency.unit retention retention firstBackup ");
    BOOST_TEST(items(get("/policies")).empty());
}

BOOST_AUTO_TEST_CASE(a_preview_tells_the_next_runs_and_what_is_kept_and_dropped) {
    const std::string plan = addPlan("files");
    auto points = catalogue.points();
    for (const int day : {1, 40, 80})
        points.add("disk", test::pointOf(plan, (start - std::chrono::days(day)).time_since_epoch().count()));
    const auto preview =
        object(ask(Method::Post, "/policies/preview",
                   policyText("p", countOf(1, "day"), "2026-11-27T22:00", countOf(1, "month")),
                   {{"runs", "3"}, {"plan", plan}}));
    const auto runs = preview.texts("runs").value();
    BOOST_TEST(runs == (std::vector<std::string>{"2026-11-27T21:00:00Z", "2026-11-28T21:00:00Z",
                                                 "2026-11-29T21:00:00Z"}),
               boost::test_tools::per_element());
    const auto backups = list(preview, "backups");
    BOOST_REQUIRE(backups.size() == 3U);
    BOOST_TEST(backups[0].text("started").value() == "2026-11-26T12:00:00Z");
    BOOST_TEST(backups[0].text("expires").value() == "2026-12-26T12:00:00Z");
    BOOST_TEST(backups[0].flag("isKept").value());
    BOOST_TEST(!backups[1].flag("isKept").value());
    BOOST_TEST(object(post("/policies/preview", policyText("p"))).texts("runs")->size() == 5U);
    for (const char* runsAsked : {"0", "101", "x", "1.5"})
        requireProblem(ask(Method::Post, "/policies/preview", policyText("p"), {{"runs", runsAsked}}), 400,
                       "API-0004");
    BOOST_TEST(items(get("/policies")).empty());
}

BOOST_AUTO_TEST_CASE(a_policy_is_deleted_by_its_name_alone_and_takes_its_backups_along) {
    const std::int64_t id = addPolicy("nightly");
    const std::string path = "/policies/" + std::to_string(id);
    const std::string plan = addPlan("files", R"(, "policy": )" + std::to_string(id));
    catalogue.points().add("disk", test::pointOf(plan, 1000));
    const auto going = object(get(path + "/consequences"));
    BOOST_TEST(going.objects("plans")->at(0).text("name").value() == "files");
    BOOST_TEST(going.number("points").value() == 1U);
    BOOST_TEST(going.number("storedBytes").value() == 25U);
    for (const std::map<std::string, std::string>& query :
         {std::map<std::string, std::string>{}, {{"confirm", "Nightly"}}, {{"confirm", ""}}}) {
        requireProblem(ask(Method::Delete, path, {}, query), 400, "API-0005");
    }
    BOOST_TEST(items(get("/points")).size() == 1U);
    BOOST_TEST(!items(get("/points")).front().has("toBeDeleted"));
    BOOST_TEST(object(ask(Method::Delete, path, {}, {{"confirm", "nightly"}})).number("points").value() ==
               1U);
    requireProblem(get(path), 404, "CATALOG-0012");
    BOOST_TEST(items(get("/points")).front().has("toBeDeleted"));
    BOOST_TEST(object(get("/plans/" + plan)).has("stopped"));
}

BOOST_AUTO_TEST_CASE(what_was_due_by_the_old_policy_is_made_when_it_is_changed) {
    const std::int64_t id = addPolicy("nightly");
    const std::string plan = addPlan("files", R"(, "policy": )" + std::to_string(id));
    clock.advance(std::chrono::hours(10));  // past the first run, and no service was there
    const std::string path = "/policies/" + std::to_string(id);
    object(ask(Method::Put, path, policyText("nightly", countOf(1, "week"), "2026-11-01T22:00")));
    BOOST_TEST(items(get("/jobs")).size() == 1U);
    BOOST_TEST(items(get("/jobs")).front().text("due").value() == "2026-11-27T21:00:00Z");
    object(ask(Method::Put, path, policyText("nightly", countOf(1, "hour"), "2026-11-01T22:00")));
    BOOST_TEST(items(get("/jobs")).size() == 1U);  // nothing is made up for
}

BOOST_AUTO_TEST_CASE(policies_come_in_pages) {
    for (const char* name : {"a", "b", "c"}) addPolicy(name);
    const auto first = object(get("/policies", {{"limit", "2"}}));
    BOOST_TEST(first.objects("items")->size() == 2U);
    const auto rest = object(get("/policies", {{"limit", "2"}, {"cursor", first.text("next").value()}}));
    BOOST_TEST(rest.objects("items")->front().text("name").value() == "c");
    BOOST_TEST(!rest.has("next"));
}

BOOST_AUTO_TEST_SUITE_END()
