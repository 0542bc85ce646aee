// SPDX-License-Identifier: Apache-2.0
// stopped_store_test.cpp: a process that dies, or a store that fails, at every single write of a backup, a
// prune and a repair. Afterwards the vault must be sound, every acknowledged restore point must restore, and
// work must go on.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>

#include "agent/vault/prune.hpp"
#include "agent/vault/repair.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_store.hpp"

namespace {

using test::Fault;
using test::FaultyStore;
using test::MadeTree;
using test::MemoryStore;
using vault::Vault;

const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};
const base::SecretBytes kPassword("correct horse");
constexpr vault::PasswordCost kCheap{4, 1, 1};

/// A restore point that was acknowledged, and what it must restore to.
struct Promise {
    vault::PointRecord point;
    MadeTree tree;
};

using Promises = std::vector<Promise>;

/// What a test begins with: a vault with some history.
struct History {
    MemoryStore store;
    test::ManualClock clock;
    std::optional<vault::VaultKeys> keys;
    Promises promises;
    MadeTree tree;

    History() {
        test::Random random(7);
        tree = test::makeTree(random, 12);
        const auto vault = Vault::create(test::borrowStore(store), kPassword, clock.now(), kCheap);
        keys.emplace(vault->keys());
        for (int i = 0; i < 3; ++i) {
            promises.push_back({test::backUp(*vault, clock, tree, "a").point, tree});
            test::change(tree, random);
        }
    }

    [[nodiscard]] std::unique_ptr<Vault> open(vault::ObjectStore& over) const {
        return Vault::open(test::borrowStore(over), *keys, Vault::JournalNeed::Required);
    }
};

void requireSound(Vault& vault, const std::string& when) {
    const auto report = vault::verify(vault, {vault::VerifyDepth::Data, 1}, kNobodyWatches, {});
    for (const vault::Problem& problem : report.problems) {
        BOOST_ERROR(when << ": " << problem.object << ": " << problem.sentence);
    }
    BOOST_TEST(report.isSound(), when);
}

/// Opens the vault as the next process would and looks at everything that was promised.
void requireKept(const History& history, MemoryStore& store, const Promises& promises,
                 const std::string& when) {
    const auto vault = history.open(store);
    requireSound(*vault, when);
    const vault::VaultState state = vault->state();
    for (const Promise& promise : promises) {
        BOOST_REQUIRE_MESSAGE(state.findPoint(promise.point.id) != nullptr,
                              when << ": a restore point is gone");
        BOOST_REQUIRE_MESSAGE(test::restoresTo(*vault, promise.point, promise.tree),
                              when << ": a restore point does not restore");
    }
}

/// What is tried on a store that fails.
struct Trial {
    /// Damages the store first.
    std::function<void(MemoryStore&)> prepare = [](MemoryStore&) {};
    /// May add promises, or take them back.
    std::function<void(const History&, vault::ObjectStore&, Promises&)> work;
    /// What a person does next.
    std::function<void(const History&, MemoryStore&, Promises&)> after;
    /// The vault must be sound wherever the work was stopped, and not only after what comes next.
    bool isSoundInBetween = true;
};

/// Tries it on a fresh copy of the history again and again, the store failing at its first changing call,
/// then at its second, until the work gets through. Returns how many changes that takes.
std::uint64_t failAtEveryChange(const Trial& trial, Fault fault) {
    const History history;
    const auto objects = history.store.objects();
    for (fault.atChange = 0;; ++fault.atChange) {
        MemoryStore store;
        store.setObjects(objects);
        trial.prepare(store);
        FaultyStore faulty(store);
        Promises promises = history.promises;
        faulty.setFault(fault);
        try {
            trial.work(history, faulty, promises);
        } catch (const base::Error&) {
            // The process is gone; what counts is what it left.
            BOOST_TEST(faulty.hasFailed());
        }
        const std::string text = "stopped at change " + std::to_string(fault.atChange);
        if (trial.isSoundInBetween) requireKept(history, store, promises, text);
        trial.after(history, store, promises);
        requireKept(history, store, promises, text + ", after going on");
        if (!faulty.hasFailed()) return fault.atChange;
    }
}

