// SPDX-License-Identifier: Apache-2.0
// damaged_index_test.cpp: an index run that has lost some of its blocks costs what they name, until a backup
// or a repair; and nothing is written from it, or removed, meanwhile.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/prune.hpp"
#include "tests/support/damaged_vault.hpp"

namespace {

constexpr std::size_t kBlockBytes = 1024;  // of the small runs here
const vault::StageProgress kNoProgress = [](const std::string&, std::uint64_t, std::uint64_t) {};

/// How many entries of a run a reader misses; nothing when it misses all of the run.
std::optional<std::uint64_t> hiddenEntries(vault::Vault& vault, const std::string& name) {
    for (const auto& run : vault.index().runs()) {
        if (vault::runName(run->info().id) != name) continue;
        try {
            const auto losses = run->forEachReadable([](const vault::IndexEntry&) {});
            BOOST_TEST(losses.blocks == 1U);
            BOOST_TEST(losses.entries > 0U);
            return losses.entries;
        } catch (const base::Error& error) {
            BOOST_TEST((error.kind() == base::ErrorKind::Corrupt));
        }
    }
    return std::nullopt;
}

/// Damages each block of each run, one at a time.
template <typename Check>
void damageEachBlock(test::DamagedVault& damaged, const Check& check) {
    damaged.heal();
    for (const std::string& name : damaged.store.names("index/")) {
        const std::size_t size = damaged.store.bytesOf(name).size();
        for (std::size_t at = vault::kHeaderBytes + 9; at < size; at += kBlockBytes) {
            BOOST_TEST_CONTEXT(name << " at " << at) {
                damaged.heal();
                damaged.store.flipBit(name, at);
                check(name);
            }
        }
    }
}

/// Objects of all points that can be read.
std::size_t readableObjects(test::DamagedVault& damaged) {
    const auto vault = damaged.open();
    std::size_t objects = 0;
    for (const auto& point : vault->state().points) objects += test::readPoint(*vault, point).contents.size();
    return objects;
}

bool namesOnly(const std::vector<vault::Problem>& problems, const std::string& object) {
    return problems.size() == 1 && problems.front().object == object;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(damaged_indexes)

BOOST_AUTO_TEST_CASE(verify_names_the_run_once_and_exactly_what_its_lost_block_hides) {
    test::DamagedVault damaged;
    std::size_t partial = 0;
    damageEachBlock(damaged, [&](const std::string& name) {
        const auto vault = damaged.open();
        for (const auto depth : {vault::VerifyDepth::Structure, vault::VerifyDepth::Data}) {
            const vault::VerifyReport report = test::verifyAt(*damaged.open(), depth);
            BOOST_TEST(namesOnly(report.problems, name));
            BOOST_TEST(
                (test::lostObjects(report.damagedPoints) == test::readEverything(*vault, damaged.expected)));
        }
        partial += hiddenEntries(*vault, name) ? 1 : 0;
    });
    BOOST_TEST(partial > 4U);
}

BOOST_AUTO_TEST_CASE(what_the_other_blocks_name_is_read) {
    test::DamagedVault damaged;
    std::vector<vault::IndexEntry> entries;
    std::size_t gained = 0;
    const auto whole = damaged.open();
    for (const auto& run : whole->index().runs()) {
        run->forEachReadable([&](const vault::IndexEntry& entry) { entries.push_back(entry); });
    }
    damageEachBlock(damaged, [&](const std::string& name) {
        const auto vault = damaged.open();
        vault::ChunkReader reader(*vault);
        std::size_t unread = 0;
        for (const vault::IndexEntry& entry : entries) {
            try {
                static_cast<void>(reader.read(entry.id));
            } catch (const base::Error& error) {
                BOOST_TEST(error.code() == "VAULT-0022");  // hidden, not missing
                ++unread;
            }
        }
        BOOST_TEST(unread > 0U);
        const auto hidden = hiddenEntries(*vault, name);
        if (!hidden) return;
        BOOST_TEST(unread == *hidden);
        const std::size_t objects = readableObjects(damaged);
        damaged.store.remove(name);
        const std::size_t objectsWithout = readableObjects(damaged);
        BOOST_TEST(objects >= objectsWithout);
        gained += objects - objectsWithout;
    });
    BOOST_TEST(gained > 0U);
}

BOOST_AUTO_TEST_CASE(a_backup_stores_what_is_hidden_anew_and_all_points_are_whole) {
    test::DamagedVault damaged;
    damageEachBlock(damaged, [&](const std::string& name) {
        const auto vault = damaged.open();
        auto expected = damaged.expected;
        for (const auto& [id, contents] : damaged.expected) {
            expected[test::writePoint(*vault, damaged.clock, contents).id] = contents;
        }
        const auto again = damaged.open();
        BOOST_TEST(test::readEverything(*again, expected).empty());
        const vault::VerifyReport report = test::verifyAt(*again, vault::VerifyDepth::Data);
        BOOST_TEST(namesOnly(report.problems, name));
        BOOST_TEST(report.damagedPoints.empty());
        BOOST_TEST(!test::repairAll(*again).foundNothing());
        const auto repaired = damaged.open();
        BOOST_TEST(test::readEverything(*repaired, expected).empty());
        BOOST_TEST(test::verifyAt(*repaired, vault::VerifyDepth::Data).isSound());
    });
}

BOOST_AUTO_TEST_CASE(a_prune_removes_nothing_whichever_block_is_lost) {
    test::DamagedVault damaged;
    damageEachBlock(damaged, [&](const std::string&) {
        for (const bool forgetsFirst : {false, true}) {
            const auto vault = damaged.open();
            if (forgetsFirst) vault::forgetPoints(*vault, {vault->state().points.front().id});
            const auto before = damaged.store.objects();
            vault::PruneOptions options;
            options.allowedWaste = 0;
            BOOST_CHECK_EXCEPTION(
                vault::prune(*vault, damaged.clock, options, kNoProgress, {}), base::Error,
                [](const base::Error& error) { return error.kind() == base::ErrorKind::Corrupt; });
            BOOST_TEST((damaged.store.objects() == before));
        }
    });
}

BOOST_AUTO_TEST_CASE(no_run_is_made_from_one_that_has_lost_a_block) {
    test::MemoryStore store;
    test::ManualClock clock;
    const auto keys = test::makeVault(store)->keys();
    test::Random random(21);
    std::map<vault::PointId, test::Contents> expected;
    const auto add = [&] {
        const auto contents = test::makeContents(random, std::to_string(expected.size()) + "-", 1, 80'000);
        expected[test::writePoint(*test::openVault(store, keys), clock, contents).id] = contents;
    };
    for (int i = 0; i < 5; ++i) add();
    const std::vector<std::string> first = store.names("index/");
    BOOST_TEST(first.size() == 5U);
    store.flipBit(first.front(), vault::kHeaderBytes + 9);
    for (int i = 0; i < 10; ++i) add();
    const auto vault = test::openVault(store, keys);
    for (const std::string& name : first) {
        BOOST_TEST(vault->state().hasRun(*vault::RunId::fromHex(name.substr(6))));
    }
    BOOST_TEST(test::readEverything(*vault, expected).size() == 1U);
    BOOST_TEST(!test::repairAll(*vault).foundNothing());
    BOOST_TEST(test::readEverything(*test::openVault(store, keys), expected).empty());
}

BOOST_AUTO_TEST_CASE(a_pack_that_lost_its_directory_is_saved_as_far_as_the_run_can_be_read) {
    test::DamagedVault damaged;
    const std::vector<std::string> packs = damaged.store.names("packs/");
    std::size_t savedInPart = 0;
    for (const std::string& pack : packs) {
        damageEachBlock(damaged, [&](const std::string& name) {
            damaged.store.flipBit(pack, damaged.store.bytesOf(pack).size() - 1);
            const auto hidden = hiddenEntries(*damaged.open(), name);
            const auto vault = damaged.open();
            const vault::RepairReport report = test::repairAll(*vault);
            BOOST_TEST((test::lostObjects(report.damagedPoints) ==
                        test::readEverything(*damaged.open(), damaged.expected)));
            if (hidden && report.chunksRecovered > 0 && !report.damagedPoints.empty()) ++savedInPart;
        });
    }
    BOOST_TEST(savedInPart > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
