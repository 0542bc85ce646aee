// SPDX-License-Identifier: Apache-2.0
// index_test.cpp: runs, filters, merges, and lookups among many runs.
#include "agent/vault/chunk_index.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "agent/vault/index_filter.hpp"
#include "agent/vault/run_merge.hpp"
#include "platform/base/error.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using vault::ChunkId;
using vault::ChunkLocation;
using vault::IndexEntry;

using Model = std::map<ChunkId, ChunkLocation>;

Model randomModel(test::Random& random, std::size_t entries, std::size_t packs) {
    std::vector<vault::PackId> ids;
    for (std::size_t i = 0; i < packs; ++i) ids.push_back(random.id<vault::PackId>());
    constexpr std::uint64_t k24Bits = 1 << 24;
    const auto number = [&] { return static_cast<std::uint32_t>(random.below(k24Bits)); };
    Model model;
    while (model.size() < entries) {
        model[random.id<ChunkId>()] = {ids[random.below(packs)], number(), number(), number(), number()};
    }
    return model;
}

std::vector<IndexEntry> entriesOf(const Model& model) {
    std::vector<IndexEntry> entries;
    for (const auto& [id, location] : model) entries.push_back({id, location});
    return entries;
}

struct Runs {
    vault::RunInfo write(const Model& model) {
        vault::IndexRunWriter writer(keys, store, model.size());
        for (const auto& [id, location] : model) writer.add({id, location});
        return writer.finish();
    }
    std::shared_ptr<vault::IndexRun> open(const vault::RunInfo& info) {
        return std::make_shared<vault::IndexRun>(keys, store, cache, info);
    }

    test::MemoryStore store;
    const vault::VaultKeys keys{test::Random(1).id<vault::VaultId>(), vault::makeMasterKey()};
    vault::IndexBlockCache cache{base::kMiB};
};

void expectFound(vault::ChunkIndex& index, const Model& model, std::size_t step) {
    std::size_t i = 0;
    for (const auto& [id, location] : model) {
        if (i++ % step == 0) BOOST_REQUIRE((index.find(id) == location));
    }
}

bool isDamage(const base::Error& error) { return error.kind() == base::ErrorKind::Corrupt; }

}  // namespace

BOOST_AUTO_TEST_SUITE(indexes)

