// SPDX-License-Identifier: Apache-2.0
// index_test.cpp: runs, filters, merges, and lookups among many runs.
#include "agent/vault/chunk_index.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

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

constexpr std::size_t kLargeBlockBytes = 16'384;
constexpr std::size_t kEntriesPerLargeBlock = 341;
constexpr std::size_t kPacksPerLargeBlock = (kLargeBlockBytes - vault::kTagBytes) / 16;

/// Where a block of a run of large blocks lies.
std::size_t insideBlock(std::size_t block) { return vault::kHeaderBytes + block * kLargeBlockBytes + 777; }

/// Checks that `index` finds all of the model but what `isHidden` says, and tells what hides that.
std::size_t expectHidden(vault::ChunkIndex& index, const Model& model, const std::string& run,
                         const std::function<bool(std::size_t position, const ChunkLocation&)>& isHidden) {
    std::size_t hidden = 0;
    std::size_t position = 0;
    for (const auto& [id, location] : model) {
        const auto found = index.find(id);
        if (isHidden(position++, location)) {
            BOOST_REQUIRE(!found);
            BOOST_REQUIRE(index.hidingRun(id).value() == run);
            ++hidden;
        } else {
            BOOST_REQUIRE((found == location));
        }
    }
    return hidden;
}

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

