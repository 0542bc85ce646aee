// SPDX-License-Identifier: Apache-2.0
// repair_test.cpp: repair ends after every damage, keeps all that is whole and tells the truth.
#include "agent/vault/repair.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/vault/journal.hpp"
#include "tests/support/damaged_vault.hpp"

namespace {

/// Damages each object of a folder in each way, repairs, and checks what `check` says about what is lost.
void repairsDamageIn(const std::string& folder,
                     const std::function<void(test::DamagedVault&, const test::LostObjects&)>& check) {
    test::DamagedVault damaged;
    for (const std::string& name : damaged.store.names(folder)) {
        for (const test::Damage& damage : test::allDamages()) {
            BOOST_TEST_CONTEXT(name << " " << damage.what) {
                damaged.heal();
                damage.apply(damaged.store, name);
                if (damaged.isHealthy()) continue;
                check(damaged, test::repairAndCheck(damaged));
            }
        }
    }
}

void losesNothing(test::DamagedVault& damaged, const test::LostObjects& lost) {
    BOOST_TEST(lost.empty());
    BOOST_TEST(openVault(damaged.store, damaged.keys())->state().points.size() == damaged.expected.size());
}

void losesNoPoint(test::DamagedVault& damaged, const test::LostObjects&) {
    BOOST_TEST(openVault(damaged.store, damaged.keys())->state().points.size() == damaged.expected.size());
}

/// A second repair finds nothing but copies of keys that look whole and differ, which it cannot mend.
void expectNothingElse(const vault::RepairReport& report) {
    for (const vault::Problem& problem : report.problems) {
        if (problem.object.starts_with("keys/")) continue;
        BOOST_ERROR("by a second repair: " << problem.object << ": " << problem.sentence);
    }
}

/// Removes every object of these folders.
void removeFolders(test::MemoryStore& store, const std::vector<std::string>& folders) {
    for (const std::string& folder : folders) {
        for (const std::string& name : store.names(folder)) store.remove(name);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(repairing)

BOOST_AUTO_TEST_CASE(a_sound_vault_is_left_as_it_is) {
    test::DamagedVault damaged;
    const auto vault = damaged.open();
    const vault::RepairReport report = test::repairAll(*vault);
    BOOST_TEST(report.foundNothing());
    BOOST_TEST(report.mended.empty());
    BOOST_TEST(report.damagedPoints.empty());
    BOOST_TEST(damaged.isHealthy());
}

BOOST_AUTO_TEST_CASE(what_is_whole_in_a_damaged_pack_survives) { repairsDamageIn("packs/", losesNoPoint); }

BOOST_AUTO_TEST_CASE(a_damaged_index_run_costs_nothing) { repairsDamageIn("index/", losesNothing); }

BOOST_AUTO_TEST_CASE(a_damaged_point_record_costs_nothing) { repairsDamageIn("points/", losesNothing); }

BOOST_AUTO_TEST_CASE(a_damaged_journal_costs_nothing) {
    test::DamagedVault damaged;
    std::size_t harmless = 0;
    for (const std::string& name : damaged.store.names("journal/")) {
        for (const test::Damage& damage : test::allDamages()) {
            BOOST_TEST_CONTEXT(name << " " << damage.what) {
                damaged.heal();
                damage.apply(damaged.store, name);
                const bool isGone = !damaged.store.contains(name);
                if (damaged.isHealthy() || (isGone && name > damaged.store.names("journal/").back()))
                    continue;
                if (test::isSuperseded(damaged.whole, name) &&
                    test::verifyAt(*damaged.open(), vault::VerifyDepth::Data).isSound()) {
                    BOOST_TEST(test::readEverything(*damaged.open(), damaged.expected).empty());
                    ++harmless;
                    continue;
                }
                losesNothing(damaged, test::repairAndCheck(damaged));
            }
        }
    }
    BOOST_TEST(harmless > 0U);
}

BOOST_AUTO_TEST_CASE(one_damaged_segment_costs_what_lies_in_it_and_nothing_else) {
    test::DamagedVault damaged;
    std::size_t survivors = 0;
    for (const std::string& name : damaged.store.names("packs/")) {
        damaged.heal();
        damaged.store.flipBit(name, vault::kHeaderBytes + 100);
        const test::LostObjects lost = test::repairAndCheck(damaged);
        const auto vault = damaged.open();
        for (const auto& point : vault->state().points) {
            survivors += test::readPoint(*vault, point).contents.size();
        }
    }
    BOOST_TEST(survivors > 0U);
}

BOOST_AUTO_TEST_CASE(a_lost_directory_costs_nothing_while_the_index_knows_the_pack) {
    test::DamagedVault damaged;
    for (const std::string& name : damaged.store.names("packs/")) {
        damaged.heal();
        damaged.store.flipBit(name, damaged.store.bytesOf(name).size() - 1);
        BOOST_TEST(test::repairAndCheck(damaged).empty());
    }
}

BOOST_AUTO_TEST_CASE(the_index_is_rebuilt_from_the_packs_alone) {
    test::DamagedVault damaged;
    removeFolders(damaged.store, {"index/"});
    losesNothing(damaged, test::repairAndCheck(damaged));
}

BOOST_AUTO_TEST_CASE(a_sound_index_is_rebuilt_when_asked) {
    test::DamagedVault damaged;
    const auto runs = damaged.store.names("index/");
    {
        const auto vault = damaged.open();
        const vault::RepairReport report = test::repairAll(*vault, true);
        BOOST_TEST(report.foundNothing());
        BOOST_TEST(report.chunksLost == 0U);
    }
    const auto vault = openVault(damaged.store, damaged.keys());
    for (const auto& run : vault->state().runs) {
        BOOST_TEST(std::count(runs.begin(), runs.end(), vault::runName(run.info.id)) == 0);
    }
    BOOST_TEST(test::readEverything(*vault, damaged.expected).empty());
    BOOST_TEST(test::verifyAt(*vault, vault::VerifyDepth::Data).isSound());
}

BOOST_AUTO_TEST_CASE(an_index_that_names_wrong_places_is_rebuilt_and_nothing_is_lost) {
    using Entries = std::vector<vault::IndexEntry>;
    const std::vector<std::function<void(Entries&)>> lies = {
        [](Entries& all) { all[7].location.segmentOffset += 1; },
        [](Entries& all) { all[7].location.segmentBytes -= 1; },
        [](Entries& all) { all[7].location.chunkOffset += 4; },
        [](Entries& all) { all[7].location.chunkBytes += 1; },
        [](Entries& all) { std::swap(all[7].location, all[8].location); },
        [](Entries& all) { all[7].location.pack.fill()[3] ^= 1; },
        [](Entries& all) { all[7].id.fill()[31] ^= 1; },
        [](Entries& all) {
            for (vault::IndexEntry& entry : all) entry.location = all[0].location;
        },
    };
    test::DamagedVault damaged;
    for (std::size_t i = 0; i < lies.size(); ++i) {
        BOOST_TEST_CONTEXT("lie " << i) {
            damaged.heal();
            test::rewriteIndex(*damaged.open(), lies[i]);
            losesNothing(damaged, test::repairAndCheck(damaged));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_dry_run_tells_of_wrong_places_in_the_index) {
    test::DamagedVault damaged;
    test::rewriteIndex(*damaged.open(), [](std::vector<vault::IndexEntry>& all) {
        all[3].location.chunkOffset += 1;
        all[9].location.chunkOffset += 1;
    });
    const auto before = damaged.store.objects();
    const auto vault = damaged.open();
    const vault::RepairReport report =
        vault::repair(*vault, {1, true, false}, [](const std::string&, std::uint64_t, std::uint64_t) {}, {});
    BOOST_REQUIRE(report.problems.size() == 1U);
    BOOST_TEST(report.problems[0].object == "index");
    BOOST_TEST(report.problems[0].sentence == "Chunks for which the index names a wrong place: 2.");
    BOOST_TEST((damaged.store.objects() == before));
}

BOOST_AUTO_TEST_CASE(journal_and_index_are_rebuilt_from_points_and_packs) {
    test::DamagedVault damaged;
    for (const std::string& name : damaged.store.names("journal/")) damaged.store.truncate(name, 7);
    removeFolders(damaged.store, {"index/"});
    losesNothing(damaged, test::repairAndCheck(damaged));
}

BOOST_AUTO_TEST_CASE(a_journal_without_any_entry_is_begun_anew) {
    test::DamagedVault damaged;
    removeFolders(damaged.store, {"journal/"});
    losesNothing(damaged, test::repairAndCheck(damaged));
}

BOOST_AUTO_TEST_CASE(a_point_lost_in_both_places_is_named_and_the_others_stay) {
    test::DamagedVault damaged;
    const std::string name = damaged.store.names("points/").front();
    damaged.store.truncate(name, 100);
    damaged.store.truncate(damaged.store.names("journal/").back(), 100);
    const auto vault = damaged.open();
    const vault::RepairReport report = test::repairAll(*vault);
    BOOST_TEST(std::any_of(report.problems.begin(), report.problems.end(),
                           [&](const vault::Problem& problem) { return problem.object == name; }));
    const auto again = openVault(damaged.store, damaged.keys());
    BOOST_TEST(again->state().points.size() == 1U);
    BOOST_TEST(test::readEverything(*again, damaged.expected).empty());
    expectNothingElse(test::repairAll(*again));
}

BOOST_AUTO_TEST_CASE(all_packs_lost_leaves_points_that_say_so) {
    test::DamagedVault damaged;
    removeFolders(damaged.store, {"packs/"});
    const test::LostObjects lost = test::repairAndCheck(damaged);
    BOOST_TEST(lost.size() == damaged.expected.size());
}

BOOST_AUTO_TEST_CASE(repair_ends_with_a_third_of_the_objects_gone_or_damaged) {
    test::DamagedVault damaged;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const bool onlyGone = seed % 2 == 1;
        BOOST_TEST_CONTEXT("seed " << seed) {
            damaged.heal();
            test::Random random(seed);
            for (const std::string& name : damaged.store.names()) {
                if (random.below(3) == 0) {
                    const auto& damages = test::allDamages();
                    damages[onlyGone ? 0 : random.below(damages.size())].apply(damaged.store, name);
                }
            }
            if (!vault::holdsVault(damaged.store)) continue;
            const auto vault = damaged.open();
            const test::LostObjects told = test::lostObjects(test::repairAll(*vault).damagedPoints);
            const auto again = openVault(damaged.store, damaged.keys());
            BOOST_TEST((test::readEverything(*again, damaged.expected) == told));
            const vault::VerifyReport check = test::verifyAt(*again, vault::VerifyDepth::Data);
            BOOST_TEST((test::lostObjects(check.damagedPoints) == told));
            const vault::RepairReport second = test::repairAll(*again);
            expectNothingElse(second);
            BOOST_TEST((test::lostObjects(second.damagedPoints) == told));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_dry_run_changes_nothing) {
    test::DamagedVault damaged;
    damaged.store.flipBit(damaged.store.names("packs/").front(), 60);
    damaged.store.truncate(damaged.store.names("index/").front(), 60);
    damaged.store.remove(damaged.store.names("keys/").front());
    damaged.store.remove(damaged.store.names("points/").front());
    const auto before = damaged.store.objects();
    const auto vault = damaged.open();
    const vault::RepairReport report =
        vault::repair(*vault, {1, true, false}, [](const std::string&, std::uint64_t, std::uint64_t) {}, {});
    BOOST_TEST(report.problems.size() == 4U);
    BOOST_TEST(report.mended.empty());
    BOOST_TEST((damaged.store.objects() == before));
}

BOOST_AUTO_TEST_CASE(a_later_backup_with_the_lost_data_heals_all_points) {
    test::DamagedVault damaged;
    for (const std::string& name : damaged.store.names("packs/")) {
        damaged.heal();
        damaged.store.remove(name);
        test::repairAndCheck(damaged);
        const auto vault = openVault(damaged.store, damaged.keys());
        auto expected = damaged.expected;
        for (const auto& [id, contents] : damaged.expected) {
            expected[test::writePoint(*vault, damaged.clock, contents).id] = contents;
        }
        BOOST_TEST(test::readEverything(*vault, expected).empty());
        BOOST_TEST(test::verifyAt(*vault, vault::VerifyDepth::Data).isSound());
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_key_copy_is_mended) {
    test::DamagedVault damaged;
    const auto names = damaged.store.names("keys/");
    for (const std::string& name : names) {
        damaged.heal();
        damaged.store.truncate(name, 30);
        test::repairAndCheck(damaged);
        BOOST_TEST(damaged.store.bytesOf(name) == *damaged.whole.at(name));
    }
}

BOOST_AUTO_TEST_SUITE_END()
