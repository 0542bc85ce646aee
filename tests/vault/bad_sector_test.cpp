// SPDX-License-Identifier: Apache-2.0
// bad_sector_test.cpp: a disk that has lost sectors, and one that has gone. The first is damage, which is
// named and mended; the second never is, whatever fails and whenever.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/vault/prune.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/vault_on_disk.hpp"

namespace {

using test::VaultOnDisk;
using Files = std::map<std::string, base::Bytes>;

constexpr std::size_t kSectorBytes = test::PowerCutFileSystem::kSectorBytes;
const vault::StageProgress kNoProgress = [](const std::string&, std::uint64_t, std::uint64_t) {};

bool names(const std::vector<vault::Problem>& problems, const std::string& object) {
    return std::ranges::any_of(problems,
                               [&](const vault::Problem& problem) { return problem.object == object; });
}

/// Loses each sector of each object of a folder, one at a time, and repairs. Returns how many of them were
/// of any account.
template <typename Check>
std::size_t loseEachSector(const std::string& folder, unsigned parityPercent, const Check& check) {
    std::size_t lost = 0;
    const VaultOnDisk first(parityPercent);
    for (std::size_t number = 0; number < first.objects(folder).size(); ++number) {
        for (std::size_t sector = 0;; ++sector) {
            VaultOnDisk trial(parityPercent);
            const std::string name = trial.objects(folder).at(number);
            if (sector >= trial.sectorsOf(name)) break;
            BOOST_TEST_CONTEXT(name << " without sector " << sector) {
                trial.lose(name, sector);
                const vault::VerifyReport report = test::verifyAt(*trial.open(), vault::VerifyDepth::Seals);
                if (trial.disk.failedReads() == 0) {  // nothing but padding, or an entry that is not needed
                    BOOST_TEST(report.isSound());
                    continue;
                }
                ++lost;
                BOOST_TEST(names(report.problems, folder == "journal/" ? "journal" : name));
                check(trial, test::lostObjects(report.damagedPoints), trial.repairAndCheck());
            }
        }
    }
    return lost;
}

/// For repairs that need not lose anything.
void losesNothing(VaultOnDisk& trial, const test::LostObjects&, const test::LostObjects& after) {
    BOOST_TEST(after.empty());
    trial.requireWhole("after the repair");
}

bool isOutage(const base::Error& error) { return error.kind() == base::ErrorKind::Unavailable; }

}  // namespace

BOOST_AUTO_TEST_SUITE(BadSectors)

BOOST_AUTO_TEST_CASE(a_lost_sector_of_a_pack_costs_what_lies_there_and_nothing_else) {
    const std::size_t lost = loseEachSector(
        "packs/", 0, [](VaultOnDisk&, const auto& told, const auto& after) { BOOST_TEST((told == after)); });
    BOOST_TEST(lost > 20U);
}

