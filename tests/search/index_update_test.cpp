// SPDX-License-Identifier: Apache-2.0
// index_update_test.cpp: damage, crashes and full disks, and a real vault.
#include "agent/search/index_update.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/search/tree_difference.hpp"
#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/store_session.hpp"
#include "agent/vault/tree.hpp"
#include "tests/search/search_model.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/random_bytes.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using search::Version;
using test::keyOf;
using test::PathTree;
using test::SearchModel;

base::Bytes bytesOf(const std::string& path) {
    const std::string text = test::readAll(*SearchModel::fileSystem().openForReading(path));
    return {text.begin(), text.end()};
}

void write(const std::string& path, base::ByteView bytes) {
    SearchModel::fileSystem().removeFile(path);
    SearchModel::fileSystem().createNew(path)->write(bytes);
}

/// The files of the index.
std::vector<std::string> filesOf(const SearchModel& model) {
    std::vector<std::string> files;
    const auto listing = SearchModel::fileSystem().openDirectory(model.folder.path())->list();
    for (std::size_t i = 0; i < listing.size(); ++i)
        files.push_back(model.folder.path() + "/" + std::string(listing.name(i)));
    return files;
}

/// What all points have, as text.
std::string everythingIn(const SearchModel& model) {
    std::string all;
    for (const auto& path : model.find({})) {
        all += path.client + ":" + path.key;
        for (const auto& version : path.versions)
            all += " " + std::to_string(version.version.modified) + "x" + std::to_string(version.points);
        all += '\n';
    }
    return all;
}

/// Two segments of a few blocks.
void fill(SearchModel& model) {
    model.mergeRule.apart = 0;
    PathTree tree;
    for (int i = 0; i < 6000; ++i)
        tree["folder-" + std::to_string(i % 50) + '\0' + "name-" + std::to_string(i * 7919)] = {
            1, static_cast<std::uint64_t>(i), i};
    model.add("one", "p", 1, tree);
    for (auto& [key, version] : tree)
        if (version.modified % 10 == 0) version.modified += 100'000;
    model.add("one", "p", 2, tree);
    model.update();
}

/// A search of a damaged index finds what is there or says that it is damaged; an update puts it right.
void requireNoticed(SearchModel& model, const std::string& expected) {
    try {
        BOOST_TEST(everythingIn(model) == expected);
    } catch (const base::Error& error) {
        BOOST_REQUIRE_EQUAL(error.code(), "SEARCH-0001");
        model.folder.markDamaged();
    }
    model.update();
    BOOST_TEST(everythingIn(model) == expected);
}

struct VaultFixture {
    /// Commits a point that lists these.
    vault::PointRecord backUp(const PathTree& tree, const std::string& client = "one") {
        vault::StoreSession session(*vault, clock, client);
        vault::ChunkStorer nodes(session, vault::PackKind::Tree);
        vault::TreeWriter writer(vault->keys(), [&](base::ByteView node) { return nodes.store(node); });
        for (const auto& [key, version] : tree) {
            vault::TreeEntry entry;
            entry.kind = version.kind;
            entry.sizeBytes = version.sizeBytes;
            entry.modified.seconds = version.modified;
            entry.metadata = test::Random(version.sizeBytes).bytes(metadataBytes);
            base::Bytes body;
            vault::encodeEntryBody(body, entry);
            writer.add(key, body);
        }
        const vault::TreeRoot root = writer.finish();
        nodes.flush();
        vault::PointRecord point;
        point.id = random.id<vault::PointId>();
        point.client = client;
        point.plan = "p";
        point.started = clock.now();
        clock.advance(std::chrono::seconds(1));
        point.root = root.root;
        point.treeLevels = root.levels;
        session.makeDurable();
        vault->refresh();
        return point;
    }

    std::map<std::string, std::pair<std::optional<Version>, std::optional<Version>>> changes(
        const vault::PointRecord* before, const vault::PointRecord& after) {
        std::map<std::string, std::pair<std::optional<Version>, std::optional<Version>>> all;
        vault::ChunkReader reader(*vault);
        std::string last;
        search::forEachChange(
            reader, before, after,
            [&](const search::PathChange& change) {
                BOOST_REQUIRE(all.empty() || last < change.key);
                last = change.key;
                all[change.key] = {change.before, change.after};
            },
            cancel);
        return all;
    }

    test::Random random{11};
    std::size_t metadataBytes = 0;
    test::MemoryStore memory;
    test::FaultyStore store{memory};
    test::ManualClock clock;
    base::CancelToken cancel;
    std::unique_ptr<vault::Vault> vault = test::makeVault(store);
};

