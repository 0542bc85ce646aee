// SPDX-License-Identifier: Apache-2.0
// plan_handlers_test.cpp: plans, their runs and their jobs through the API.
#include <set>
#include "agent/catalogue/job_progress.hpp"
#include "platform/process.hpp"

#include "tests/api/api_fixture.hpp"

using api::Method;
using test::ApiShelf;

BOOST_FIXTURE_TEST_SUITE(plan_handlers, ApiShelf)

BOOST_AUTO_TEST_CASE(a_plan_has_what_was_said_and_defaults_for_the_rest) {
    const std::int64_t policy = addPolicy("nightly");
    const auto bare = object(post("/plans", planText("bare")), 201);
    BOOST_TEST(bare.text("client").value() ==
               platform::environmentVariable("HBR_CLIENT").value_or(platform::hostName()));
    BOOST_TEST(!bare.has("policy"));
    BOOST_TEST(!bare.has("nextRun"));
    BOOST_TEST(bare.object("retry")->number("mostRetries").value() == 3U);
    const std::string script = jsonText(folder.files->absolutePath("/before"));
    const auto full = object(
        post("/plans",
             planText("full",
                      R"(, "client": "web1", "policy": )" + std::to_string(policy) +
                          R"(, "options": [{"name": "exclude", "value": "*.tmp"}], "scriptBefore": ")" +
                          script +
                          R"(", "bandwidth": [{"fromHour": 9, "untilHour": 18, "bytesPerSecond": 1048576}],
                                       "retry": {"mostRetries": 0, "firstWaitMinutes": 7})")),
        201);
    BOOST_TEST(full.text("client").value() == "web1");
    BOOST_TEST(full.text("nextRun").value() == "2026-11-27T21:00:00Z");
    BOOST_TEST(full.objects("options")->at(0).text("value").value() == "*.tmp");
    BOOST_TEST(full.objects("bandwidth")->at(0).number("untilHour").value() == 18U);
    BOOST_TEST(full.object("retry")->number("firstWaitMinutes").value() == 7U);
    BOOST_TEST(jsonText(full.text("scriptBefore").value()) == script);
    const std::string path = "/plans/" + full.text("id").value();
    const auto changed = object(ask(Method::Put, path, planText("changed")));
    BOOST_TEST(changed.text("name").value() == "changed");
    BOOST_TEST(!changed.has("policy"));
    BOOST_TEST(object(get(path)).text("scriptBefore").value().empty());
    BOOST_TEST(items(get("/plans", {{"policy", std::to_string(policy)}})).empty());
    BOOST_TEST(items(get("/plans")).size() == 2U);
    BOOST_TEST(ask(Method::Delete, path).status == 204);
    requireProblem(get(path), 404, "CATALOG-0012");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_backed_up_is_refused_before_it_is_kept) {
    BOOST_TEST(refusedFields(post("/plans", R"({"name": "x", "vault": "disk", "sources": []})")) ==
               "sources ");
    BOOST_TEST(refusedFields(post("/plans", R"({"name": "x", "vault": "disk", "sources": ["srv"]})")) ==
               "sources ");
    BOOST_TEST(refusedFields(post("/plans", R"({"name": "x", "vault": "nowhere", "sources": [")" + source +
                                                "\"]}")) == "vault ");
    BOOST_TEST(
        refusedFields(post("/plans", planText("x", R"(, "options": [{"name": "vault", "value": "y"}])"))) ==
        "options ");
    BOOST_TEST(refusedFields(post("/plans", planText("x", R"(, "scriptBefore": "before.sh")"))) ==
               "scriptBefore ");
    BOOST_TEST(refusedFields(post(
                   "/plans", planText("x", R"(, "retry": {"mostRetries": 11, "firstWaitMinutes": 0})"))) ==
               "retry retry ");
    BOOST_TEST(refusedFields(post("/plans", planText("x", R"(, "sources": 7, "bandwidth": [7])"))) ==
               "sources bandwidth ");
    requireProblem(post("/plans", planText("x", R"(, "policy": 99)")), 404, "CATALOG-0012");
    BOOST_TEST(items(get("/plans")).empty());
}

BOOST_AUTO_TEST_CASE(a_plan_that_is_run_twice_at_once_is_queued_once) {
    const std::string plan = addPlan("files");
    const auto asked = post("/plans/" + plan + "/run");
    const auto job = object(asked, 202);
    BOOST_TEST(asked.location == "/api/v1/jobs/" + std::to_string(job.number("id").value()));
    BOOST_TEST(job.text("state").value() == "queued");
    BOOST_TEST(object(post("/plans/" + plan + "/run"), 202).number("id").value() == job.number("id").value());
    requireProblem(ask(Method::Delete, "/plans/" + plan), 409, "CATALOG-0015");
    requireProblem(post("/plans/" + std::string(32, '0') + "/run"), 404, "CATALOG-0012");
}