BOOST_AUTO_TEST_CASE(a_filter_never_denies_what_is_there_and_seldom_admits_what_is_not) {
    test::Random random(2);
    for (const std::size_t entries : {1, 7, 100, 50'000}) {
        base::Bytes filter(vault::filterBytesFor(entries));
        BOOST_TEST(filter.size() % vault::kFilterBlockBytes == 0U);
        std::vector<ChunkId> ids;
        for (std::size_t i = 0; i < entries; ++i) ids.push_back(random.id<ChunkId>());
        for (const ChunkId& id : ids) vault::addToFilter(filter, id);
        for (const ChunkId& id : ids) BOOST_REQUIRE(vault::mayContain(filter, id));
        int admitted = 0;
        for (int i = 0; i < 20'000; ++i) admitted += vault::mayContain(filter, random.id<ChunkId>()) ? 1 : 0;
        BOOST_TEST(admitted < 20'000 / 100);
    }
    BOOST_TEST(vault::filterBytesFor(0) >= vault::kFilterBlockBytes);
}

BOOST_AUTO_TEST_CASE(runs_of_every_size_answer_as_a_map_does) {
    Runs runs;
    test::Random random(3);
    for (const std::size_t entries : {1, 20, 21, 22, 84, 85, 340, 341, 1364, 1365, 5000, 100'000}) {
        const Model model = randomModel(random, entries, 1 + entries / 50);
        const vault::RunInfo info = runs.write(model);
        BOOST_TEST(info.entries == entries);
        BOOST_TEST(info.sizeBytes == runs.store.bytesOf(vault::runName(info.id)).size());
        const auto run = runs.open(info);
        BOOST_TEST(run->entryCount() == entries);
        BOOST_TEST(run->packs().size() == info.packs);
        std::uint64_t position = 0;
        for (const auto& [id, location] : model) {
            if (entries < 2000 || position % 37 == 0) {
                BOOST_REQUIRE((run->find(id) == location));
                BOOST_REQUIRE(run->positionOf(id).value() == position);
            }
            ++position;
        }
        for (int i = 0; i < 500; ++i) BOOST_REQUIRE(!run->find(random.id<ChunkId>()).has_value());
        auto expected = model.begin();
        std::uint64_t next = 0;
        run->forEach([&](const IndexEntry& entry, std::uint64_t at) {
            BOOST_REQUIRE(at == next++);
            BOOST_REQUIRE((entry.id == expected->first && entry.location == expected->second));
            ++expected;
        });
        BOOST_TEST((expected == model.end()));
    }
}

BOOST_AUTO_TEST_CASE(ids_with_one_prefix_across_many_blocks_are_found) {
    // Chunk ids are hashes, so this needs luck or malice; the fences hold 8 bytes only.
    Runs runs;
    test::Random random(4);
    Model model;
    for (int i = 0; i < 3000; ++i) {
        ChunkId id = random.id<ChunkId>();
        std::fill_n(id.fill().begin(), 8, i % 3 == 0 ? base::Byte{0x55} : base::Byte{0x56});
        model[id] = {};
    }
    const auto run = runs.open(runs.write(model));
    for (const auto& [id, location] : model) BOOST_REQUIRE(run->find(id).has_value());
    for (int i = 0; i < 300; ++i) {
        ChunkId id = random.id<ChunkId>();
        std::fill_n(id.fill().begin(), 8, base::Byte{0x55});
        BOOST_REQUIRE(!run->find(id).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_run_that_is_damaged_anywhere_throws_and_never_lies) {
    Runs runs;
    test::Random random(5);
    const Model model = randomModel(random, 100, 3);
    const vault::RunInfo info = runs.write(model);
    const std::string name = vault::runName(info.id);
    const base::Bytes whole = runs.store.bytesOf(name);
    const auto readAll = [&] {
        vault::IndexBlockCache cache(base::kMiB);
        vault::IndexRun run(runs.keys, runs.store, cache, info);
        static_cast<void>(run.packs());
        for (const auto& [id, location] : model) BOOST_REQUIRE((run.find(id) == location));
        run.forEach([](const IndexEntry&, std::uint64_t) {});
    };
    readAll();
    for (std::size_t at = 0; at < whole.size(); at += 1 + at % 13) {
        runs.store.flipBit(name, at, at % 8);
        BOOST_REQUIRE_EXCEPTION(readAll(), base::Error, isDamage);
        runs.store.replace(name, whole);
    }
    for (std::size_t size = 0; size < whole.size(); size += 101) {
        runs.store.truncate(name, size);
        BOOST_REQUIRE_EXCEPTION(readAll(), base::Error, isDamage);
        runs.store.replace(name, whole);
    }
    runs.store.remove(name);
    BOOST_CHECK_EXCEPTION(readAll(), base::Error, isDamage);
}

BOOST_AUTO_TEST_CASE(a_run_that_could_not_be_opened_is_opened_once_it_is_back) {
    Runs runs;
    test::Random random(6);
    const Model model = randomModel(random, 50, 2);
    const vault::RunInfo info = runs.write(model);
    const auto whole = runs.store.objects();
    const auto run = runs.open(info);
    runs.store.flipBit(vault::runName(info.id), runs.store.bytesOf(vault::runName(info.id)).size() - 100);
    BOOST_CHECK_EXCEPTION(static_cast<void>(run->find(model.begin()->first)), base::Error, isDamage);
    runs.store.setObjects(whole);
    BOOST_TEST((run->find(model.begin()->first) == model.begin()->second));
}

BOOST_AUTO_TEST_CASE(a_merge_shows_every_id_once_and_the_first_run_wins) {
    Runs runs;
    test::Random random(7);
    const Model first = randomModel(random, 700, 5);
    Model second = randomModel(random, 900, 5);
    for (auto entry = first.begin(); entry != first.end() && second.size() < 1100; ++entry) {
        second[entry->first] = {};
    }
    Model expected = second;
    for (const auto& [id, location] : first) expected[id] = location;
    const std::vector<std::shared_ptr<vault::IndexRun>> open = {runs.open(runs.write(first)),
                                                                runs.open(runs.write(second))};
    auto next = expected.begin();
    vault::mergeRuns(open, [&](const IndexEntry& entry) {
        BOOST_REQUIRE((next != expected.end()));
        BOOST_REQUIRE((entry.id == next->first && entry.location == next->second));
        ++next;
    });
    BOOST_TEST((next == expected.end()));
    vault::mergeRunsMarked(open, [&](const IndexEntry& entry, const vault::RunId& run, std::uint64_t at) {
        vault::IndexRun& from = open[0]->info().id == run ? *open[0] : *open[1];
        BOOST_REQUIRE(from.positionOf(entry.id).value() == at);
    });
}

BOOST_AUTO_TEST_CASE(entries_may_come_in_any_order_and_twice) {
    test::MemoryStore store;
    const auto vault = test::makeVault(store);
    test::Random random(8);
    const Model model = randomModel(random, 500, 3);
    auto entries = entriesOf(model);
    std::reverse(entries.begin(), entries.end());
    entries.insert(entries.end(), entries.begin(), entries.begin() + 100);
    const vault::RunInfo info = vault::writeRun(*vault, entries);
    BOOST_TEST(info.entries == 500U);
    vault->index().setRuns({info});
    expectFound(vault->index(), model, 1);
}

BOOST_AUTO_TEST_CASE(a_run_is_announced_once_however_often_it_is_set) {
    Runs runs;
    test::Random random(11);
    const Model model = randomModel(random, 50, 2);
    const vault::RunInfo info = runs.write(model);
    test::FaultyStore far(runs.store);
    vault::ChunkIndex index(runs.keys, far, base::kMiB);
    index.setRuns({info});
    index.setRuns({info});
    expectFound(index, model, 1);
    index.setRuns({info});
    expectFound(index, model, 1);
    BOOST_TEST_REQUIRE(far.announced().size() == 1U);
    BOOST_TEST(far.announced()[0].name == vault::runName(info.id));
}

BOOST_AUTO_TEST_CASE(a_damaged_run_hides_its_own_chunks_and_no_others) {
    Runs runs;
    test::Random random(9);
    const Model good = randomModel(random, 200, 2);
    const Model bad = randomModel(random, 200, 2);
    const vault::RunInfo goodRun = runs.write(good);
    const vault::RunInfo badRun = runs.write(bad);
    runs.store.truncate(vault::runName(badRun.id), 500);
    vault::ChunkIndex index(runs.keys, runs.store, base::kMiB);
    index.setRuns({goodRun, badRun});
    expectFound(index, good, 1);
    for (const auto& [id, location] : bad) BOOST_REQUIRE(!index.contains(id));
    BOOST_REQUIRE(index.damagedRuns().size() == 1U);
    BOOST_TEST(index.damagedRuns()[0] == vault::runName(badRun.id));
}

BOOST_AUTO_TEST_CASE(a_run_that_others_merged_away_is_looked_for_again) {
    Runs runs;
    test::Random random(10);
    const Model model = randomModel(random, 300, 2);
    const vault::RunInfo before = runs.write(model);
    const vault::RunInfo after = runs.write(model);
    vault::ChunkIndex index(runs.keys, runs.store, base::kMiB);
    index.setRuns({before});
    index.setRefresher([&] { index.setRuns({after}); });
    runs.store.remove(vault::runName(before.id));
    expectFound(index, model, 1);
    BOOST_TEST(index.damagedRuns().empty());
}

BOOST_AUTO_TEST_CASE(many_commits_leave_few_runs_and_every_chunk_findable) {
    test::MemoryStore store;
    test::ManualClock clock;
    const auto vault = test::makeVault(store);
    test::Random random(11);
    std::map<vault::PointId, test::Contents> expected;
    for (int i = 0; i < 80; ++i) {
        const auto contents = test::makeContents(random, std::to_string(i) + "-", 2, 3000);
        expected[test::writePoint(*vault, clock, contents).id] = contents;
    }
    BOOST_TEST(vault->state().runs.size() <= 24U);
    const auto other = test::openVault(store, vault->keys());
    for (const auto& point : other->state().points) {
        BOOST_REQUIRE((test::readPoint(*other, point).contents == expected.at(point.id)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
