// SPDX-License-Identifier: Apache-2.0
// index_check_test.cpp: wrong places in the index are found while other clients change its runs.
#include "agent/vault/index_check.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/damaged_vault.hpp"

namespace {

/// Compares every pack, lets `meanwhile` happen, and tells what was found.
vault::IndexCheck::Result check(vault::Vault& vault, const std::function<void()>& meanwhile) {
    vault::IndexCheck index(vault, vault.index().runs(), {});
    std::vector<vault::PackId> packs;
    vault.store().list("packs/", [&](const std::string& name, std::uint64_t) {
        packs.push_back(vault::packIdOfName(name).value());
    });
    std::atomic<std::uint64_t> bytesDone = 0;
    vault::checkPacks(vault, packs, vault::VerifyDepth::Seals, 1, {}, bytesDone,
                      [&](const vault::PackFinding& finding) { index.compare(finding); });
    meanwhile();
    return index.finish({});
}

void lie(std::vector<vault::IndexEntry>& entries) { entries[5].location.chunkOffset += 1; }
void changeNothing(std::vector<vault::IndexEntry>&) {}

}  // namespace

BOOST_AUTO_TEST_SUITE(index_checks)

BOOST_AUTO_TEST_CASE(a_wrong_place_is_found_though_another_client_merges_its_run_meanwhile) {
    test::DamagedVault damaged;
    const auto vault = damaged.open();
    test::rewriteIndex(*vault, lie);
    const auto other = test::openVault(damaged.store, damaged.keys());
    const auto result = check(*vault, [&] { test::rewriteIndex(*other, changeNothing); });
    BOOST_TEST(result.wrongEntries == 1U);
    BOOST_TEST(result.misplaced.size() == 1U);
    BOOST_TEST(result.distrusted.empty());
}

BOOST_AUTO_TEST_CASE(a_place_that_another_client_puts_right_meanwhile_is_no_problem) {
    test::DamagedVault damaged;
    const auto vault = damaged.open();
    test::rewriteIndex(*vault, lie);
    const auto other = test::openVault(damaged.store, damaged.keys());
    const auto result = check(*vault, [&] {
        test::rewriteIndex(
            *other, [](std::vector<vault::IndexEntry>& entries) { entries[5].location.chunkOffset -= 1; });
    });
    BOOST_TEST(result.problem.empty());
    BOOST_TEST(result.wrongEntries == 0U);
}

BOOST_AUTO_TEST_CASE(packs_that_are_pruned_meanwhile_are_no_problem) {
    test::DamagedVault damaged;
    const auto vault = damaged.open();
    test::rewriteIndex(*vault, lie);
    const auto result = check(*vault, [&] {
        for (const std::string& name : damaged.store.names("packs/")) damaged.store.remove(name);
    });
    BOOST_TEST(result.problem.empty());
}

BOOST_AUTO_TEST_CASE(a_comparison_that_damage_makes_impossible_says_so) {
    test::DamagedVault damaged;
    const auto vault = damaged.open();
    test::rewriteIndex(*vault, lie);
    const auto result = check(*vault, [&] {
        for (const std::string& name : damaged.store.names("index/")) {
            damaged.store.replace(name, base::Bytes(damaged.store.bytesOf(name).size()));
        }
    });
    BOOST_TEST(result.problem.find("could not be compared") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
