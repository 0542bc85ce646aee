// SPDX-License-Identifier: Apache-2.0
// restore_handlers_test.cpp: clients, folders of restore points, and restores through the API.
#include "tests/api/api_fixture.hpp"

using test::ApiShelf;

namespace {

struct RestoreShelf : ApiShelf {
    vault::PointRecord point = addPoint("web1", 1'800'000'000);
    const std::string target = jsonText(folder.files->absolutePath("/back"));
    const std::string toFolder = R"(, "target": ")" + target + '"';

    vault::PointRecord addPoint(const std::string& client, std::int64_t started) {
        auto record = test::pointOf("", started);
        record.client = client;
        catalogue.points().add("disk", record);
        return record;
    }
    [[nodiscard]] std::string asked(const std::string& more) const {
        return R"({"vault": "disk", "point": ")" + point.id.hex() + '"' + more + "}";
    }
    api::Answer restore(const std::string& more) { return post("/restores", asked(more)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(restore_handlers, RestoreShelf)

BOOST_AUTO_TEST_CASE(a_restore_is_queued_as_it_was_asked_for) {
    const auto answer = restore(toFolder + R"(, "keys": ["6100ff"], "includes": ["*.x"], "excludes": ["y"],
        "onConflict": "keep-both", "verify": true, "dryRun": true, "bytesPerSecond": 5)");
    const auto job = object(answer, 202);
    BOOST_TEST(job.text("kind").value() == "restore");
    BOOST_TEST(job.text("state").value() == "queued");
    BOOST_TEST(job.text("client").value() == "web1");
    BOOST_TEST(answer.location == "/api/v1/jobs/" + std::to_string(job.number("id").value()));
    const auto told = object(get("/restores/" + std::to_string(job.number("id").value())));
    BOOST_TEST(jsonText(told.text("target").value()) == target);
    BOOST_TEST(!told.flag("inPlace").value());
    BOOST_TEST((told.texts("keys") == std::vector<std::string>{"6100ff"}));
    BOOST_TEST(told.text("onConflict").value() == "keep-both");
    BOOST_TEST((told.flag("verify").value() && told.flag("dryRun").value()));
    BOOST_TEST(told.number("bytesPerSecond").value() == 5U);
    BOOST_TEST(!told.has("counts"));
    const auto stored = catalogue.restores().find({static_cast<std::int64_t>(job.number("id").value())});
    BOOST_TEST_REQUIRE(stored.has_value());
    BOOST_TEST((stored->request.keys == std::vector<std::string>{std::string("a\0\xFF", 3)}));
}

BOOST_AUTO_TEST_CASE(the_root_is_everything) {
    const auto job = object(restore(toFolder + R"(, "keys": ["61", "", "62"])"), 202);
    const auto stored = catalogue.restores().find({static_cast<std::int64_t>(job.number("id").value())});
    BOOST_TEST(stored->request.keys.empty());
}

BOOST_AUTO_TEST_CASE(files_are_replaced_at_their_place_for_whoever_names_the_client) {
    for (const char* rule : {"overwrite", "newer"}) {
        const std::string wanted = std::string(R"(, "inPlace": true, "onConflict": ")") + rule + '"';
        BOOST_TEST(refusedFields(restore(wanted)) == "confirm ");
        BOOST_TEST(refusedFields(restore(wanted + R"(, "confirm": "web2")")) == "confirm ");
        BOOST_TEST(restore(wanted + R"(, "confirm": "web1")").status == 202);
        BOOST_TEST(restore(wanted + R"(, "dryRun": true)").status == 202);
        BOOST_TEST(restore(toFolder + R"(, "onConflict": ")" + rule + '"').status == 202);
    }
    for (const char* rule : {"skip", "keep-both"})
        BOOST_TEST(restore(std::string(R"(, "inPlace": true, "onConflict": ")") + rule + '"').status == 202);
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused_and_nothing_is_queued) {
    BOOST_TEST(refusedFields(restore("")) == "target ");
    BOOST_TEST(refusedFields(restore(toFolder + R"(, "inPlace": true)")) == "target ");
    BOOST_TEST(refusedFields(restore(R"(, "target": "back")")) == "target ");
    BOOST_TEST(refusedFields(restore(R"(, "target": ")" + target + R"(\u0000x")")) == "target ");
    BOOST_TEST(refusedFields(restore(toFolder + R"(, "keys": ["6"])")) == "keys ");
    BOOST_TEST(refusedFields(restore(toFolder + R"(, "keys": "61")")) == "keys ");
    BOOST_TEST(refusedFields(restore(toFolder + R"(, "includes": [""])")) == "includes ");
    BOOST_TEST(refusedFields(restore(toFolder + R"(, "onConflict": "merge")")) == "onConflict ");
    BOOST_TEST(refusedFields(restore(toFolder + R"(, "verify": 1)")) == "verify ");
    BOOST_TEST(refusedFields(restore(toFolder + R"(, "bytesPerSecond": 0)")) == "bytesPerSecond ");
    BOOST_TEST(refusedFields(restore(toFolder + R"(, "password-command": "x")")) == "password-command ");
    const std::string nowhere = R"({"vault": "other", "point": ")" + point.id.hex() + '"' + toFolder + "}";
    requireProblem(post("/restores", nowhere), 404, "CATALOG-0012");
    BOOST_TEST(catalogue.jobs().list().empty());
    requireProblem(get("/restores/1"), 404, "CATALOG-0012");
}

BOOST_AUTO_TEST_CASE(every_client_of_a_vault_is_listed_with_its_points) {
    addPoint("web1", 1'800'000'100);
    addPoint("db1", 1'800'000'050);
    const auto clients = items(get("/clients"));
    BOOST_TEST_REQUIRE(clients.size() == 2U);
    BOOST_TEST(clients[0].text("name").value() == "db1");
    BOOST_TEST(clients[1].text("name").value() == "web1");
    BOOST_TEST(clients[1].number("points").value() == 2U);
    BOOST_TEST(clients[1].text("oldestPoint").value() < clients[1].text("newestPoint").value());
    const auto first = object(get("/clients", {{"limit", "1"}}));
    const auto next = first.text("next");
    BOOST_TEST_REQUIRE(next.has_value());
    const auto rest = items(get("/clients", {{"limit", "1"}, {"cursor", *next}}));
    BOOST_TEST(rest.at(0).text("name").value() == "web1");
}

BOOST_AUTO_TEST_CASE(a_folder_is_looked_into_by_its_key) {
    std::vector<service::WantedFolder> looks;
    api::ApiParts parts{*folder.files, clock, folder / "config", folder / "state"};
    parts.lookIntoFolder = [&looks](const service::WantedFolder& wanted) {
        looks.push_back(wanted);
        return service::FolderPart{{*json::JsonObject::parse(
                                       R"({"name":"x","path":"/a/x","key":"610078","kind":"file",
                                           "sizeBytes":3,"modified":"2026-11-27T21:00:00Z","isExact":true})")},
                                   "610078"};
    };
    api::Api looking(std::move(parts));
    api::Request request;
    request.path = "/api/v1/points/disk/" + point.id.hex() + "/entries";
    request.query = {{"folder", "61"}, {"cursor", "610077"}, {"limit", "7"}};
    const auto page = object(looking.handle(request));
    BOOST_TEST(page.text("next").value() == "610078");
    BOOST_TEST(list(page, "items").at(0).number("sizeBytes").value() == 3U);
    BOOST_TEST_REQUIRE(looks.size() == 1U);
    BOOST_TEST((looks[0].vault == "disk" && looks[0].point == point.id && looks[0].most == 7U));
    BOOST_TEST((looks[0].folder == "a" && looks[0].after == std::string("a\0w", 3)));
    request.query = {{"folder", "6"}};
    requireProblem(looking.handle(request), 400, "API-0004");
    request.path = "/api/v1/points/other/" + point.id.hex() + "/entries";
    requireProblem(looking.handle(request), 404, "CATALOG-0012");
    BOOST_TEST(looks.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
