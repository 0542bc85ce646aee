// SPDX-License-Identifier: Apache-2.0
// damaged_index_backup_test.cpp: backups and restores while a block of the index is lost, whichever it is.
#include <boost/test/unit_test.hpp>
#include <utility>

#include "tests/support/damaged_vault.hpp"
#include "tests/support/made_tree.hpp"

namespace {

constexpr std::size_t kBlockBytes = 16'384;

/// A point of so many small files that its tree has many leaves, and its index run many blocks.
struct History {
    test::MemoryStore store;
    test::ManualClock clock;
    test::MadeTree tree;
    vault::PointRecord point;
    test::MemoryStore::Objects whole;
    std::optional<vault::VaultKeys> keys;

    History() {
        test::Random random(31);
        for (int i = 0; i < 3'000; ++i) tree["file " + std::to_string(i)] = {random.next(), 10};
        const auto vault = test::makeVault(store);
        keys.emplace(vault->keys());
        point = test::backUp(*vault, clock, tree, "a").point;
        whole = store.objects();
        BOOST_TEST_REQUIRE(store.names("index/").size() == 1U);
    }

    template <typename Check>
    void damageEachBlock(const Check& check) {
        const std::string name = store.names("index/").front();
        const std::size_t size = store.bytesOf(name).size();
        for (std::size_t at = vault::kHeaderBytes + 5; at < size; at += kBlockBytes) {
            BOOST_TEST_CONTEXT("a bit at " << at << " of " << size) {
                store.setObjects(whole);
                store.flipBit(name, at);
                check();
            }
        }
    }

    std::unique_ptr<vault::Vault> open() { return test::openVault(store, *keys); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(DamagedIndexBackups)

BOOST_AUTO_TEST_CASE(a_backup_behind_a_damaged_point_ends_and_a_repair_makes_all_whole) {
    History history;
    history.damageEachBlock([&] {
        const auto outcome = test::backUp(*history.open(), history.clock, history.tree, "a");
        BOOST_TEST(outcome.point.faults == 0U);
        const auto vault = history.open();
        BOOST_TEST(!test::repairAll(*vault).foundNothing());
        for (const auto& point : {history.point, outcome.point}) {
            BOOST_TEST(test::restoresTo(*history.open(), point, history.tree));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_backup_that_reads_everything_heals_without_a_repair) {
    History history;
    history.damageEachBlock([&] {
        const auto outcome = test::backUp(*history.open(), history.clock, history.tree, "another");
        const auto vault = history.open();
        for (const auto& point : {history.point, outcome.point}) {
            BOOST_TEST(test::restoresTo(*vault, point, history.tree));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_restore_goes_on_behind_parts_of_the_list_that_are_hidden) {
    History history;
    std::size_t most = 0;
    std::size_t faultsOfLists = 0;
    history.damageEachBlock([&] {
        const auto vault = history.open();
        std::map<std::string, base::Bytes> restored;
        engine::RestoreOutcome outcome;
        try {
            outcome = test::restoreInto(*vault, history.point, {}, restored);
        } catch (const base::Error& error) {
            BOOST_TEST(error.code() == "VAULT-0022");  // the root is hidden, or all of the index
            return;
        }
        BOOST_TEST(outcome.faultCount > 0U);
        for (const auto& [key, content] : restored) {
            BOOST_REQUIRE((content == test::contentOf(history.tree.at(key))));
        }
        for (const engine::Fault& fault : outcome.faults) {
            BOOST_TEST(fault.code == "VAULT-0022");
            faultsOfLists += fault.sentence.find("lost in part") != std::string::npos ? 1 : 0;
        }
        most = std::max(most, restored.size());
        // One file alone comes back, or is a fault.
        const std::string last = history.tree.rbegin()->first;
        std::map<std::string, base::Bytes> one;
        const auto single = test::restoreInto(*vault, history.point, {last}, one);
        BOOST_TEST(one.size() + single.faultCount == 1U);
        BOOST_TEST((one.contains(last) || !restored.contains(last)));
    });
    BOOST_TEST(most > history.tree.size() / 2);
    BOOST_TEST(faultsOfLists > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
