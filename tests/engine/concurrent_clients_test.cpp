// SPDX-License-Identifier: Apache-2.0
// concurrent_clients_test.cpp: two clients back up at once while a third forgets and prunes, with random
// delays at every call to the store and clocks that are years apart. Nothing may be lost.
#include <array>
#include <boost/test/unit_test.hpp>
#include <mutex>
#include <optional>
#include <thread>

#include "agent/vault/prune.hpp"
#include "agent/vault/verify.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_store.hpp"

namespace {

using test::MadeTree;
using vault::Vault;

constexpr int kRounds = 100;
constexpr std::size_t kPointsKept = 6;
constexpr std::int64_t kYear = 365 * 24 * 3600;
const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

/// Waits at some of the calls, so that the threads meet in ever new ways.
test::FaultyStore::Hook delays(std::uint64_t seed) {
    auto random = std::make_shared<test::Random>(seed);
    auto mutex = std::make_shared<std::mutex>();
    return [random, mutex](test::StoreCall, const std::string&) {
        std::uint64_t microseconds = 0;
        {
            const std::lock_guard lock(*mutex);
            microseconds = random->below(4) == 0 ? random->below(3000) : 0;
        }
        if (microseconds != 0) std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    };
}

struct Client {
    test::FaultyStore store;
    test::ManualClock clock;
    test::Random random;
    MadeTree tree;
    std::string name;

    Client(vault::ObjectStore& shared, std::string clientName, std::uint64_t seed, std::int64_t time)
        : store(shared), clock(time), random(seed), name(std::move(clientName)) {
        store.setHook(delays(seed));
    }
};

struct Promise {
    vault::PointRecord point;
    MadeTree tree;
};

/// A vault that the clients share, and what it has promised.
class Shared final {
public:
    Shared() {
        // Several threads commit packs, and write checkpoints, at once.
        store_.setParallelUploads(4);
        const auto vault = Vault::create(test::borrowStore(store_), base::SecretBytes("correct horse"),
                                         test::ManualClock().now(), {4, 1, 1});
        keys_.emplace(vault->keys());
    }

    [[nodiscard]] vault::ObjectStore& store() noexcept { return store_; }
    [[nodiscard]] std::unique_ptr<Vault> open(vault::ObjectStore& over) const {
        return Vault::open(test::borrowStore(over), *keys_, Vault::JournalNeed::Required);
    }

    void backUp(Client& client) {
        test::change(client.tree, client.random);
        const auto vault = open(client.store);
        const auto outcome = test::backUp(*vault, client.clock, client.tree, client.name);
        const std::lock_guard lock(mutex_);
        promises_.push_back({outcome.point, client.tree});
    }

    void forgetAndPrune(Client& client) {
        std::vector<vault::PointId> forgotten;
        {
            const std::lock_guard lock(mutex_);
            while (promises_.size() > kPointsKept) {
                const auto chosen =
                    promises_.begin() + static_cast<std::ptrdiff_t>(client.random.below(kPointsKept));
                forgotten.push_back(chosen->point.id);
                promises_.erase(chosen);
            }
        }
        const auto vault = open(client.store);
        vault::forgetPoints(*vault, forgotten);
        vault::PruneOptions options;
        options.allowedWaste = 0;
        options.workers = 2;
        // The clocks are wrong by years; a session must not be taken for dead only because of that.
        options.sessionTimeout = std::chrono::hours(24 * 365 * 100);
        vault::prune(*vault, client.clock, options, kNobodyWatches, {});
    }

    void requireKept(const std::string& when) {
        const auto vault = open(store_);
        const auto report = vault::verify(*vault, {vault::VerifyDepth::Data, 2}, kNobodyWatches, {});
        for (const vault::Problem& problem : report.problems) {
            BOOST_ERROR(when << ": " << problem.object << ": " << problem.sentence);
        }
        BOOST_TEST_REQUIRE(report.isSound(), when);
        for (const Promise& promise : promises_) {
            BOOST_REQUIRE_MESSAGE(test::restoresTo(*vault, promise.point, promise.tree),
                                  when << ": a restore point does not restore");
        }
    }

    /// Once nobody writes, garbage does not stay.
    void requireNoGarbage() {
        const auto vault = open(store_);
        vault::PruneOptions options;
        options.allowedWaste = 0;
        vault::prune(*vault, test::ManualClock(), options, kNobodyWatches, {});
        const auto after = vault::prune(*vault, test::ManualClock(), options, kNobodyWatches, {});
        BOOST_TEST(after.chunksRemoved == 0);
        BOOST_TEST(after.leftoversRemoved == 0);
        BOOST_TEST(store_.names("points/").size() == promises_.size());
    }

private:
    test::MemoryStore store_;
    std::optional<vault::VaultKeys> keys_;
    std::mutex mutex_;  // guards promises_ while clients work
    std::vector<Promise> promises_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ConcurrentClients)

BOOST_AUTO_TEST_CASE(two_back_up_while_a_third_prunes) {
    Shared shared;
    constexpr std::int64_t kNow = 1'800'000'000;
    Client first(shared.store(), "first", 1, kNow);
    Client second(shared.store(), "second", 2, kNow - 3 * kYear);
    Client pruner(shared.store(), "pruner", 3, kNow + 2 * kYear);
    first.tree = test::makeTree(first.random, 10);
    second.tree = first.tree;  // much in common, so that they rely on each other's chunks
    for (int round = 0; round < kRounds; ++round) {
        std::array<std::exception_ptr, 3> failures;
        {
            const auto catching = [&](std::size_t index, auto work) {
                return std::jthread([&failures, index, work] {
                    try {
                        work();
                    } catch (...) {
                        failures[index] = std::current_exception();
                    }
                });
            };
            const auto a = catching(0, [&] { shared.backUp(first); });
            const auto b = catching(1, [&] { shared.backUp(second); });
            const auto c = catching(2, [&] { shared.forgetAndPrune(pruner); });
        }
        for (const std::exception_ptr& failure : failures) {
            if (failure) std::rethrow_exception(failure);
        }
        if (round % 10 == 9) shared.requireKept("round " + std::to_string(round));
    }
    shared.requireKept("at the end");
    shared.requireNoGarbage();
}

BOOST_AUTO_TEST_CASE(a_writer_that_was_taken_for_dead_says_so_and_loses_nothing_of_others) {
    Shared shared;
    Client sleeper(shared.store(), "sleeper", 1, 1'800'000'000);
    Client other(shared.store(), "other", 2, 1'800'000'000);
    sleeper.tree = test::makeTree(sleeper.random, 6);
    other.tree = sleeper.tree;
    shared.backUp(other);

    // It falls asleep right before its last word, and a prune days later takes what it had stored.
    bool isAsleep = false;
    sleeper.store.setHook([&](test::StoreCall call, const std::string& name) {
        if (isAsleep || call != test::StoreCall::Create || !name.starts_with("points/")) return;
        isAsleep = true;
        const auto vault = shared.open(shared.store());
        test::ManualClock later(1'800'000'000 + 30 * 24 * 3600);
        const auto report = vault::prune(*vault, later, {}, kNobodyWatches, {});
        BOOST_TEST(report.sessionsEnded == 1U);
    });
    BOOST_CHECK_EXCEPTION(shared.backUp(sleeper), base::Error,
                          [](const base::Error& error) { return error.code() == "VAULT-0010"; });
    shared.requireKept("after the sleeper was refused");
    shared.backUp(sleeper);
    shared.requireKept("after the sleeper tried again");
}

BOOST_AUTO_TEST_SUITE_END()