PathTree someTree(test::Random& random, std::size_t paths) {
    PathTree tree;
    for (std::size_t i = 0; i < paths; ++i)
        tree["d" + std::to_string(random.below(90)) + '\0' + "f" +
             std::to_string(random.next() % 1'000'000)] = {1, random.next() % 100'000'000, 5};
    return tree;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(index_updates)

BOOST_AUTO_TEST_CASE(a_flipped_bit_anywhere_is_noticed_and_made_good) {
    SearchModel model;
    fill(model);
    const std::string expected = everythingIn(model);
    test::Random random(5);
    for (int round = 0; round < 60; ++round) {
        const auto files = filesOf(model);
        const std::string& file = files[random.below(files.size())];
        BOOST_TEST_CONTEXT("round " << round << ", " << file) {
            base::Bytes bytes = bytesOf(file);
            bytes[random.below(bytes.size())] ^= static_cast<base::Byte>(1U << random.below(8U));
            write(file, bytes);
            requireNoticed(model, expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_cut_emptied_swapped_or_gone_is_noticed_and_made_good) {
    SearchModel model;
    fill(model);
    const std::string expected = everythingIn(model);
    for (std::size_t at = 0; at < 3; ++at) {
        for (const char* how : {"cut", "emptied", "longer", "swapped", "gone"}) {
            BOOST_TEST_CONTEXT("file " << at << " " << how) {
                const auto files = filesOf(model);
                BOOST_REQUIRE_EQUAL(files.size(), 3U);
                base::Bytes bytes = bytesOf(files[at]);
                const std::string word = how;
                if (word == "cut") bytes.resize(bytes.size() / 2);
                if (word == "emptied") bytes.clear();
                if (word == "longer") bytes.push_back(0);
                if (word == "swapped") bytes = bytesOf(files[(at + 1) % files.size()]);
                write(files[at], bytes);
                if (word == "gone") SearchModel::fileSystem().removeFile(files[at]);
                if (word == "gone" && !files[at].ends_with(".paths")) {
                    BOOST_TEST(!model.folder.open().has_value());
                    model.update();
                    BOOST_TEST(everythingIn(model) == expected);
                } else {
                    requireNoticed(model, expected);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(damage_that_a_merge_meets_begins_the_index_anew) {
    SearchModel model;
    fill(model);
    const auto manifest = model.folder.manifest();
    const std::string path = search::segmentPath(model.folder.path(), manifest->segments.front().id);
    base::Bytes bytes = bytesOf(path);
    bytes[manifest->segments.front().directoryOffset - 10] ^= 1U;
    write(path, bytes);
    model.mergeRule = {64 * base::kMiB, 2};
    model.add("one", "p", 3, {{"a", {1, 2, 3}}});
    const auto report = model.update();
    BOOST_TEST(report.wasMadeAnew);
    BOOST_TEST(report.pointsAdded == 3U);
    BOOST_TEST(everythingIn(model).find("one:a 3x1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_index_of_another_vault_is_thrown_away) {
    SearchModel model;
    model.add("one", "p", 1, {{"a", {1, 2, 3}}});
    model.update();
    model.vaultId.fill()[0] = 9;
    const auto report = model.update();
    BOOST_TEST(report.wasMadeAnew);
    BOOST_TEST(everythingIn(model) == "one:a 3x1\n");
}

BOOST_AUTO_TEST_CASE(an_update_that_is_cancelled_goes_on_at_the_next_one) {
    SearchModel model;
    for (int i = 0; i < 3; ++i) model.add("one", "p", i, {{"a", {1, 2, i}}});
    std::vector<vault::PointRecord> records;
    for (const auto& point : model.points) records.push_back(point.record);
    base::CancelToken cancel;
    search::IndexUpdate update(SearchModel::fileSystem(), model.folder, model.clock, cancel);
    const auto changes = [&](const vault::PointRecord* base, const vault::PointRecord& point,
                             const search::IndexUpdate::Change& change) {
        const auto before =
            base == nullptr ? std::nullopt : std::optional(model.pointOf(base->id).tree.at("a"));
        change("a", before, model.pointOf(point.id).tree.at("a"));
    };
    BOOST_CHECK_EXCEPTION(update.run(model.vaultId, records, changes,
                                     [&](std::uint64_t done, std::uint64_t all) {
                                         BOOST_TEST(all == 3U);
                                         if (done == 2) cancel.cancel();
                                     }),
                          base::Error, test::isKind(base::ErrorKind::Cancelled));
    BOOST_TEST(model.folder.manifest()->livePoints() == 2U);
    BOOST_TEST(model.update().pointsAdded == 1U);
    BOOST_TEST(everythingIn(model) == "one:a 2x1 1x1 0x1\n");
}

BOOST_AUTO_TEST_CASE(what_an_update_that_was_killed_left_behind_goes_at_the_next_one) {
    SearchModel model;
    model.add("one", "p", 1, {{"a", {1, 2, 3}}});
    model.update();
    const auto before = filesOf(model).size();
    write(model.folder.path() + "/00112233445566778899aabbccddeeff.paths", base::asBytes("half"));
    write(model.folder.path() + "/manifest.new", base::asBytes("half"));
    model.update();
    BOOST_TEST(filesOf(model).size() == before);
    BOOST_TEST(everythingIn(model) == "one:a 3x1\n");
}

BOOST_AUTO_TEST_CASE(a_reader_keeps_what_it_opened_while_updates_go_on) {
    SearchModel model;
    fill(model);
    const auto index = model.folder.open();
    model.mergeRule = {64 * base::kMiB, 2};
    model.points.erase(model.points.begin());
    model.add("one", "p", 3, {{"a", {1, 2, 3}}});
    model.update();
    search::Query query;
    query.text = "\"a\"";
    BOOST_TEST(search::find({{"v", &*index}}, query, std::chrono::minutes(5), model.cancel).paths.empty());
    query.text = "\"name-7919\"";
    BOOST_TEST(search::find({{"v", &*index}}, query, std::chrono::minutes(5), model.cancel).paths.size() ==
               1U);
}

BOOST_AUTO_TEST_CASE(a_manifest_comes_back_as_it_went) {
    SearchModel model;
    fill(model);
    const auto manifest = model.folder.manifest();
    BOOST_TEST((search::decodeManifest(search::encodeManifest(*manifest)) == *manifest));
}

BOOST_FIXTURE_TEST_CASE(trees_differ_in_what_maps_differ_in, VaultFixture) {
    for (const std::size_t paths : {0, 1, 200, 20'000}) {
        PathTree tree = someTree(random, paths);
        const vault::PointRecord first = backUp(tree);
        BOOST_TEST(changes(nullptr, first).size() == tree.size());
        BOOST_TEST(changes(&first, first).empty());
        std::map<std::string, std::pair<std::optional<Version>, std::optional<Version>>> expected;
        const PathTree old = tree;
        for (const auto& [key, version] : old) {
            if (random.below(100) != 0) continue;
            if (random.below(2) == 0) {
                tree.erase(key);
                expected[key] = {version, std::nullopt};
            } else {
                tree[key].modified += 1;
                expected[key] = {version, tree[key]};
            }
        }
        for (int i = 0; i < 20; ++i) {
            const std::string key = "d7" + std::string(1, '\0') + "new" + std::to_string(i);
            tree[key] = {2, 0, 1};
            expected[key] = {std::nullopt, tree[key]};
        }
        const vault::PointRecord second = backUp(tree);
        BOOST_TEST((changes(&first, second) == expected));
    }
}

BOOST_FIXTURE_TEST_CASE(what_two_points_share_is_not_read, VaultFixture) {
    PathTree tree = someTree(random, 100'000);
    metadataBytes = 200;
    const vault::PointRecord first = backUp(tree);
    tree[keyOf("d5/new")] = {1, 2, 3};
    const vault::PointRecord second = backUp(tree);
    std::uint64_t reads = 0;
    store.setHook([&](test::StoreCall, const std::string&) { ++reads; });
    BOOST_TEST(changes(&first, second).size() == 1U);
    const std::uint64_t forDifference = std::exchange(reads, 0);
    (void)changes(nullptr, second);
    BOOST_TEST(forDifference * 5 < reads);
}

BOOST_FIXTURE_TEST_CASE(a_point_with_a_damaged_list_is_left_out_and_the_others_are_found, VaultFixture) {
    const test::TemporaryFolder folder;
    const auto fileSystem = platform::makeFileSystem();
    const search::IndexFolder index(*fileSystem, folder.path, vault->keys().vaultId().hex());
    std::vector<vault::PointRecord> points = {backUp({{"a", {1, 1, 1}}}), backUp({{"b", {1, 1, 1}}}),
                                              backUp({{"c", {1, 1, 1}}})};
    points[1].root.id = random.id<vault::ChunkId>();
    vault::ChunkReader reader(*vault);
    search::IndexUpdate update(*fileSystem, index, clock, cancel);
    const auto report =
        update.run(vault->keys().vaultId(), points, reader, [](std::uint64_t, std::uint64_t) {});
    BOOST_TEST(report.pointsAdded == 2U);
    BOOST_TEST(report.pointsUnreadable == 1U);
    const auto opened = index.open();
    const auto found = search::find({{"v", &*opened}}, {}, std::chrono::minutes(5), cancel);
    BOOST_REQUIRE_EQUAL(found.paths.size(), 2U);
    BOOST_TEST(found.paths[0].key == "a");
    BOOST_TEST(found.paths[1].key == "c");
}

BOOST_AUTO_TEST_SUITE_END()
