// SPDX-License-Identifier: Apache-2.0
// search_test.cpp: what a search finds, against maps in memory.
#include "agent/search/search.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "platform/base/error.hpp"
#include "tests/search/search_model.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using search::Query;
using search::Version;
using test::keyOf;
using test::PathTree;
using test::SearchModel;

/// client and key -> version -> points that have it, by their starts
using Expected =
    std::map<std::pair<std::string, std::string>, std::map<Version, std::multiset<std::int64_t>>>;

bool textMatches(const std::string& text, const std::string& key) {
    const std::string name = key.substr(key.rfind('\0') + 1);
    if (text.empty()) return true;
    if (text.front() == '"') return '"' + name + '"' == text;
    const std::string folded = search::foldedCase(name);
    if (text.starts_with("*")) return folded.ends_with(search::foldedCase(text.substr(1)));
    return folded.find(search::foldedCase(text)) != std::string::npos;
}

Expected expectedOf(const SearchModel& model, const Query& query) {
    Expected expected;
    for (const test::ModelPoint& point : model.points) {
        const std::int64_t started = point.record.started.seconds;
        if (query.client && point.record.client != *query.client) continue;
        if (query.plan && point.record.plan != *query.plan) continue;
        if (query.leastStarted && started < *query.leastStarted) continue;
        if (query.mostStarted && started > *query.mostStarted) continue;
        for (const auto& [key, version] : point.tree)
            if (textMatches(query.text, key) && query.versions.contains(version))
                expected[{point.record.client, key}][version].insert(started);
    }
    return expected;
}

void requireSame(const SearchModel& model, const Query& query) {
    Expected expected = expectedOf(model, query);
    std::optional<search::ResultPlace> before;
    for (const search::FoundPath& path : model.find(query)) {
        const auto found = expected.find({path.client, path.key});
        BOOST_REQUIRE_MESSAGE(found != expected.end(), "'" << path.key << "' should not be found");
        BOOST_REQUIRE_EQUAL(path.allVersions, found->second.size());
        BOOST_REQUIRE_EQUAL(path.versions.size(), found->second.size());
        search::ResultPlace place{INT64_MIN, path.key, path.client, path.vault};
        for (const search::FoundVersion& version : path.versions) {
            const auto& starts = found->second.at(version.version);
            BOOST_REQUIRE_EQUAL(version.points, starts.size());
            BOOST_REQUIRE_EQUAL(version.oldest.started.seconds, *starts.begin());
            BOOST_REQUIRE_EQUAL(version.newest.started.seconds, *starts.rbegin());
            place.modified = std::max(place.modified, version.version.modified);
        }
        if (before && query.order == search::Order::Newest)
            BOOST_REQUIRE_GE(before->modified, place.modified);
        if (before && query.order == search::Order::Path)
            BOOST_REQUIRE(std::tie(before->key, before->client) < std::tie(place.key, place.client));
        before = place;
        expected.erase(found);
    }
    BOOST_REQUIRE_MESSAGE(expected.empty(), expected.size() << " paths were not found");
}

/// A tree that differs a little from another one.
PathTree changed(test::Random& random, PathTree tree, std::size_t changes) {
    static const std::vector<std::string> kNames = {"Rechnung.pdf",
                                                    "rechnung.PDF",
                                                    "notes.txt",
                                                    "ÄPFEL",
                                                    "äpfel",
                                                    "a\xff"
                                                    "b",
                                                    "x",
                                                    "report-2026",
                                                    "lib",
                                                    "..",
                                                    "new\nline",
                                                    "photo.jpg"};
    for (std::size_t i = 0; i < changes; ++i) {
        std::string key = "srv";
        for (auto depth = random.below(4); depth > 0; --depth)
            key += '\0' + kNames[random.below(kNames.size())];
        if (random.below(2) == 0) key += std::to_string(random.below(40));
        if (random.below(4) == 0) {
            tree.erase(key);
        } else {
            tree[key] = {static_cast<std::uint8_t>(1 + random.below(3)),
                         random.below(std::uint64_t{5}) * 1000,
                         static_cast<std::int64_t>(random.below(9)) - 3};
        }
    }
    return tree;
}

