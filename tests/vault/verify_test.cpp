// SPDX-License-Identifier: Apache-2.0
// verify_test.cpp: verify finds every kind of damage to every kind of object, as deep as it looks.
#include "agent/vault/verify.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/vault/journal.hpp"
#include "agent/vault/run_merge.hpp"
#include "tests/support/damaged_vault.hpp"

namespace {

using vault::VerifyDepth;

/// Damages each object of a folder in each way and verifies at a depth; `isExpected` says what must be found.
void findsDamageIn(const std::string& folder, VerifyDepth depth,
                   const std::function<bool(test::DamagedVault&, const std::string& name)>& isExpected) {
    test::DamagedVault damaged;
    for (const std::string& name : damaged.store.names(folder)) {
        for (const test::Damage& damage : test::allDamages()) {
            BOOST_TEST_CONTEXT(name << " " << damage.what) {
                damaged.heal();
                damage.apply(damaged.store, name);
                const auto vault = damaged.open();
                const auto before = damaged.store.objects();
                const vault::VerifyReport report = test::verifyAt(*vault, depth);
                if (!damaged.isHealthy() && isExpected(damaged, name)) BOOST_TEST(!report.isSound());
                BOOST_TEST((damaged.store.objects() == before));
            }
        }
    }
}

bool always(test::DamagedVault&, const std::string&) { return true; }

/// What a look from outside can tell: that a pack is missing or too small.
bool isCut(test::DamagedVault& damaged, const std::string& name) {
    return !damaged.store.contains(name) ||
           2 * damaged.store.bytesOf(name).size() <= damaged.whole.at(name)->size();
}

/// The newest entry says everything, and may be missing without a trace: it might never have been written.
bool isThereAndNewest(test::DamagedVault& damaged, const std::string& name) {
    return damaged.store.contains(name) && !test::isSuperseded(damaged.whole, name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(verifying)

BOOST_AUTO_TEST_CASE(a_sound_vault_is_found_sound_at_every_depth) {
    test::DamagedVault damaged;
    const auto vault = damaged.open();
    for (const auto depth : {VerifyDepth::Structure, VerifyDepth::Seals, VerifyDepth::Data}) {
        const vault::VerifyReport report = test::verifyAt(*vault, depth);
        BOOST_TEST(report.isSound());
        BOOST_TEST(report.points == 2U);
        BOOST_TEST(report.packs == damaged.store.names("packs/").size());
        BOOST_TEST(report.chunks > 50U);
        BOOST_TEST((report.bytesRead > 0) == (depth != VerifyDepth::Structure));
    }
    BOOST_TEST(damaged.isHealthy());
}

BOOST_AUTO_TEST_CASE(structure_finds_packs_that_are_missing_or_cut) {
    findsDamageIn("packs/", VerifyDepth::Structure, isCut);
}

BOOST_AUTO_TEST_CASE(seals_find_every_damage_to_a_pack) {
    findsDamageIn("packs/", VerifyDepth::Seals, always);
}

BOOST_AUTO_TEST_CASE(data_finds_every_damage_to_a_pack) {
    findsDamageIn("packs/", VerifyDepth::Data, always);
}

BOOST_AUTO_TEST_CASE(every_depth_finds_every_damage_to_an_index_run) {
    findsDamageIn("index/", VerifyDepth::Structure, always);
    findsDamageIn("index/", VerifyDepth::Data, always);
}

BOOST_AUTO_TEST_CASE(every_depth_finds_every_damage_to_the_journal) {
    findsDamageIn("journal/", VerifyDepth::Structure, isThereAndNewest);
    findsDamageIn("journal/", VerifyDepth::Seals, isThereAndNewest);
}

BOOST_AUTO_TEST_CASE(every_depth_finds_every_damage_to_a_point) {
    findsDamageIn("points/", VerifyDepth::Structure, always);
    findsDamageIn("points/", VerifyDepth::Data, always);
}

BOOST_AUTO_TEST_CASE(every_depth_finds_every_damage_to_a_key) {
    findsDamageIn("keys/", VerifyDepth::Structure, always);
}

BOOST_AUTO_TEST_CASE(the_report_names_exactly_the_objects_that_cannot_be_restored) {
    for (const unsigned parityPercent : {0U, 5U}) {
        test::DamagedVault damaged(parityPercent);
        for (const std::string& name : damaged.store.names("packs/")) {
            for (const test::Damage& damage : test::allDamages()) {
                BOOST_TEST_CONTEXT(name << " " << damage.what << ", parity " << parityPercent) {
                    damaged.heal();
                    damage.apply(damaged.store, name);
                    const auto vault = damaged.open();
                    const vault::VerifyReport report = test::verifyAt(*vault, VerifyDepth::Seals);
                    BOOST_TEST((test::lostObjects(report.damagedPoints) ==
                                test::readEverything(*vault, damaged.expected)));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_pack_without_directory_is_damaged_and_the_points_are_not) {
    test::DamagedVault damaged;
    for (const std::string& name : damaged.store.names("packs/")) {
        damaged.heal();
        damaged.store.flipBit(name, damaged.store.bytesOf(name).size() - 1);
        const auto vault = damaged.open();
        for (const auto depth : {VerifyDepth::Seals, VerifyDepth::Data}) {
            const vault::VerifyReport report = test::verifyAt(*vault, depth);
            BOOST_TEST(report.damagedPoints.empty());
            BOOST_TEST_REQUIRE(report.problems.size() == 1U);
            BOOST_TEST(report.problems[0].object == name);
            const std::string& sentence = report.problems[0].sentence;
            BOOST_TEST(sentence.find("can be read, so nothing is missing") != std::string::npos, sentence);
            BOOST_TEST(sentence.find("repair") != std::string::npos, sentence);
        }
        const vault::RepairReport dry = vault::repair(
            *vault, {1, true, false}, [](const std::string&, std::uint64_t, std::uint64_t) {}, {});
        BOOST_TEST(dry.damagedPoints.empty());
        BOOST_TEST(!dry.foundNothing());
        BOOST_TEST(test::repairAndCheck(damaged).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_pack_that_was_cut_has_lost_what_lay_behind_the_cut_at_every_depth) {
    test::DamagedVault damaged;
    std::size_t spared = 0;
    for (const std::string& name : damaged.store.names("packs/")) {
        const std::size_t whole = damaged.whole.at(name)->size();
        for (std::size_t size = 0; size < whole; size += whole / 16) {
            BOOST_TEST_CONTEXT(name << " cut to " << size) {
                damaged.heal();
                damaged.store.truncate(name, size);
                const auto vault = damaged.open();
                const auto unread = test::readEverything(*vault, damaged.expected);
                for (const auto depth : {VerifyDepth::Structure, VerifyDepth::Seals}) {
                    const vault::VerifyReport report = test::verifyAt(*vault, depth);
                    // What is cut off may be padding, as far as sizes tell.
                    if (depth == VerifyDepth::Structure && report.isSound()) continue;
                    BOOST_TEST(report.problems.size() == 1U);
                    BOOST_TEST((test::lostObjects(report.damagedPoints) == unread));
                }
                const auto lost = test::repairAndCheck(damaged);
                BOOST_TEST((lost == unread));
                spared += size > 0 && size < whole / 2 && lost.size() < damaged.expected.size() ? 1 : 0;
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(seals_find_every_chunk_for_which_the_index_names_a_wrong_place) {
    test::DamagedVault damaged;
    const auto countEntries = [&] { return test::verifyAt(*damaged.open(), VerifyDepth::Structure).chunks; };
    const std::uint64_t entries = countEntries();
    for (std::size_t i = 0; i < entries; ++i) {
        BOOST_TEST_CONTEXT("entry " << i) {
            damaged.heal();
            const auto vault = damaged.open();
            test::rewriteIndex(*vault, [&](std::vector<vault::IndexEntry>& all) {
                all[i].location.chunkOffset += i % 2 == 0 ? 1U : 1U << 20;
            });
            const vault::VerifyReport report = test::verifyAt(*vault, VerifyDepth::Seals);
            BOOST_REQUIRE(report.problems.size() == 1U);
            BOOST_TEST(report.problems[0].object == "index");
            BOOST_TEST(report.problems[0].sentence == "Chunks for which the index names a wrong place: 1.");
            BOOST_TEST(!report.damagedPoints.empty());
            BOOST_TEST(
                (test::lostObjects(report.damagedPoints) == test::readEverything(*vault, damaged.expected)));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_index_that_is_wrong_from_end_to_end_is_found_by_seals_and_data) {
    test::DamagedVault damaged;
    const auto vault = damaged.open();
    test::rewriteIndex(*vault, [](std::vector<vault::IndexEntry>& all) {
        const vault::ChunkLocation first = all.front().location;
        for (std::size_t i = 0; i + 1 < all.size(); ++i) all[i].location = all[i + 1].location;
        all.back().location = first;
    });
    for (const auto depth : {VerifyDepth::Seals, VerifyDepth::Data}) {
        const vault::VerifyReport report = test::verifyAt(*vault, depth);
        BOOST_REQUIRE(report.problems.size() == 1U);
        BOOST_TEST(report.problems[0].sentence ==
                   "Chunks for which the index names a wrong place: " + std::to_string(report.chunks) + ".");
        BOOST_TEST(report.damagedPoints.size() == damaged.expected.size());
    }
}

BOOST_AUTO_TEST_CASE(a_chunk_that_was_stored_twice_is_no_problem) {
    test::MemoryStore store;
    test::ManualClock clock;
    const auto one = test::makeVault(store);
    const auto two = test::openVault(store, one->keys());
    test::Random random(12);
    test::Contents contents = test::makeContents(random, "shared", 3, 20'000);
    vault::StoreSession first(*one, clock, "one");
    vault::StoreSession second(*two, clock, "two");
    const auto firstPoint = test::storeContents(first, clock, contents);
    contents["more"] = random.bytes(30'000);
    const auto secondPoint = test::storeContents(second, clock, contents);
    BOOST_REQUIRE((first.commit(firstPoint) == vault::StoreSession::Commit::Done));
    BOOST_REQUIRE((second.commit(secondPoint) == vault::StoreSession::Commit::Done));
    const auto vault = test::openVault(store, one->keys());
    const vault::VerifyReport report = test::verifyAt(*vault, VerifyDepth::Seals);
    std::uint64_t visible = 0;
    vault::mergeRuns(vault->index().runs(), [&](const vault::IndexEntry&) { ++visible; });
    BOOST_TEST(visible < report.chunks);  // or the test proves nothing
    BOOST_TEST(report.isSound());
    BOOST_TEST(test::repairAll(*vault).foundNothing());
}

BOOST_AUTO_TEST_CASE(verify_stops_when_it_is_cancelled) {
    test::DamagedVault damaged;
    const auto vault = damaged.open();
    const base::CancelToken cancel;
    cancel.cancel();
    BOOST_CHECK_EXCEPTION(
        vault::verify(
            *vault, {}, [](const std::string&, std::uint64_t, std::uint64_t) {}, cancel),
        base::Error, [](const base::Error& error) { return error.kind() == base::ErrorKind::Cancelled; });
}

BOOST_AUTO_TEST_CASE(several_workers_find_what_one_finds) {
    test::DamagedVault damaged;
    const std::string name = damaged.store.names("packs/").front();
    damaged.store.flipBit(name, damaged.store.bytesOf(name).size() - 1);
    const auto vault = damaged.open();
    const vault::VerifyReport one = test::verifyAt(*vault, VerifyDepth::Data);
    const vault::VerifyReport several = vault::verify(
        *vault, {VerifyDepth::Data, 4}, [](const std::string&, std::uint64_t, std::uint64_t) {}, {});
    BOOST_TEST(several.problems.size() == one.problems.size());
    BOOST_TEST(several.bytesRead == one.bytesRead);
    BOOST_TEST((test::lostObjects(several.damagedPoints) == test::lostObjects(one.damagedPoints)));
}

BOOST_AUTO_TEST_SUITE_END()
