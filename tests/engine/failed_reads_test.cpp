// SPDX-License-Identifier: Apache-2.0
// failed_reads_test.cpp: a store that fails one question - a read, a size, a listing - and answers all
// others, at every single question of every kind of work. What is said is true, or nothing is said: a disk
// that did not answer is not taken for a vault that lacks something.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>

#include "agent/engine/copy_job.hpp"
#include "agent/vault/prune.hpp"
#include "agent/vault/repair.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using vault::Vault;

const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

using Promises = std::vector<std::pair<vault::PointRecord, test::MadeTree>>;

/// Two points of a changing tree, and what a third one left.
struct History {
    test::MemoryStore store;
    test::ManualClock clock;
    test::MadeTree tree;  // as it will be backed up next
    Promises promises;
    std::optional<vault::VaultKeys> keys;

    History() {
        test::Random random(7);
        for (std::size_t i = 0; i < 8; ++i) tree["file " + std::to_string(i)] = {random.next(), 9'000 * i};
        tree["large"] = {random.next(), 2'200'000};
        const auto vault = test::makeVault(store);
        keys.emplace(vault->keys());
        for (int i = 0; i < 3; ++i) {
            promises.emplace_back(test::backUp(*vault, clock, tree, "a").point, tree);
            test::change(tree, random);
        }
        vault::forgetPoints(*vault, {promises.front().first.id});
        promises.erase(promises.begin());
    }

    static const History& get() {
        static const History history;
        return history;
    }
};

/// A copy of the history, in a store that can be made to fail.
struct Trial {
    test::MemoryStore store;
    test::FaultyStore faulty{store};
    test::ManualClock clock;
    test::MadeTree tree = History::get().tree;
    Promises promises = History::get().promises;
    const vault::VaultKeys& keys = *History::get().keys;
    std::atomic<std::uint64_t> questions = 0;

    Trial() { store.setObjects(History::get().store.objects()); }

    void failAt(std::uint64_t question) {
        faulty.setHook([this, question](test::StoreCall call, const std::string& name) {
            if (test::changesStore(call) || call == test::StoreCall::StartUpload) return;
            if (questions++ != question) return;
            throw base::Error(base::ErrorKind::Unavailable, "TEST-0009", "Input/output error at " + name, {},
                              base::Retry::Later);
        });
    }

    [[nodiscard]] std::unique_ptr<Vault> open() {
        return test::openVault(faulty, keys, Vault::JournalNeed::Optional);
    }

    void requireKept(const std::string& when) {
        const auto vault = test::openVault(store, keys);
        const auto report = vault::verify(*vault, {vault::VerifyDepth::Data, 1}, kNobodyWatches, {});
        for (const vault::Problem& problem : report.problems)
            BOOST_ERROR(when << ": " << problem.object << ": " << problem.sentence);
        BOOST_TEST_REQUIRE(report.isSound(), when);
        for (const auto& [point, expected] : promises) {
            BOOST_REQUIRE_MESSAGE(vault->state().findPoint(point.id) != nullptr, when << ": a point is gone");
            BOOST_REQUIRE_MESSAGE(test::restoresTo(*vault, point, expected), when << ": it is not whole");
        }
    }
};

/// Does `work` with the first question failing, then with the second, until none fails. It throws the store's
/// own error, or ends with something true, which it checks itself.
void failEveryQuestion(const std::function<void(Trial&)>& work) {
    std::uint64_t thrown = 0;
    for (std::uint64_t question = 0;; ++question) {
        Trial trial;
        trial.failAt(question);
        const std::string when = "question " + std::to_string(question);
        try {
            work(trial);
        } catch (const base::Error& error) {
            ++thrown;
            BOOST_TEST(error.code() == "TEST-0009", when << ": " << error.describe());
        }
        const bool wasAsked = trial.questions > question;
        trial.faulty.setHook({});
        trial.requireKept(when);
        if (!wasAsked) break;
    }
    BOOST_TEST(thrown > 3U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(FailedReads)

BOOST_AUTO_TEST_CASE(a_backup_is_whole_or_fails) {
    failEveryQuestion([](Trial& trial) {
        const auto vault = trial.open();
        trial.promises.emplace_back(test::backUp(*vault, trial.clock, trial.tree, "a").point, trial.tree);
    });
}

BOOST_AUTO_TEST_CASE(a_restore_brings_everything_or_fails) {
    failEveryQuestion([](Trial& trial) {
        const auto vault = trial.open();
        const auto& [point, expected] = trial.promises.back();
        BOOST_TEST(test::restoresTo(*vault, point, expected));
    });
}

BOOST_AUTO_TEST_CASE(a_verify_takes_nothing_for_damage) {
    failEveryQuestion([](Trial& trial) {
        const auto vault = trial.open();
        const vault::VerifyOptions options{vault::VerifyDepth::Data, 3};
        BOOST_TEST(vault::verify(*vault, options, kNobodyWatches, {}).isSound());
    });
}

BOOST_AUTO_TEST_CASE(a_prune_removes_nothing_that_is_needed) {
    failEveryQuestion([](Trial& trial) {
        const auto vault = trial.open();
        vault::PruneOptions options;
        options.allowedWaste = 0;
        options.workers = 3;
        vault::prune(*vault, trial.clock, options, kNobodyWatches, {});
    });
}

BOOST_AUTO_TEST_CASE(a_repair_takes_nothing_for_lost) {
    for (const bool rebuildIndex : {false, true}) {
        failEveryQuestion([rebuildIndex](Trial& trial) {
            const auto vault = trial.open();
            const auto report = vault::repair(*vault, {1, false, rebuildIndex}, kNobodyWatches, {});
            BOOST_TEST(report.chunksLost == 0U);
            BOOST_TEST(report.damagedPoints.empty());
        });
    }
}

BOOST_AUTO_TEST_CASE(a_copy_is_whole_or_fails_whichever_vault_does_not_answer) {
    failEveryQuestion([](Trial& trial) {
        test::MemoryStore mirrorStore;
        const auto mirror = test::makeVault(mirrorStore);
        const auto vault = trial.open();
        engine::Progress progress;
        const auto& [point, expected] = trial.promises.back();
        const auto outcome = engine::copyPoint(*vault, *mirror, point, 2, trial.clock, progress, {});
        BOOST_TEST(outcome.newFaults == 0U);
        BOOST_TEST(test::restoresTo(*mirror, outcome.point, expected));
    });
    failEveryQuestion([](Trial& trial) {
        Trial other;
        const auto source = test::openVault(other.store, other.keys);
        const auto vault = trial.open();
        engine::Progress progress;
        const auto& [point, expected] = other.promises.back();
        const auto outcome = engine::copyPoint(*source, *vault, point, 2, trial.clock, progress, {});
        BOOST_TEST(outcome.newFaults == 0U);
        trial.promises.emplace_back(outcome.point, expected);
    });
}

BOOST_AUTO_TEST_SUITE_END()
