// SPDX-License-Identifier: Apache-2.0
// refused_threads_test.cpp: a system that starts no more threads, at every single start of one. What was
// begun ends, with fewer threads or with a clear error, and never waits for a thread that is not there.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>

#include "agent/vault/prune.hpp"
#include "agent/vault/verify.hpp"
#include "tests/support/linux/thread_limit.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_store.hpp"

namespace {

using vault::Vault;

const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

/// A vault whose store takes several uploads at once, with one restore point to keep.
struct Promised {
    test::MemoryStore store;
    test::ManualClock clock;
    test::MadeTree tree;
    std::unique_ptr<Vault> vault;
    std::optional<vault::PointRecord> point;

    Promised() {
        store.setParallelUploads(3);
        test::Random random(5);
        tree = test::makeTree(random, 12);
        vault = Vault::create(test::borrowStore(store), base::SecretBytes("correct horse"), clock.now(),
                              {4, 1, 1});
        point = test::backUp(*vault, clock, tree, "a").point;
        test::change(tree, random);
    }
};

/// Runs `work` with no thread, then with one more each time, until none is refused. Returns how often it was
/// refused for good.
int startFewerThreads(const std::function<void()>& work) {
    int gaveUp = 0;
    for (std::size_t threads = 0;; ++threads) {
        const test::ThreadLimit limit(threads);
        try {
            work();
        } catch (const base::Error& error) {
            BOOST_TEST(error.code() == "BASE-0006", error.describe());
            BOOST_TEST(limit.refused() != 0U);
            ++gaveUp;
        }
        if (limit.refused() == 0) return gaveUp;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(RefusedThreads)

BOOST_AUTO_TEST_CASE(a_backup_that_gets_too_few_threads_ends_and_loses_nothing) {
    Promised promised;
    int made = 0;
    const int gaveUp = startFewerThreads([&] {
        const auto outcome = test::backUp(*promised.vault, promised.clock, promised.tree, "a");
        const test::ThreadLimit enough(100);
        BOOST_TEST(test::restoresTo(*promised.vault, outcome.point, promised.tree));
        ++made;
    });
    // Three commit, one stores; from then on it only lacks a worker, and one will do.
    BOOST_TEST(gaveUp == 5);
    BOOST_TEST(made >= 1);
    BOOST_TEST(vault::verify(*promised.vault, {vault::VerifyDepth::Data, 1}, kNobodyWatches, {}).isSound());
}

BOOST_AUTO_TEST_CASE(a_restore_that_gets_too_few_threads_ends) {
    Promised promised;
    const int gaveUp =
        startFewerThreads([&] { BOOST_TEST(!test::restore(*promised.vault, *promised.point).empty()); });
    BOOST_TEST(gaveUp == 1);
}

BOOST_AUTO_TEST_CASE(a_verify_and_a_prune_do_with_the_threads_they_get) {
    Promised promised;
    const int gaveUp = startFewerThreads([&] {
        const vault::VerifyOptions options{vault::VerifyDepth::Data, 4};
        BOOST_TEST(vault::verify(*promised.vault, options, kNobodyWatches, {}).isSound());
    });
    BOOST_TEST(gaveUp == 0);
    startFewerThreads([&] {
        vault::PruneOptions options;
        options.allowedWaste = 0;
        options.workers = 4;
        vault::prune(*promised.vault, promised.clock, options, kNobodyWatches, {});
    });
    BOOST_TEST(vault::verify(*promised.vault, {vault::VerifyDepth::Data, 1}, kNobodyWatches, {}).isSound());
}

BOOST_AUTO_TEST_SUITE_END()