BOOST_AUTO_TEST_CASE(a_damaged_block_of_entries_hides_its_own_chunks_and_no_others) {
    Runs runs;
    test::Random random(12);
    const Model model = randomModel(random, 5000, 7);
    const vault::RunInfo info = runs.write(model);
    const std::string name = vault::runName(info.id);
    const std::size_t lastBlock = (model.size() - 1) / kEntriesPerLargeBlock;
    const base::Bytes whole = runs.store.bytesOf(name);
    for (const std::size_t block : {std::size_t{0}, std::size_t{3}, lastBlock}) {
        runs.store.replace(name, whole);
        runs.store.flipBit(name, insideBlock(block));
        vault::ChunkIndex index(runs.keys, runs.store, base::kMiB);
        index.setRuns({info});
        const std::size_t hidden =
            expectHidden(index, model, name, [&](std::size_t position, const ChunkLocation&) {
                return position / kEntriesPerLargeBlock == block;
            });
        BOOST_TEST(hidden == std::min(kEntriesPerLargeBlock, model.size() - block * kEntriesPerLargeBlock));
        BOOST_TEST(index.damagedRuns() == std::vector{name}, boost::test_tools::per_element());

        const auto run = runs.open(info);
        std::size_t readable = 0;
        const auto losses = run->forEachReadable([&](const IndexEntry& entry) {
            BOOST_REQUIRE((model.at(entry.id) == entry.location));
            ++readable;
        });
        BOOST_TEST(losses.blocks == 1U);
        BOOST_TEST(losses.entries == hidden);
        BOOST_TEST(readable == model.size() - hidden);
        BOOST_TEST(run->packs().size() == info.packs);
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_block_of_the_pack_table_hides_the_chunks_in_its_packs_and_no_others) {
    Runs runs;
    test::Random random(13);
    const Model model = randomModel(random, 6000, 3 * kPacksPerLargeBlock);
    const vault::RunInfo info = runs.write(model);
    const std::string name = vault::runName(info.id);
    const std::vector<vault::PackId> packs = runs.open(info)->packs();
    BOOST_REQUIRE(packs.size() > 2 * kPacksPerLargeBlock);
    const auto first = packs.begin() + kPacksPerLargeBlock;
    const std::set<vault::PackId> lost(first, first + kPacksPerLargeBlock);
    const auto isHidden = [&](std::size_t, const ChunkLocation& at) { return lost.contains(at.pack); };
    // Counted from the end: the second of three blocks, before one of fences.
    const std::size_t size = runs.store.bytesOf(name).size();
    runs.store.flipBit(name, size - 64 - 2 * kLargeBlockBytes - kLargeBlockBytes / 2);
    vault::ChunkIndex index(runs.keys, runs.store, base::kMiB);
    index.setRuns({info});
    const std::size_t hidden = expectHidden(index, model, name, isHidden);
    BOOST_TEST(hidden > 1000U);
    const auto run = runs.open(info);
    const auto losses = run->forEachReadable([](const IndexEntry&) {});
    BOOST_TEST(losses.blocks == 1U);
    BOOST_TEST(losses.entries == hidden);
    BOOST_TEST(run->packs(vault::IndexRun::Damage::Skip).size() == packs.size() - kPacksPerLargeBlock);
    BOOST_CHECK_EXCEPTION(static_cast<void>(run->packs()), base::Error, isDamage);
    BOOST_TEST(run->positionOf(model.begin()->first).value() == 0U);  // marks need no pack
}

BOOST_AUTO_TEST_CASE(whoever_needs_all_of_a_run_stops_at_a_damaged_block) {
    Runs runs;
    test::Random random(14);
    const vault::RunInfo info = runs.write(randomModel(random, 5000, 7));
    runs.store.flipBit(vault::runName(info.id), insideBlock(2));
    const auto run = runs.open(info);
    BOOST_CHECK_EXCEPTION(run->forEach([](const IndexEntry&, std::uint64_t) {}), base::Error, isDamage);
    BOOST_CHECK_EXCEPTION(vault::mergeRuns({run}, [](const IndexEntry&) {}), base::Error, isDamage);
    // The same once the damage is known.
    BOOST_TEST(run->forEachReadable([](const IndexEntry&) {}).blocks == 1U);
    BOOST_CHECK_EXCEPTION(run->forEach([](const IndexEntry&, std::uint64_t) {}), base::Error, isDamage);
}

BOOST_AUTO_TEST_CASE(what_a_damaged_block_hides_is_found_in_another_run) {
    Runs runs;
    test::Random random(15);
    const Model model = randomModel(random, 2000, 7);
    Model few;
    for (const auto& [id, location] : model) {
        if (few.size() < 10) few[id] = location;
    }
    const vault::RunInfo damaged = runs.write(model);
    const vault::RunInfo other = runs.write(few);
    runs.store.flipBit(vault::runName(damaged.id), insideBlock(0));
    for (const auto& order : {std::vector{damaged, other}, std::vector{other, damaged}}) {
        vault::ChunkIndex index(runs.keys, runs.store, base::kMiB);
        index.setRuns(order);
        expectFound(index, few, 1);
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_block_is_read_and_others_are_asked_once) {
    Runs runs;
    test::FaultyStore store(runs.store);
    test::Random random(16);
    const Model model = randomModel(random, 2000, 7);
    const vault::RunInfo info = runs.write(model);
    runs.store.flipBit(vault::runName(info.id), insideBlock(0));
    vault::ChunkIndex index(runs.keys, store, base::kMiB);
    index.setRuns({info});
    std::size_t refreshes = 0;
    index.setRefresher([&] { ++refreshes; });
    BOOST_TEST(!index.contains(model.begin()->first));
    std::size_t calls = 0;
    store.setHook([&](test::StoreCall, const std::string&) { ++calls; });
    std::size_t asked = 0;
    for (const auto& [id, location] : model) {
        if (asked++ == kEntriesPerLargeBlock) break;
        BOOST_REQUIRE(!index.contains(id));
    }
    BOOST_TEST(calls == 0U);
    BOOST_TEST(refreshes == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_without_its_ends_filter_or_fences_hides_all_of_its_chunks) {
    Runs runs;
    test::Random random(17);
    const Model model = randomModel(random, 5000, 7);
    const vault::RunInfo info = runs.write(model);
    const std::string name = vault::runName(info.id);
    const base::Bytes whole = runs.store.bytesOf(name);
    const std::size_t entryBlocks = (model.size() - 1) / kEntriesPerLargeBlock + 1;
    const std::size_t fences = whole.size() - 64 - kLargeBlockBytes / 2;
    for (const std::size_t at : {std::size_t{20}, insideBlock(entryBlocks), fences, whole.size() - 1}) {
        runs.store.replace(name, whole);
        runs.store.flipBit(name, at);
        vault::ChunkIndex index(runs.keys, runs.store, base::kMiB);
        index.setRuns({info});
        const std::size_t hidden =
            expectHidden(index, model, name, [](std::size_t, const ChunkLocation&) { return true; });
        BOOST_TEST(hidden == model.size());
        BOOST_CHECK_EXCEPTION(runs.open(info)->forEachReadable([](const IndexEntry&) {}), base::Error,
                              isDamage);
    }
}

BOOST_AUTO_TEST_CASE(what_the_index_surely_lacks_is_not_called_hidden) {
    Runs runs;
    test::Random random(18);
    const vault::RunInfo info = runs.write(randomModel(random, 5000, 7));
    runs.store.flipBit(vault::runName(info.id), insideBlock(1));
    vault::ChunkIndex index(runs.keys, runs.store, base::kMiB);
    index.setRuns({info});
    int hidden = 0;
    for (int i = 0; i < 2000; ++i) {
        const auto id = random.id<ChunkId>();
        BOOST_REQUIRE(!index.contains(id));
        hidden += index.hidingRun(id) ? 1 : 0;
    }
    BOOST_TEST(hidden < 20);  // the filter knows, as good as always
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
