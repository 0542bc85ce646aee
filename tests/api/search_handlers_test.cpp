// SPDX-License-Identifier: Apache-2.0
// search_handlers_test.cpp: what a search is asked and what it answers.
#include "agent/search/index_update.hpp"
#include "tests/api/api_fixture.hpp"

namespace {

struct Searches : test::ApiShelf {
    /// The id under which the fixture remembers the vault "disk".
    const search::IndexFolder index{*folder.files, folder / "state", "00"};
    std::vector<vault::PointRecord> points;

    vault::PointId addPoint(std::int64_t started) {
        vault::PointRecord point;
        point.id.fill()[15] = static_cast<base::Byte>(points.size() + 1);
        point.client = "web1";
        point.plan = std::string(32, 'a');
        point.started.seconds = started;
        points.push_back(point);
        return point.id;
    }
    /// Point number n lists srv/a<bytes> of n bytes, and what it lists is the same but for that.
    void update() {
        const base::CancelToken cancel;
        search::IndexUpdate(*folder.files, index, clock, cancel)
            .run(
                vault::VaultId(), points,
                [&](const vault::PointRecord* base, const vault::PointRecord& point,
                    const search::IndexUpdate::Change& change) {
                    const auto version = [&](std::uint64_t number) {
                        return search::Version{1, number * 10,
                                               1'700'000'000 + static_cast<std::int64_t>(number)};
                    };
                    const auto number = [](const vault::PointRecord& of) { return of.id.view()[15]; };
                    const std::string key = std::string("srv") + '\0' + "Invoice\xff.pdf";
                    if (base == nullptr) change("srv", std::nullopt, search::Version{2, 0, 5});
                    change(key, base == nullptr ? std::nullopt : std::optional(version(number(*base))),
                           version(number(point)));
                },
                [](std::uint64_t, std::uint64_t) {});
    }
    std::vector<json::JsonObject> find(std::map<std::string, std::string> query) {
        return items(get("/search", std::move(query)));
    }
    std::string stateOf(const std::map<std::string, std::string>& query = {}) {
        const auto incomplete = list(object(get("/search", query)), "incomplete");
        return incomplete.empty() ? "" : incomplete.front().text("state").value();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(search_handlers, Searches)

BOOST_AUTO_TEST_CASE(a_path_is_found_with_its_versions_and_named_by_its_key) {
    addPoint(1'700'000'000);
    addPoint(1'700'000'100);
    update();
    const auto found = find({{"text", "INVOICE"}});
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found[0].text("vault").value() == "disk");
    BOOST_TEST(found[0].text("client").value() == "web1");
    BOOST_TEST(found[0].text("path").value() == "/srv/Invoice\\xff.pdf");
    BOOST_TEST(found[0].text("key").value() == "73727600496e766f696365ff2e706466");
    const auto versions = list(found[0], "versions");
    BOOST_REQUIRE_EQUAL(versions.size(), 2U);
    BOOST_TEST(versions[0].number("sizeBytes").value() == 20U);
    BOOST_TEST(versions[0].text("modified").value() == "2023-11-14T22:13:22Z");
    BOOST_TEST(versions[0].object("newestPoint")->text("id").value() == points[1].id.hex());
    BOOST_TEST(versions[1].number("points").value() == 1U);
}

BOOST_AUTO_TEST_CASE(each_filter_narrows_a_search_down) {
    addPoint(1'700'000'000);
    addPoint(1'700'000'100);
    update();
    const auto count = [&](const char* name, const std::string& value) {
        return find({{name, value}}).size();
    };
    BOOST_TEST(count("kind", "folder") == 1U);
    BOOST_TEST(count("kind", "link") == 0U);
    BOOST_TEST(count("leastBytes", "20") == 1U);
    BOOST_TEST(count("leastBytes", "21") == 0U);
    BOOST_TEST(count("mostBytes", "0") == 1U);
    BOOST_TEST(count("modifiedFrom", "2023-11-14T22:13:21Z") == 1U);
    BOOST_TEST(count("modifiedUntil", "1971-01-01T00:00:00Z") == 1U);
    BOOST_TEST(count("backedUpFrom", "2023-11-15T00:00:00Z") == 0U);
    BOOST_TEST(count("backedUpUntil", "2023-11-15T00:00:00Z") == 2U);
    BOOST_TEST(count("client", "web1") == 2U);
    BOOST_TEST(count("client", "web2") == 0U);
    BOOST_TEST(count("plan", std::string(32, 'a')) == 2U);
    BOOST_TEST(count("plan", std::string(32, 'b')) == 0U);
    BOOST_TEST(count("vault", "disk") == 2U);
    requireProblem(get("/search", {{"vault", "tape"}}), 404, "CATALOG-0012");
}

BOOST_AUTO_TEST_CASE(pages_follow_one_another) {
    addPoint(1'700'000'000);
    update();
    for (const char* order : {"path", "newest"}) {
        const auto first = object(get("/search", {{"limit", "1"}, {"order", order}}));
        const auto second = object(
            get("/search", {{"limit", "1"}, {"order", order}, {"cursor", first.text("next").value()}}));
        BOOST_TEST(!second.text("next").has_value());
        BOOST_TEST(list(first, "items")[0].text("path").value() !=
                   list(second, "items")[0].text("path").value());
    }
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused) {
    for (const auto& [name, value] : std::map<std::string, std::string>{{"kind", "x"},
                                                                        {"order", "x"},
                                                                        {"cursor", "1.zz.00.disk"},
                                                                        {"limit", "101"},
                                                                        {"versions", "0"},
                                                                        {"leastBytes", "-1"},
                                                                        {"modifiedFrom", "yesterday"},
                                                                        {"text", std::string(4097, 'x')},
                                                                        {"plan", "x"}}) {
        requireProblem(get("/search", {{name, value}}), 400, "API-0004");
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_searched_is_said) {
    BOOST_TEST(stateOf() == "missing");
    const auto known = addPoint(1'700'000'000);
    update();
    BOOST_TEST(stateOf() == "");
    vault::PointRecord another = points.front();
    another.id.fill()[0] = 7;
    catalogue.points().add("disk", points.front());
    catalogue.points().add("disk", another);
    BOOST_TEST(stateOf() == "behind");
    BOOST_TEST(list(object(get("/search/indexes")), "items")[0].number("missingPoints").value() == 1U);
    index.markDamaged();
    BOOST_TEST(stateOf() == "damaged");
    update();
    BOOST_TEST(stateOf() == "behind");
    BOOST_TEST(find({}).size() == 2U);
    // The catalogue hears first that a point is gone.
    catalogue.points().forget("disk", {known});
    BOOST_TEST(find({}).empty());
}

BOOST_AUTO_TEST_CASE(an_index_that_is_damaged_is_left_out_and_marked_for_the_next_update) {
    addPoint(1'700'000'000);
    update();
    const auto manifest = index.manifest();
    const std::string path = search::segmentPath(index.path(), manifest->segments.front().id);
    std::string bytes = test::readAll(*folder.files->openForReading(path));
    bytes[manifest->segments.front().directoryOffset - 8] ^= 1;
    folder.files->removeFile(path);
    folder.files->createNew(path)->write(base::asBytes(bytes));
    BOOST_TEST(find({}).empty());
    BOOST_TEST(stateOf() == "damaged");
    BOOST_TEST(index.isWanting());
    update();
    BOOST_TEST(find({}).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
