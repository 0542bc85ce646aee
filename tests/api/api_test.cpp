// SPDX-License-Identifier: Apache-2.0
// api_test.cpp: how requests find their handlers, and what is said of those that do not.
#include "agent/api/api.hpp"

#include <set>
#include "agent/api/call.hpp"

#include "tests/api/api_fixture.hpp"
#include "tests/platform/temporary_folder.hpp"

using test::ApiShelf;

BOOST_FIXTURE_TEST_SUITE(apis, ApiShelf)

BOOST_AUTO_TEST_CASE(what_is_not_there_is_said_to_be_not_there) {
    for (const char* path : {"", "/", "/nothing", "/policies/", "/policies/1/2", "/version/1"})
        requireProblem(get(path), 404, "API-0001");
    for (const char* path : {"/policies/x", "/policies/1x", "/plans/12", "/jobs/99999999999999999999"})
        requireProblem(get(path), 404, "API-0001");
    requireProblem(get("/jobs/7"), 404, "CATALOG-0012");
    requireProblem(get("/plans/" + std::string(32, '0')), 404, "CATALOG-0012");
    requireProblem(post("/version"), 501, "API-0002");
    api::Request elsewhere;
    elsewhere.path = "/api/v2/version";
    requireProblem(agent.handle(elsewhere), 404, "API-0001");
}

BOOST_AUTO_TEST_CASE(an_answer_that_the_caller_has_is_not_sent_again) {
    api::Request request;
    request.path = "/api/v1/policies";
    const auto first = agent.handle(request);
    BOOST_TEST(first.status == 200);
    request.ifNoneMatch = first.etag;
    const auto second = agent.handle(request);
    BOOST_TEST(second.status == 304);
    BOOST_TEST(second.body.empty());
    addPolicy("p");
    BOOST_TEST(agent.handle(request).status == 200);
}

BOOST_AUTO_TEST_CASE(version_and_health_are_told) {
    BOOST_TEST(object(get("/version")).text("version").value() == HBR_VERSION);
    const auto health = object(get("/health"));
    BOOST_TEST(health.text("status").value() == "ok");
    BOOST_TEST(health.text("time").value() == "2026-11-27T12:00:00Z");
    BOOST_TEST(health.number("timeZoneAheadSeconds").value() == 3600U);
}

BOOST_AUTO_TEST_CASE(a_catalogue_that_is_no_catalogue_is_told_and_one_that_was_moved_away_is_made_anew) {
    const test::TemporaryFolder place;
    api::Api another({*place.files, clock, place / "config", place / "state"});
    place.files->createDirectories(place / "state");
    test::writeFile(*place.files->openDirectory(place / "state"), "catalogue.db", "this is no database");
    api::Request request;
    request.path = "/api/v1/policies";
    requireProblem(another.handle(request), 500, "CATALOG-0001");
    place.files->removeFile(place / "state/catalogue.db");
    BOOST_TEST(another.handle(request).status == 200);
}

BOOST_AUTO_TEST_CASE(the_description_names_the_routes_and_no_others) {
    const auto description = object(get("/openapi.json"));
    const auto paths = description.object("paths").value();
    std::set<std::string> described;
    for (const std::string& path : paths.names()) {
        if (path == "/session" || path == "/password") continue;  // the server's own
        const json::JsonObject methods = paths.object(path).value();
        for (const std::string& method : methods.names()) described.insert(method + " " + path);
    }
    std::set<std::string> routed;
    for (const api::Route& route : api::routes()) {
        constexpr std::array<const char*, 4> kWords = {"get", "post", "put", "delete"};
        routed.insert(kWords.at(static_cast<std::size_t>(route.method)) + (" " + std::string(route.path)));
    }
    BOOST_TEST(described == routed, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_route_takes_the_scopes_that_the_description_says_and_no_others) {
    using config::Scope;
    const auto description = object(get("/openapi.json"));
    const auto scopeOf = [](const json::JsonObject& at) -> std::optional<std::string> {
        const auto ways = at.objects("security");
        if (!ways) return std::nullopt;
        for (const auto& way : *ways)
            if (const auto scopes = way.texts("token")) return scopes->at(0);
        return std::nullopt;
    };
    const auto usual = scopeOf(description);
    BOOST_TEST(usual.value() == "admin");
    constexpr std::array<const char*, 4> kWords = {"get", "post", "put", "delete"};
    for (const api::Route& route : api::routes()) {
        const std::string path(route.path);
        const char* word = kWords.at(static_cast<std::size_t>(route.method));
        const auto described = description.object("paths")->object(path)->object(word);
        BOOST_TEST(scopeOf(*described).value_or(*usual) == config::toString(route.scope), path);
        std::string asked = path;
        for (std::size_t at = 0; (at = asked.find('{')) != std::string::npos;)
            asked.replace(at, asked.find('}') - at + 1, "7");
        for (const Scope has : {Scope::Read, Scope::Operate, Scope::Restore, Scope::Admin}) {
            api::Request question;
            question.path = "/api/v1" + asked;
            question.method = route.method;
            question.scope = has;
            const bool isRefused = agent.handle(question).body.find("API-0006") != std::string::npos;
            BOOST_TEST(isRefused == !config::covers(has, route.scope),
                       path << " as " << config::toString(has));
        }
    }
    BOOST_TEST(!config::covers(Scope::Read, Scope::Operate));
    BOOST_TEST(!config::covers(Scope::Operate, Scope::Restore));
    BOOST_TEST(!config::covers(Scope::Restore, Scope::Operate));
    BOOST_TEST(!config::covers(Scope::Operate, Scope::Admin));
    BOOST_TEST(config::covers(Scope::Operate, Scope::Read));
}

BOOST_AUTO_TEST_CASE(metrics_escape_what_people_named) {
    catalogue.plans().add(test::planNamed("a\"b\\c"), start);
    const auto answer = get("/metrics");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.contentType.starts_with("text/plain; version=0.0.4"));
    BOOST_TEST(answer.body.find("hbr_build_info{version=\"" HBR_VERSION "\"} 1\n") != std::string::npos);
    catalogue::NewJob job;
    job.plan = catalogue.plans().list().front().id;
    const auto id = catalogue.jobs().add(job, start);
    catalogue.jobs().start(id, start);
    catalogue::JobEnd end;
    end.state = catalogue::JobState::Failed;
    end.readBytes = 77;
    catalogue.jobs().end(id, end, start + std::chrono::seconds(5));
    const std::string body = get("/metrics").body;
    BOOST_TEST(body.find("hbr_last_run_status{plan=\"a\\\"b\\\\c\"} 2\n") != std::string::npos, body);
    BOOST_TEST(body.find("hbr_run_duration_seconds{plan=\"a\\\"b\\\\c\"} 5\n") != std::string::npos);
    BOOST_TEST(body.find("hbr_run_read_bytes{plan=\"a\\\"b\\\\c\"} 77\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