/// As failAtEveryChange(), for each way in which a store can fail.
void failInEveryWay(const Trial& trial, std::uint64_t fewestChanges) {
    for (const auto when : {Fault::When::Before, Fault::When::After}) {
        Fault fault;
        fault.when = when;
        BOOST_TEST(failAtEveryChange(trial, fault) >= fewestChanges);
        fault.lasts = Fault::Lasts::Once;
        fault.error = base::Error(base::ErrorKind::Exhausted, "TEST-0002", "The store is full");
        BOOST_TEST(failAtEveryChange(trial, fault) >= fewestChanges);
    }
}

void nextBackup(const History& history, MemoryStore& store, Promises& promises) {
    const auto vault = history.open(store);
    promises.push_back({test::backUp(*vault, history.clock, history.tree, "a").point, history.tree});
}

void repair(const History& history, vault::ObjectStore& store) {
    const auto vault = Vault::open(test::borrowStore(store), *history.keys, Vault::JournalNeed::Optional);
    vault::RepairOptions options;
    options.rebuildIndex = true;
    vault::repair(*vault, options, kNobodyWatches, {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(StoppedStore)

BOOST_AUTO_TEST_CASE(a_backup_that_is_stopped_anywhere_loses_nothing) {
    Trial trial;
    trial.work = [](const History& history, vault::ObjectStore& store, Promises& promises) {
        const auto vault = history.open(store);
        promises.push_back({test::backUp(*vault, history.clock, history.tree, "a").point, history.tree});
    };
    trial.after = nextBackup;
    failInEveryWay(trial, 5);
}

BOOST_AUTO_TEST_CASE(a_prune_that_is_stopped_anywhere_loses_nothing) {
    Trial trial;
    trial.work = [](const History& history, vault::ObjectStore& store, Promises& promises) {
        const Promise forgotten = promises.front();
        promises.erase(promises.begin());
        const auto vault = history.open(store);
        vault::forgetPoints(*vault, {forgotten.point.id});
        vault::PruneOptions options;
        options.allowedWaste = 0;
        vault::prune(*vault, history.clock, options, kNobodyWatches, {});
    };
    trial.after = [](const History& history, MemoryStore& store, Promises& promises) {
        {
            const auto vault = history.open(store);
            vault::prune(*vault, history.clock, {}, kNobodyWatches, {});
        }
        nextBackup(history, store, promises);
    };
    failInEveryWay(trial, 5);
}

BOOST_AUTO_TEST_CASE(a_repair_that_is_stopped_anywhere_can_be_run_again) {
    Trial trial;
    trial.isSoundInBetween = false;
    trial.prepare = [](MemoryStore& store) {
        store.truncate(store.names("journal/").front(), 10);
        for (const std::string& name : store.names("index/")) store.flipBit(name, 100);
    };
    trial.work = [](const History& history, vault::ObjectStore& store, Promises&) { repair(history, store); };
    trial.after = [](const History& history, MemoryStore& store, Promises& promises) {
        repair(history, store);
        nextBackup(history, store, promises);
    };
    failInEveryWay(trial, 3);
}

BOOST_AUTO_TEST_CASE(what_a_stopped_backup_stored_is_used_by_the_next) {
    const History history;
    MemoryStore store;
    store.setObjects(history.store.objects());
    test::ManualClock clock;
    test::Random random(11);
    MadeTree large;
    // Two checkpoints' worth of what does not compress, then one pack more.
    for (int i = 0; i < 160; ++i)
        large["large " + std::to_string(1000 + i)] = {random.next() | 1, 4 * base::kMiB};
    FaultyStore faulty(store);
    std::atomic<std::uint64_t> packs = 0;
    // A pack takes four seconds, a checkpoint comes after each minute. A process that is killed writes
    // nothing more; the 36th pack is beyond the second checkpoint.
    faulty.setHook([&](test::StoreCall call, const std::string& name) {
        if (call != test::StoreCall::Commit || !name.starts_with("packs/")) return;
        clock.advance(std::chrono::seconds(4));
        if (++packs == 36) faulty.setFault({0, Fault::When::Before, Fault::Lasts::ForEver});
    });
    {
        const auto vault = history.open(faulty);
        BOOST_CHECK_THROW(test::backUp(*vault, clock, large, "large"), base::Error);
    }
    const auto vault = history.open(store);
    const auto outcome = test::backUp(*vault, clock, large, "large");
    BOOST_TEST(outcome.point.storedBytes < 160 * base::kMiB);
    BOOST_TEST(outcome.point.logicalBytes == 640 * base::kMiB);
    BOOST_TEST(test::restoresTo(*vault, outcome.point, large));
}

BOOST_AUTO_TEST_SUITE_END()