std::vector<Query> someQueries(test::Random& random) {
    std::vector<Query> queries;
    for (const char* text :
         {"", "rech", "RECHNUNG", "*.pdf", "\"notes.txt\"", "äpf", "ÄPFEL", "x", "\xff", "nothing"}) {
        Query query;
        query.text = text;
        query.most = 1 + random.below(50);
        query.order = random.below(2) == 0 ? search::Order::Path : search::Order::Newest;
        if (random.below(3) == 0) query.client = "one";
        if (random.below(3) == 0) query.plan = "p";
        if (random.below(3) == 0) query.versions.kinds = search::kindBit(1);
        if (random.below(3) == 0) query.versions.leastSize = 1500;
        if (random.below(3) == 0) query.versions.mostModified = 2;
        if (random.below(3) == 0) query.leastStarted = static_cast<std::int64_t>(random.below(40));
        if (random.below(4) == 0) query.mostStarted = static_cast<std::int64_t>(random.below(80));
        queries.push_back(query);
    }
    return queries;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(searches)

BOOST_AUTO_TEST_CASE(every_search_finds_what_maps_in_memory_tell) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        test::Random random(seed);
        SearchModel model;
        // Some merge all, some by the real rule, some nothing.
        if (seed % 3 != 0) model.mergeRule = {1, seed % 3 == 1 ? 2U : 0U};
        std::size_t mostSegments = 0;
        for (int step = 0; step < 30; ++step) {
            BOOST_TEST_CONTEXT("seed " << seed << ", step " << step) {
                const std::string client = random.below(3) == 0 ? "two" : "one";
                const std::string plan = random.below(4) == 0 ? "" : "p";
                PathTree tree;
                for (const auto& point : model.points)
                    if (point.record.client == client && point.record.plan == plan) tree = point.tree;
                // Copies bring points that are older than those which are there.
                const auto started =
                    static_cast<std::int64_t>(random.below(5) == 0 ? random.below(80) : 2U * step);
                model.add(client, plan, started, changed(random, tree, random.below(60)));
                while (random.below(3) == 0 && !model.points.empty())
                    model.points.erase(model.points.begin() +
                                       static_cast<std::ptrdiff_t>(random.below(model.points.size())));
                if (random.below(3) == 0) continue;
                model.update();
                mostSegments = std::max(mostSegments, model.folder.manifest()->segments.size());
                for (const Query& query : someQueries(random)) requireSame(model, query);
            }
        }
        BOOST_TEST(mostSegments >= (seed % 3 == 0 ? 1U : seed % 3 == 1 ? 2U : 6U));
        model.points.clear();
        model.update();
        BOOST_TEST(model.find({}).empty());
    }
}

BOOST_AUTO_TEST_CASE(many_blocks_are_searched_as_one) {
    test::Random random(7);
    SearchModel model;
    PathTree tree;
    for (int i = 0; i < 30'000; ++i)
        tree["srv" + std::string(1, '\0') + "d" + std::to_string(i % 100) + '\0' + "file-" +
             std::to_string(i)] = {1, static_cast<std::uint64_t>(i), i};
    model.add("one", "p", 1, tree);
    model.update();
    for (int i = 0; i < 30'000; i += 1000)
        tree[keyOf("srv/d0/file-" + std::to_string(i))].modified = 1'000'000 + i;
    model.add("one", "p", 2, tree);
    model.update();
    const auto index = model.folder.open();
    BOOST_TEST(index->segments.front()->blocks().size() > 2U);
    for (const char* text : {"", "file-2999", "\"file-17000\"", "*-29999"}) {
        Query query;
        query.text = text;
        query.most = 1000;
        requireSame(model, query);
        query.order = search::Order::Newest;
        requireSame(model, query);
    }
}

BOOST_AUTO_TEST_CASE(a_point_that_changes_nothing_writes_no_segment) {
    SearchModel model;
    model.add("one", "p", 1, {{keyOf("a/b"), {1, 2, 3}}});
    model.update();
    model.add("one", "p", 2, {{keyOf("a/b"), {1, 2, 3}}});
    const auto report = model.update();
    BOOST_TEST(report.pathsWritten == 0U);
    BOOST_TEST(model.basesAsked == 1U);
    const auto found = model.find({});
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found.front().versions.front().points == 2U);
}

BOOST_AUTO_TEST_CASE(a_point_that_is_not_to_be_shown_counts_for_nothing) {
    SearchModel model;
    const auto first = model.add("one", "p", 1, {{"a", {1, 2, 3}}});
    model.add("one", "p", 2, {{"a", {1, 2, 4}}});
    model.update();
    Query query;
    query.isShown = [&](const std::string&, const vault::PointId& point) { return point != first; };
    const auto found = model.find(query);
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_REQUIRE_EQUAL(found.front().versions.size(), 1U);
    BOOST_TEST(found.front().versions.front().version.modified == 4);
}

BOOST_AUTO_TEST_CASE(what_forgotten_points_held_leaves_the_files_in_the_end) {
    SearchModel model;
    for (int i = 0; i < 20; ++i) {
        PathTree tree;
        for (int j = 0; j < 200; ++j) tree["name-" + std::to_string(i) + "-" + std::to_string(j)] = {1, 2, 3};
        model.add("one", "p", i, tree);
    }
    model.update();
    const auto pathsOf = [&] {
        std::uint64_t paths = 0;
        const auto manifest = model.folder.manifest();
        for (const auto& segment : manifest->segments) paths += segment.paths;
        return paths;
    };
    BOOST_TEST(pathsOf() >= 4000U);
    model.points.erase(model.points.begin(), model.points.end() - 1);
    model.update();
    BOOST_TEST(pathsOf() == 200U);
}

BOOST_AUTO_TEST_CASE(a_search_that_takes_too_long_ends) {
    SearchModel model;
    model.add("one", "p", 1, {{"a", {1, 2, 3}}});
    model.update();
    const auto index = model.folder.open();
    try {
        (void)search::find({{"v", &*index}}, {}, std::chrono::milliseconds(0), model.cancel);
        BOOST_ERROR("it did not end");
    } catch (const base::Error& error) {
        BOOST_TEST(error.code() == "SEARCH-0003");
    }
}

BOOST_AUTO_TEST_CASE(versions_beyond_the_most_are_counted_and_the_newest_are_told) {
    SearchModel model;
    for (int i = 0; i < 150; ++i) model.add("one", "p", i, {{"a", {1, 2, i}}});
    model.update();
    Query query;
    query.mostVersions = 7;
    const auto found = model.find(query);
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found.front().allVersions == 150U);
    BOOST_TEST(found.front().versions.size() == 7U);
    BOOST_TEST(found.front().versions.front().version.modified == 149);
}

BOOST_AUTO_TEST_SUITE_END()