BOOST_AUTO_TEST_CASE(a_lost_sector_of_an_index_run_a_point_or_a_key_costs_nothing) {
    for (const char* folder : {"index/", "points/", "keys/"}) {
        BOOST_TEST(loseEachSector(folder, 0, losesNothing) > 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_lost_sector_of_the_journal_costs_nothing) {
    BOOST_TEST(loseEachSector("journal/", 0, losesNothing) > 0U);
}

BOOST_AUTO_TEST_CASE(parity_brings_back_what_lay_in_lost_sectors) {
    const std::size_t lost =
        loseEachSector("packs/", 10, [](VaultOnDisk& trial, const auto& told, const auto& after) {
            BOOST_TEST(told.empty());
            losesNothing(trial, told, after);
        });
    BOOST_TEST(lost > 20U);
}

BOOST_AUTO_TEST_CASE(a_point_is_read_through_parity_while_its_sectors_are_lost) {
    VaultOnDisk trial(10);
    for (const std::string& pack : trial.objects("packs/")) trial.lose(pack, trial.sectorsOf(pack) / 3);
    BOOST_TEST(test::readEverything(*trial.open(), trial.expected).empty());
    BOOST_TEST(trial.disk.failedReads() > 0U);
}

BOOST_AUTO_TEST_CASE(a_lost_sector_that_parity_takes_for_zeros_is_named_all_the_same) {
    VaultOnDisk trial(10);
    // All of the padding is zeros; so are the bytes that stand in for it.
    for (const std::string& pack : trial.objects("packs/")) {
        for (std::size_t sector = 0; sector < trial.sectorsOf(pack); ++sector) {
            const base::Bytes bytes = trial.bytesOf(pack);
            const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(sector * kSectorBytes);
            const auto to = std::min(from + kSectorBytes, bytes.end());
            if (std::any_of(from, to, [](base::Byte byte) { return byte != 0; })) continue;
            trial.lose(pack, sector);
            BOOST_TEST(names(test::verifyAt(*trial.open(), vault::VerifyDepth::Seals).problems, pack));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_disk_that_goes_is_never_taken_for_a_damaged_vault) {
    for (const bool rebuildIndex : {false, true}) {
        std::uint64_t outages = 0;
        for (std::uint64_t reads = 0;; ++reads) {
            VaultOnDisk trial;
            const Files before = trial.objectFiles();
            trial.disk.stopReadingAfter(reads);
            const std::string when = "after " + std::to_string(reads) + " readings";
            try {
                const auto vault = trial.open();
                const auto report = test::repairAll(*vault, rebuildIndex);
                BOOST_TEST(report.foundNothing(), when);
            } catch (const base::Error& error) {
                BOOST_TEST(isOutage(error), when << ": " << error.describe());
                ++outages;
            }
            const bool hasFailed = trial.disk.failedReads() > 0;
            trial.disk.readAgain();
            if (!rebuildIndex) BOOST_TEST((trial.objectFiles() == before), when);
            trial.requireWhole(when);
            if (!hasFailed) break;
        }
        BOOST_TEST(outages > 10U);
    }
}

BOOST_AUTO_TEST_CASE(a_verify_and_a_reading_end_when_the_disk_goes) {
    for (std::uint64_t reads = 0;; ++reads) {
        VaultOnDisk trial(5);
        trial.disk.stopReadingAfter(reads);
        const std::string when = "after " + std::to_string(reads) + " readings";
        try {
            const auto vault = trial.open();
            BOOST_TEST(test::verifyAt(*vault, vault::VerifyDepth::Data).isSound(), when);
            BOOST_TEST(test::readEverything(*vault, trial.expected).empty(), when);
        } catch (const base::Error& error) {
            BOOST_TEST(isOutage(error), when << ": " << error.describe());
        }
        if (trial.disk.failedReads() == 0) break;
    }
}

BOOST_AUTO_TEST_CASE(when_all_that_is_there_is_lost_a_disk_is_missing) {
    VaultOnDisk trial;
    const auto vault = trial.open();
    const Files before = trial.objectFiles();
    trial.disk.loseAllThatIsThere();  // what is written from here on can be read
    BOOST_CHECK_EXCEPTION(test::repairAll(*vault), base::Error,
                          [](const base::Error& error) { return error.code() == "STORE-0010"; });
    BOOST_TEST((trial.objectFiles() == before));
    trial.disk.readAgain();
    trial.requireWhole("once it is back");
}

BOOST_AUTO_TEST_CASE(when_many_packs_have_lost_something_repair_reports_and_changes_nothing) {
    VaultOnDisk trial;
    test::Random random(3);
    for (int i = 0; i < 20; ++i) {
        const test::Contents contents = test::makeContents(random, "more" + std::to_string(i), 1, 20'000);
        const auto vault = trial.open();
        trial.expected[test::writePoint(*vault, trial.clock, contents).id] = contents;
    }
    const Files before = trial.objectFiles();
    std::size_t number = 0;
    for (const std::string& pack : trial.objects("packs/")) {
        if (++number % 2 == 0) trial.lose(pack, 0);
    }
    BOOST_TEST_REQUIRE(number > 34U);
    const auto report = test::repairAll(*trial.open());
    BOOST_TEST(names(report.problems, "packs"));
    BOOST_TEST(report.mended.empty());
    BOOST_TEST(!report.damagedPoints.empty());
    BOOST_TEST((trial.objectFiles() == before));
    trial.disk.readAgain();
    trial.requireWhole("once the disk is back");
}

BOOST_AUTO_TEST_CASE(a_prune_takes_nothing_away_for_a_pack_that_cannot_be_read_today) {
    // Not even from points that a repair has called incomplete, of which nodes may be missing.
    std::size_t refused = 0;
    const std::size_t packs = VaultOnDisk().objects("packs/").size();
    for (std::size_t number = 0; number < packs; ++number) {
        VaultOnDisk trial;
        trial.lose(trial.objects("packs/").back(), 1);
        const test::LostObjects before = test::lostObjects(test::repairAll(*trial.open()).damagedPoints);
        BOOST_TEST(!before.empty());
        const std::string pack = trial.objects("packs/").at(number);
        for (std::size_t sector = 0; sector < trial.sectorsOf(pack); ++sector) trial.lose(pack, sector);
        try {
            const auto vault = trial.open();
            vault::PruneOptions options;
            options.allowedWaste = 0;
            vault::prune(*vault, trial.clock, options, kNoProgress, {});
        } catch (const base::Error& error) {
            BOOST_TEST(error.code() == "VAULT-0015", error.describe());
            ++refused;
        }
        trial.disk.readAgain();
        BOOST_TEST((test::readEverything(*trial.open(), trial.expected) == before));
    }
    BOOST_TEST(refused > 0U);
}

BOOST_AUTO_TEST_CASE(a_pack_that_fails_once_is_lost_only_where_the_report_says_so) {
    for (int reads = 0, isOver = false; !isOver; ++reads) {
        test::DamagedVault damaged;
        test::FaultyStore faulty(damaged.store);
        int left = reads;
        faulty.setHook([&](test::StoreCall call, const std::string& name) {
            if (call != test::StoreCall::ReadRange || !name.starts_with("packs/")) return;
            if (left-- == 0) throw vault::unreadablePart(name);
        });
        vault::RepairReport report;
        {
            const auto vault = test::openVault(faulty, damaged.keys());
            report = test::repairAll(*vault, true);
        }
        isOver = left > 0;
        faulty.setHook({});
        const auto vault = damaged.open();
        const auto lost = test::readEverything(*vault, damaged.expected);
        const bool isNamed = std::ranges::any_of(report.problems, [](const vault::Problem& problem) {
            return problem.object.starts_with("packs/");
        });
        BOOST_TEST((lost.empty() || isNamed), "after " << reads << " readings");
        BOOST_TEST((lost == test::lostObjects(report.damagedPoints)));
        BOOST_TEST(test::repairAll(*vault).foundNothing());
    }
}

BOOST_AUTO_TEST_SUITE_END()
