// SPDX-License-Identifier: Apache-2.0
// points_test.cpp: restore points as the vault tells them, rebuilding, marks.
#include "agent/catalogue/points.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/catalogue/shelf.hpp"
#include "tests/support/sample_vault.hpp"

using catalogue::PointFilter;
using catalogue::StoredPoint;
using test::at;
using test::hasCode;
using test::pointOf;
using test::Shelf;

namespace {

std::set<vault::PointId> idsOf(const std::vector<StoredPoint>& points) {
    std::set<vault::PointId> ids;
    for (const auto& point : points) ids.insert(point.id);
    return ids;
}

PointFilter inVault(const std::string& name) {
    PointFilter filter;
    filter.vault = name;
    return filter;
}

void requireCounts(const catalogue::Rebuilt& rebuilt, std::uint64_t added, std::uint64_t changed,
                   std::uint64_t removed) {
    BOOST_TEST(rebuilt.added == added);
    BOOST_TEST(rebuilt.changed == changed);
    BOOST_TEST(rebuilt.removed == removed);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(points)

BOOST_AUTO_TEST_CASE(a_point_comes_back_as_the_vault_told_it) {
    Shelf shelf;
    auto record = pointOf("plan 1", -5);
    record.sources = {"/b", "/a", "/not \xFF UTF-8"};
    record.tags = {"kept", "it's"};
    record.faults = 1ULL << 63;
    record.parent = vault::randomId<vault::PointId>();
    shelf.catalogue.points().add("disk", record);
    const auto point = shelf.open().points().find("disk", record.id);
    BOOST_REQUIRE(point.has_value());
    BOOST_TEST(point->vault == "disk");
    BOOST_CHECK(point->id == record.id);
    BOOST_TEST(point->client == record.client);
    BOOST_TEST(point->plan == record.plan);
    BOOST_TEST(point->sources == record.sources, boost::test_tools::per_element());
    BOOST_TEST(point->tags == record.tags, boost::test_tools::per_element());
    BOOST_CHECK(point->started == record.started);
    BOOST_CHECK(point->finished == record.finished);
    BOOST_TEST(point->objects == record.objects);
    BOOST_TEST(point->logicalBytes == record.logicalBytes);
    BOOST_TEST(point->readBytes == record.readBytes);
    BOOST_TEST(point->newBytes == record.newBytes);
    BOOST_TEST(point->storedBytes == record.storedBytes);
    BOOST_TEST(point->faults == record.faults);
    BOOST_CHECK(point->parent == record.parent);
    BOOST_TEST(!point->toBeDeleted.has_value());
    BOOST_TEST(!shelf.catalogue.points().find("other", record.id).has_value());
}

BOOST_AUTO_TEST_CASE(points_are_filtered_and_the_latest_comes_first) {
    Shelf shelf;
    const auto policy = shelf.catalogue.policies().add(test::policyNamed("p"));
    const auto plan = shelf.catalogue.plans().add(test::planNamed("files", policy), at(1));
    const auto mine = pointOf(catalogue::planMark(plan), 20);
    const auto older = pointOf(catalogue::planMark(plan), 10);
    const auto foreign = pointOf(catalogue::planMark(plan), 30, "web2");
    auto sameSecond = pointOf("", 20);
    sameSecond.started.nanoseconds = 6;
    auto points = shelf.catalogue.points();
    points.rebuild("disk", {mine, older, foreign, sameSecond});
    points.add("tape", pointOf("", 1));
    const auto listed = points.list(inVault("disk"));
    BOOST_REQUIRE(listed.size() == 4U);
    BOOST_CHECK(listed[0].id == foreign.id);
    BOOST_CHECK(listed[1].id == sameSecond.id);
    BOOST_CHECK(listed[2].id == mine.id);
    BOOST_CHECK(listed[3].id == older.id);
    BOOST_TEST(points.list().size() == 5U);
    PointFilter paged;
    paged.most = 2;
    std::vector<vault::PointId> seen;
    for (auto page = points.list(paged); !page.empty(); page = points.list(paged)) {
        for (const auto& point : page) seen.push_back(point.id);
        paged.after = catalogue::PointPlace{page.back().started, page.back().vault, page.back().id};
    }
    BOOST_REQUIRE(seen.size() == 5U);
    for (std::size_t at = 0; at < listed.size(); ++at) BOOST_CHECK(seen[at] == listed[at].id);
    PointFilter filter;
    filter.client = "web2";
    BOOST_CHECK((idsOf(points.list(filter)) == std::set{foreign.id}));
    filter.client = "web1";
    filter.plan = plan;
    BOOST_CHECK((idsOf(points.list(filter)) == std::set{mine.id, older.id}));
    PointFilter ofPolicy;
    ofPolicy.policy = policy;
    BOOST_CHECK((idsOf(points.list(ofPolicy)) == std::set{mine.id, older.id, foreign.id}));
    ofPolicy.policy = catalogue::PolicyId{policy.value + 1};
    BOOST_TEST(points.list(ofPolicy).empty());
}

BOOST_AUTO_TEST_CASE(a_rebuild_follows_the_vault_and_a_second_one_changes_nothing) {
    Shelf shelf;
    auto points = shelf.catalogue.points();
    auto first = pointOf("", 1);
    const auto second = pointOf("", 2);
    const auto third = pointOf("", 3, "another client");
    points.add("tape", pointOf("", 1));
    requireCounts(points.rebuild("disk", {first, second}), 2, 0, 0);
    requireCounts(points.rebuild("disk", {first, second}), 0, 0, 0);
    first.tags = {"new"};
    requireCounts(points.rebuild("disk", {first, third}), 1, 1, 1);
    BOOST_CHECK((idsOf(points.list(inVault("disk"))) == std::set{first.id, third.id}));
    BOOST_TEST(points.find("disk", first.id)->tags.size() == 1U);
    BOOST_TEST(points.find("disk", third.id)->client == "another client");
    BOOST_TEST(points.list(inVault("tape")).size() == 1U);
    requireCounts(points.rebuild("disk", {}), 0, 0, 2);
    BOOST_TEST(shelf.catalogue.database().integer("SELECT count(*) FROM point_texts") == 2);
}

BOOST_AUTO_TEST_CASE(a_rebuild_that_fails_changes_nothing) {
    Shelf shelf;
    auto points = shelf.catalogue.points();
    const auto before = pointOf("", 1);
    points.add("disk", before);
    shelf.catalogue.database().runScript(
        "CREATE TEMP TRIGGER refuse BEFORE DELETE ON points BEGIN SELECT raise(ABORT, 'no'); END");
    BOOST_CHECK_THROW(points.rebuild("disk", {pointOf("", 2)}), base::Error);
    BOOST_CHECK((idsOf(points.list()) == std::set{before.id}));
}

BOOST_AUTO_TEST_CASE(marks_outlive_rebuilds_until_the_vault_has_deleted) {
    Shelf shelf;
    auto points = shelf.catalogue.points();
    const auto plan = shelf.catalogue.plans().add(test::planNamed("files"), at(1));
    auto going = pointOf(catalogue::planMark(plan), 1);
    const auto staying = pointOf(catalogue::planMark(plan), 2);
    points.rebuild("disk", {going, staying});
    BOOST_TEST(points.count(plan, "disk") == 2U);
    points.markForDeletion("disk", {going.id}, at(50));
    points.markForDeletion("disk", {going.id}, at(60));
    going.tags = {"changed"};
    points.rebuild("disk", {going, staying});
    auto marked = inVault("disk");
    marked.isToBeDeleted = true;
    BOOST_REQUIRE(points.list(marked).size() == 1U);
    BOOST_CHECK(points.list(marked).front().id == going.id);
    BOOST_CHECK(points.list(marked).front().toBeDeleted == at(50));
    BOOST_TEST(points.count(plan, "disk") == 1U);
    BOOST_TEST(points.count(plan, "tape") == 0U);
    BOOST_TEST_REQUIRE(points.beginnings(plan, "disk").size() == 1U);
    BOOST_CHECK(points.beginnings(plan, "disk").front().id == staying.id);
    BOOST_CHECK(points.beginnings(plan, "disk").front().started == at(2));
    BOOST_TEST(points.beginnings(plan, "tape").empty());
    BOOST_CHECK((points.vaultsWithMarks() == std::vector<std::string>{"disk"}));
    points.forget("disk", {going.id});
    points.forget("disk", {going.id});
    BOOST_CHECK((idsOf(points.list()) == std::set{staying.id}));
    BOOST_TEST(points.vaultsWithMarks().empty());
}

BOOST_AUTO_TEST_CASE(all_points_are_marked_or_none) {
    Shelf shelf;
    auto points = shelf.catalogue.points();
    const auto point = pointOf("", 1);
    points.add("disk", point);
    BOOST_CHECK_EXCEPTION(
        points.markForDeletion("disk", {point.id, vault::randomId<vault::PointId>()}, at(1)), base::Error,
        hasCode("CATALOG-0012"));
    BOOST_TEST(!points.find("disk", point.id)->toBeDeleted.has_value());
}

BOOST_AUTO_TEST_CASE(points_of_a_real_vault_come_back_after_the_file_is_lost) {
    test::MemoryStore store;
    const auto vault = test::makeVault(store);
    const test::ManualClock clock;
    const auto first = test::writePoint(*vault, clock, {{"a", base::Bytes(10)}});
    const auto second = test::writePoint(*vault, clock, {{"a", base::Bytes(10)}, {"b", base::Bytes(20)}});
    const test::TemporaryFolder folder;
    std::vector<StoredPoint> before;
    {
        catalogue::Catalogue catalogue(*folder.files, folder / "c.db");
        for (const auto& point : {first, second}) catalogue.points().add("disk", point);
        before = catalogue.points().list();
    }
    folder.files->removeFile(folder / "c.db");
    catalogue::Catalogue catalogue(*folder.files, folder / "c.db");
    BOOST_TEST(catalogue.points().list().empty());
    const auto again = test::openVault(store, vault->keys());
    requireCounts(catalogue.points().rebuild("disk", again->state().points), 2, 0, 0);
    BOOST_CHECK(catalogue.points().list() == before);
    requireCounts(catalogue.points().rebuild("disk", again->state().points), 0, 0, 0);
}

BOOST_AUTO_TEST_SUITE_END()
