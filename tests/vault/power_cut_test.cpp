// SPDX-License-Identifier: Apache-2.0
// power_cut_test.cpp: the power goes while a vault is repaired or pruned. Nothing that could be restored
// before is lost, the next run of it ends, and leaves nothing to be found. engine/power_cut_test.cpp does the
// same with backups.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/vault/prune.hpp"
#include "tests/support/vault_on_disk.hpp"

namespace {

using test::VaultOnDisk;

const vault::StageProgress kNoProgress = [](const std::string&, std::uint64_t, std::uint64_t) {};
/// Cuts that must have met a repair, and a prune, at work.
constexpr std::uint64_t kCuts = 300;

void damageOne(VaultOnDisk& trial, const std::string& object, test::Random& random) {
    const std::size_t size = trial.bytesOf(object).size();
    if (size == 0) return;
    // Of two copies of a key that look whole and differ, repair cannot tell which is right.
    const bool isKey = object.starts_with("keys/");
    switch (random.below(isKey ? 3 : 5)) {
        case 0:
            return trial.damage(object, {});
        case 1:
            return trial.damage(object, [](base::Bytes& bytes) { std::ranges::fill(bytes, base::Byte{0}); });
        case 2:
            return trial.lose(object, static_cast<std::size_t>(random.below(trial.sectorsOf(object))));
        case 3:
            return trial.damage(object, [&](base::Bytes& bytes) {
                bytes.resize(static_cast<std::size_t>(random.below(size)));
            });
        default:
            return trial.damage(object, [&](base::Bytes& bytes) {
                bytes[static_cast<std::size_t>(random.below(size))] ^= base::Byte{16};
            });
    }
}

/// Up to three objects, but not all copies of the key.
void damageSome(VaultOnDisk& trial, test::Random& random) {
    bool isKeyDamaged = false;
    for (std::uint64_t left = 1 + random.below(3); left > 0; --left) {
        const std::vector<std::string> objects = trial.objects("");
        const std::string& object = objects[static_cast<std::size_t>(random.below(objects.size()))];
        if (object.starts_with("keys/") && std::exchange(isKeyDamaged, true)) continue;
        damageOne(trial, object, random);
    }
}

/// Does `work` with the power going at a random change. True when it went in time.
template <typename Work>
bool cutDuring(VaultOnDisk& trial, test::Random& random, const Work& work) {
    trial.disk.dieAt(random.below(45));
    try {
        work();
    } catch (const base::Error& error) {
        BOOST_TEST(trial.disk.hasFailed(), error.describe());
    }
    const bool wasCut = trial.disk.hasFailed();
    trial.disk.cutPower(random);
    return wasCut;
}

struct Readable {
    test::LostObjects lost;
    std::size_t points = 0;
};

Readable readableNow(VaultOnDisk& trial) {
    const auto vault = trial.open();
    return {test::readEverything(*vault, trial.expected), vault->state().points.size()};
}

/// What is lost now was lost before.
void requireNothingMoreLost(const Readable& before, const Readable& now) {
    BOOST_TEST_REQUIRE(now.points >= before.points);
    for (const auto& [point, keys] : now.lost) {
        const auto known = before.lost.find(point);
        if (known != before.lost.end() && known->second.contains("?")) continue;  // nobody could tell
        BOOST_TEST_REQUIRE((known != before.lost.end()));
        BOOST_TEST_REQUIRE(std::ranges::includes(known->second, keys));
    }
}

vault::PruneReport pruneAll(VaultOnDisk& trial) {
    const auto vault = trial.open(vault::Vault::JournalNeed::Required);
    vault::PruneOptions options;
    options.allowedWaste = 0;
    options.sessionTimeout = std::chrono::hours(0);  // the machine that died does not come back
    options.workers = 2;
    return vault::prune(*vault, trial.clock, options, kNoProgress, {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(PowerCutsInUpkeep)

BOOST_AUTO_TEST_CASE(a_repair_that_the_power_cuts_off_loses_nothing_and_is_finished_by_the_next) {
    std::uint64_t cuts = 0;
    for (std::uint64_t seed = 0; cuts < kCuts; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            test::Random random(seed);
            VaultOnDisk trial(seed % 3 == 0 ? 5 : 0);
            damageSome(trial, random);
            const Readable before = readableNow(trial);
            for (std::uint64_t cut = 0; cut < 1 + seed % 4; ++cut) {
                if (cutDuring(trial, random, [&] { test::repairAll(*trial.open()); })) ++cuts;
                requireNothingMoreLost(before, readableNow(trial));
            }
            test::repairAll(*trial.open());
            const vault::RepairReport again = test::repairAll(*trial.open());
            for (const vault::Problem& problem : again.problems) {
                BOOST_ERROR("found again: " << problem.object << ": " << problem.sentence);
            }
            requireNothingMoreLost(before, readableNow(trial));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_prune_that_the_power_cuts_off_loses_nothing_and_is_finished_by_the_next) {
    std::uint64_t cuts = 0;
    for (std::uint64_t seed = 0; cuts < kCuts; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            test::Random random(seed);
            VaultOnDisk trial;
            const auto oldest = trial.open()->state().points.front().id;
            vault::forgetPoints(*trial.open(), {oldest});
            trial.expected.erase(oldest);
            for (std::uint64_t cut = 0; cut < 1 + seed % 4; ++cut) {
                if (cutDuring(trial, random, [&] { pruneAll(trial); })) ++cuts;
                trial.requireWhole("after cut " + std::to_string(cut));
            }
            pruneAll(trial);
            trial.requireWhole("after going on");
            const vault::PruneReport again = pruneAll(trial);
            BOOST_TEST(again.packsRemoved + again.packsRewritten + again.leftoversRemoved == 0U);
            BOOST_TEST(test::repairAll(*trial.open()).foundNothing());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_prune_of_a_repaired_vault_that_the_power_cuts_off_loses_nothing) {
    std::uint64_t cuts = 0;
    for (std::uint64_t seed = 0; cuts < kCuts; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            test::Random random(seed);
            VaultOnDisk trial;
            damageSome(trial, random);
            test::repairAll(*trial.open());
            const Readable before = readableNow(trial);
            for (std::uint64_t cut = 0; cut < 1 + seed % 4; ++cut) {
                if (cutDuring(trial, random, [&] { pruneAll(trial); })) ++cuts;
                requireNothingMoreLost(before, readableNow(trial));
            }
            pruneAll(trial);
            requireNothingMoreLost(before, readableNow(trial));
            BOOST_TEST(test::repairAll(*trial.open()).foundNothing());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