BOOST_AUTO_TEST_CASE(a_pause_lasts_as_long_as_was_said) {
    const std::int64_t policy = addPolicy("nightly");
    const std::string plan = addPlan("files", R"(, "policy": )" + std::to_string(policy));
    const std::string path = "/plans/" + plan + "/pause";
    const auto paused = object(ask(Method::Put, path, R"({"minutes": 600})"));
    BOOST_TEST(paused.object("pause")->text("until").value() == "2026-11-27T22:00:00Z");
    BOOST_TEST(paused.text("nextRun").value() == "2026-11-27T22:00:00Z");
    BOOST_TEST(!object(ask(Method::Delete, path)).has("pause"));
    for (const char* body : {R"({"minutes": 0})", R"({"minutes": 43201})", R"({"minutes": -1})", "{}"})
        BOOST_TEST(refusedFields(ask(Method::Put, path, body)) == "minutes ");
    object(ask(Method::Put, path, R"({"minutes": 1})"));
    clock.advance(std::chrono::minutes(1));
    BOOST_TEST(!object(get("/plans/" + plan)).has("pause"));
}

BOOST_AUTO_TEST_CASE(a_job_shows_how_far_it_is_what_happened_and_is_cancelled) {
    const std::string plan = addPlan("files");
    const auto id =
        static_cast<std::int64_t>(object(post("/plans/" + plan + "/run"), 202).number("id").value());
    const std::string path = "/jobs/" + std::to_string(id);
    auto jobs = catalogue.jobs();
    jobs.start({id}, start);
    jobs.addEvents({id}, {{start, catalogue::EventLevel::Warning, "<img src=x onerror=alert(1)>"}});
    catalogue::JobProgress progress;
    progress.stage = "Reading";
    progress.objectsTotal = 10;
    folder.files->createDirectories(folder / "state/jobs");
    catalogue::ProgressFiles(*folder.files, folder / "state/jobs").write({id}, progress);
    const auto running = object(get(path));
    BOOST_TEST(running.object("progress")->number("objectsTotal").value() == 10U);
    BOOST_TEST(!running.object("progress")->has("secondsLeft"));
    const auto events = object(get(path + "/events"));
    BOOST_TEST(events.objects("events")->at(0).text("level").value() == "warning");
    BOOST_TEST(events.objects("events")->at(0).text("text").value() == "<img src=x onerror=alert(1)>");
    BOOST_TEST(object(post(path + "/cancel"), 202).flag("isCancelAsked").value());
    jobs.end(
        {id},
        [] {
            catalogue::JobEnd end;
            end.state = catalogue::JobState::Cancelled;
            return end;
        }(),
        start);
    requireProblem(post(path + "/cancel"), 400, "CATALOG-0013");
    BOOST_TEST(!object(get(path)).has("progress"));
    BOOST_TEST(items(get("/jobs", {{"state", "active"}})).empty());
    BOOST_TEST(items(get("/jobs", {{"state", "ended"}, {"plan", plan}})).size() == 1U);
    requireProblem(get("/jobs", {{"state", "late"}}), 400, "API-0004");
    requireProblem(get("/jobs", {{"plan", "files"}}), 400, "API-0004");
}

BOOST_AUTO_TEST_CASE(jobs_and_points_come_in_pages) {
    const std::string plan = addPlan("files");
    for (int number = 0; number < 5; ++number) {
        catalogue.jobs().add({catalogue::JobKind::Prune, std::nullopt, "web1", "disk"}, start);
        catalogue.points().add("disk", test::pointOf(plan, 1000));  // all at the same moment
    }
    for (const char* path : {"/jobs", "/points"}) {
        std::set<std::string> seen;
        std::map<std::string, std::string> query{{"limit", "2"}};
        for (;;) {
            const auto page = object(get(path, query));
            for (const auto& item : list(page, "items"))
                seen.insert(item.text("id").value_or(std::to_string(item.number("id").value_or(0))));
            if (!page.has("next")) break;
            query["cursor"] = page.text("next").value();
        }
        BOOST_TEST(seen.size() == 5U, path);
        requireProblem(get(path, {{"limit", "0"}}), 400, "API-0004");
        requireProblem(get(path, {{"cursor", "x"}}), 400, "API-0004");
    }
    const auto point = items(get("/points")).front();
    BOOST_TEST(point.text("planName").value() == "files");
    BOOST_TEST(object(get("/points/disk/" + point.text("id").value())).text("client").value() == "web1");
    requireProblem(get("/points/tape/" + point.text("id").value()), 404, "CATALOG-0012");
}

BOOST_AUTO_TEST_SUITE_END()
