// SPDX-License-Identifier: Apache-2.0
// parallel_commits_test.cpp: a store that takes several uploads at once, so that packs become durable on
// several threads, and checkpoints meet.
#include <atomic>
#include <boost/test/unit_test.hpp>

#include "agent/vault/verify.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/memory_store.hpp"

namespace {

using vault::Vault;

constexpr std::size_t kUploads = 4;
constexpr std::size_t kFiles = 60;
const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

/// Time flies: whoever looks at it finds that the next checkpoint is due.
class HastyClock final : public platform::Clock {
public:
    [[nodiscard]] platform::Timestamp now() const override { return {1'800'000'000, 0}; }
    [[nodiscard]] std::chrono::nanoseconds steady() const override {
        return std::chrono::hours(looks_.fetch_add(1, std::memory_order_relaxed));
    }

private:
    mutable std::atomic<int> looks_ = 0;
};

/// Files that do not compress: several packs' worth.
test::MadeTree makeLargeTree(test::Random& random) {
    test::MadeTree tree;
    for (std::size_t i = 0; i < kFiles; ++i)
        tree["large " + std::to_string(i)] = {random.next() | 1, 2 * base::kMiB};
    return tree;
}

struct Fixture {
    test::MemoryStore store;
    test::FaultyStore faulty{store};
    HastyClock clock;
    test::Random random{9};
    test::MadeTree tree = makeLargeTree(random);
    std::unique_ptr<Vault> vault;

    Fixture() {
        store.setParallelUploads(kUploads);
        vault = Vault::create(test::borrowStore(faulty), base::SecretBytes("correct horse"), clock.now(),
                              {4, 1, 1});
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ParallelCommits)

BOOST_FIXTURE_TEST_CASE(checkpoints_that_are_due_on_several_threads_at_once_lose_no_chunk, Fixture) {
    const auto outcome = test::backUp(*vault, clock, tree, "a");
    // Each checkpoint is an entry; without them there would be two, for the session and for the point.
    BOOST_TEST(vault->state().sequence > 5U);
    BOOST_TEST(vault::verify(*vault, {vault::VerifyDepth::Data, 2}, kNobodyWatches, {}).isSound());
    BOOST_TEST(test::restoresTo(*vault, outcome.point, tree));
}

BOOST_FIXTURE_TEST_CASE(a_commit_that_fails_on_one_thread_ends_the_run_and_what_was_stored_is_used, Fixture) {
    for (std::uint64_t atChange = 2;; ++atChange) {
        faulty.setFault({atChange, test::Fault::When::Before, test::Fault::Lasts::Once,
                         base::Error(base::ErrorKind::Exhausted, "TEST-0002", "The store is full")});
        try {
            test::backUp(*vault, clock, tree, "a");
        } catch (const base::Error& error) {
            BOOST_TEST(error.code() == "TEST-0002", error.describe());
        }
        const bool hasFailed = faulty.hasFailed();
        faulty.clearFault();
        BOOST_TEST(vault::verify(*vault, {vault::VerifyDepth::Data, 2}, kNobodyWatches, {}).isSound());
        if (!hasFailed) break;
    }
    const auto outcome = test::backUp(*vault, clock, tree, "a");
    BOOST_TEST(outcome.point.storedBytes < base::kMiB);
    BOOST_TEST(test::restoresTo(*vault, outcome.point, tree));
}

BOOST_AUTO_TEST_SUITE_END()
