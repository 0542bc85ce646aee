// SPDX-License-Identifier: Apache-2.0
// prune_test.cpp: only what nobody needs is removed, whoever is at work meanwhile.
#include "agent/vault/prune.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <set>

#include "agent/vault/pack_format.hpp"
#include "agent/vault/store_session.hpp"
#include "agent/vault/verify.hpp"
#include "platform/base/error.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using vault::PruneOptions;
using vault::PruneReport;

const vault::StageProgress kNoProgress = [](const std::string&, std::uint64_t, std::uint64_t) {};

auto hasCode(const char* code) {
    return [code](const base::Error& error) { return error.code() == code; };
}

struct Pruned {
    vault::PointRecord add(const test::Contents& contents) {
        clock.advance(std::chrono::hours(1));
        const auto point = test::writePoint(*vault, clock, contents);
        expected[point.id] = contents;
        return point;
    }
    vault::PointRecord addRandom(std::size_t objects = 5, std::size_t bytesEach = 20'000) {
        return add(test::makeContents(random, std::to_string(expected.size()) + "-", objects, bytesEach));
    }
    void forget(const vault::PointRecord& point) {
        BOOST_TEST(vault::forgetPoints(*vault, {point.id}) == 1U);
        expected.erase(point.id);
    }
    PruneReport prune(double allowedWaste = 0.05) {
        PruneOptions options;
        options.allowedWaste = allowedWaste;
        options.workers = 2;
        return vault::prune(*vault, clock, options, kNoProgress, {});
    }
    std::uint64_t bytesIn(const std::string& folder) {
        std::uint64_t total = 0;
        for (const std::string& name : store.names(folder)) total += store.bytesOf(name).size();
        return total;
    }
    /// Every point reads back whole, for another client, and verify finds nothing.
    void expectWhole() {
        const auto other = test::openVault(store, keys);
        BOOST_TEST(other->state().points.size() == expected.size());
        for (const auto& point : other->state().points) {
            BOOST_REQUIRE(expected.contains(point.id));
            BOOST_TEST((test::readPoint(*other, point).contents == expected.at(point.id)));
        }
        BOOST_TEST(vault::verify(*other, {vault::VerifyDepth::Data, 1}, kNoProgress, {}).isSound());
    }
    /// What can be read of all points.
    std::map<vault::PointId, test::Contents> readAll() {
        std::map<vault::PointId, test::Contents> contents;
        const auto other = test::openVault(store, keys);
        for (const auto& point : other->state().points) {
            contents[point.id] = test::readPoint(*other, point).contents;
        }
        return contents;
    }
    /// Nothing lies in the store that the journal does not know.
    void expectNoLeftovers() {
        const auto other = test::openVault(store, keys);
        std::set<std::string> known;
        for (const auto& run : other->index().runs()) {
            known.insert(vault::runName(run->info().id));
            for (const auto& pack : run->packs()) known.insert(vault::packName(pack));
        }
        for (const auto& point : other->state().points) known.insert(vault::pointName(point.id));
        for (const char* folder : {"packs/", "index/", "points/"}) {
            for (const std::string& name : store.names(folder)) BOOST_TEST(known.contains(name), name);
        }
        BOOST_TEST(other->state().condemnedPacks.empty());
        BOOST_TEST(other->state().sessions.empty());
    }

    test::MemoryStore store;
    test::FaultyStore faulty{store};
    test::ManualClock clock;
    test::Random random{1};
    std::unique_ptr<vault::Vault> vault = test::makeVault(faulty);
    const vault::VaultKeys keys = vault->keys();
    std::map<vault::PointId, test::Contents> expected;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pruning)

BOOST_AUTO_TEST_CASE(nothing_is_removed_while_every_point_is_kept) {
    Pruned fixture;
    fixture.addRandom();
    fixture.addRandom();
    const auto packs = fixture.store.names("packs/");
    const PruneReport report = fixture.prune();
    BOOST_TEST(report.packsRemoved + report.packsRewritten + report.chunksRemoved == 0U);
    BOOST_TEST(report.packsBefore == packs.size());
    BOOST_TEST(fixture.store.names("packs/") == packs, boost::test_tools::per_element());
    fixture.expectWhole();
}

BOOST_AUTO_TEST_CASE(what_a_forgotten_point_alone_needed_is_removed) {
    Pruned fixture;
    const auto first = fixture.addRandom();
    fixture.addRandom();
    const std::uint64_t before = fixture.bytesIn("packs/");
    fixture.forget(first);
    const PruneReport report = fixture.prune();
    BOOST_TEST(report.packsRemoved >= 1U);
    BOOST_TEST(report.chunksRemoved >= 25U);
    const std::uint64_t freed = before - fixture.bytesIn("packs/");
    BOOST_TEST(freed >= 100'000U);
    BOOST_TEST(report.bytesRemoved - report.bytesWritten == freed);
    fixture.expectWhole();
    fixture.expectNoLeftovers();
}

BOOST_AUTO_TEST_CASE(what_another_point_shares_stays) {
    Pruned fixture;
    auto contents = test::makeContents(fixture.random, "shared", 10, 30'000);
    contents["changing"] = fixture.random.bytes(200'000);
    const auto first = fixture.add(contents);
    contents["changing"] = fixture.random.bytes(200'000);
    fixture.add(contents);
    fixture.forget(first);
    const PruneReport report = fixture.prune(0);
    BOOST_TEST(report.packsRewritten >= 1U);
    BOOST_TEST(fixture.bytesIn("packs/") < 620'000U);
    fixture.expectWhole();
    fixture.expectNoLeftovers();
}

BOOST_AUTO_TEST_CASE(waste_that_is_allowed_is_not_rewritten) {
    Pruned fixture;
    auto contents = test::makeContents(fixture.random, "shared", 10, 30'000);
    contents["changing"] = fixture.random.bytes(20'000);
    const auto first = fixture.add(contents);
    contents["changing"] = fixture.random.bytes(20'000);
    fixture.add(contents);
    fixture.forget(first);
    const PruneReport lazy = fixture.prune(0.9);
    BOOST_TEST(lazy.packsRewritten == 0U);
    fixture.expectWhole();
    const PruneReport strict = fixture.prune(0);
    BOOST_TEST(strict.packsRewritten >= 1U);
    fixture.expectWhole();
    const PruneReport again = fixture.prune(0);
    BOOST_TEST(again.packsRewritten + again.packsRemoved + again.chunksRemoved == 0U);
}

BOOST_AUTO_TEST_CASE(many_small_packs_become_few) {
    Pruned fixture;
    for (int i = 0; i < 20; ++i) fixture.addRandom(2, 5000);
    BOOST_TEST(fixture.store.names("packs/").size() >= 40U);
    fixture.prune();
    BOOST_TEST(fixture.store.names("packs/").size() <= 4U);
    fixture.expectWhole();
    fixture.expectNoLeftovers();
}

BOOST_AUTO_TEST_CASE(a_vault_without_points_becomes_empty) {
    Pruned fixture;
    fixture.forget(fixture.addRandom());
    fixture.prune();
    BOOST_TEST(fixture.store.names("packs/").empty());
    fixture.expectWhole();
    fixture.expectNoLeftovers();
}

BOOST_AUTO_TEST_CASE(a_dry_run_tells_the_same_and_changes_nothing) {
    Pruned fixture;
    const auto first = fixture.addRandom();
    fixture.addRandom();
    fixture.forget(first);
    const auto before = fixture.store.objects();
    PruneOptions options;
    options.dryRun = true;
    const PruneReport foretold = vault::prune(*fixture.vault, fixture.clock, options, kNoProgress, {});
    BOOST_TEST((fixture.store.objects() == before));
    const PruneReport report = fixture.prune();
    BOOST_TEST(foretold.packsRemoved == report.packsRemoved);
    BOOST_TEST(foretold.packsRewritten == report.packsRewritten);
    BOOST_TEST(foretold.chunksRemoved == report.chunksRemoved);
    BOOST_TEST(foretold.bytesRemoved == report.bytesRemoved);
}

BOOST_AUTO_TEST_CASE(a_session_at_work_keeps_its_packs_announced_or_not) {
    Pruned fixture;
    fixture.forget(fixture.addRandom());
    const auto contents = test::makeContents(fixture.random, "mine", 5, 20'000);
    const auto writer = test::openVault(fixture.store, fixture.keys);
    vault::StoreSession session(*writer, fixture.clock, "writer");
    // A pack of a writer that has not told of it yet, as far as the journal knows.
    const std::string unannounced = vault::packName(fixture.random.id<vault::PackId>());
    fixture.store.replace(unannounced, fixture.random.bytes(5000));
    auto point = test::storeContents(session, fixture.clock, contents);
    const PruneReport report = fixture.prune();
    BOOST_TEST(report.openSessions >= 1U);
    BOOST_TEST(report.sessionsEnded == 0U);
    BOOST_TEST(report.packsRemoved >= 1U);
    BOOST_TEST(fixture.store.contains(unannounced));
    if (session.commit(point) == vault::StoreSession::Commit::CheckReliance) {
        point = test::storeContents(session, fixture.clock, contents);
        BOOST_TEST((session.commit(point) == vault::StoreSession::Commit::Done));
    }
    fixture.expected[point.id] = contents;
    fixture.expectWhole();
    BOOST_TEST(fixture.prune().leftoversRemoved == 1U);
    BOOST_TEST(!fixture.store.contains(unannounced));
    fixture.expectWhole();
    fixture.expectNoLeftovers();
}

BOOST_AUTO_TEST_CASE(a_writer_that_relied_on_what_a_prune_took_must_check_and_stores_it_again) {
    Pruned fixture;
    const auto contents = test::makeContents(fixture.random, "same", 5, 20'000);
    const auto old = fixture.add(contents);
    fixture.addRandom();
    const auto writer = test::openVault(fixture.store, fixture.keys);
    vault::StoreSession session(*writer, fixture.clock, "writer");
    auto point = test::storeContents(session, fixture.clock, contents);  // stores nothing: it is all there
    BOOST_TEST(point.newBytes == 0U);
    fixture.forget(old);
    BOOST_TEST(fixture.prune().packsRemoved >= 1U);
    BOOST_TEST((session.commit(point) == vault::StoreSession::Commit::CheckReliance));
    point = test::storeContents(session, fixture.clock, contents);
    BOOST_TEST(point.newBytes > 100'000U);
    BOOST_TEST((session.commit(point) == vault::StoreSession::Commit::Done));
    fixture.expected[point.id] = contents;
    fixture.expectWhole();
}

BOOST_AUTO_TEST_CASE(a_point_committed_in_the_middle_of_a_prune_is_whole) {
    // Commits at every moment at which the prune calls the store.
    for (std::uint64_t moment = 0;; ++moment) {
        Pruned fixture;
        const auto contents = test::makeContents(fixture.random, "same", 3, 10'000);
        const auto old = fixture.add(contents);
        fixture.addRandom(2, 10'000);
        fixture.forget(old);
        const auto writer = test::openVault(fixture.store, fixture.keys);
        std::atomic<std::uint64_t> calls = 0;  // made by several threads
        bool isDone = false;
        fixture.faulty.setHook([&](test::StoreCall, const std::string&) {
            if (calls++ != moment) return;
            isDone = true;
            const auto point = test::writePoint(*writer, fixture.clock, contents);
            fixture.expected[point.id] = contents;
        });
        fixture.prune(0);
        fixture.faulty.setHook({});
        BOOST_TEST_CONTEXT("moment " << moment) {
            fixture.expectWhole();
            fixture.prune(0);
            fixture.expectWhole();
            fixture.expectNoLeftovers();
        }
        if (!isDone) break;
    }
}

BOOST_AUTO_TEST_CASE(a_dead_session_is_ended_and_what_it_left_is_removed) {
    Pruned fixture;
    fixture.addRandom();
    const auto writer = test::openVault(fixture.store, fixture.keys);
    const auto contents = test::makeContents(fixture.random, "mine", 5, 20'000);
    vault::StoreSession session(*writer, fixture.clock, "sleeper");
    const auto point = test::storeContents(session, fixture.clock, contents);
    fixture.clock.advance(std::chrono::hours(71));
    BOOST_TEST(fixture.prune().sessionsEnded == 0U);
    fixture.clock.advance(std::chrono::hours(2));
    const PruneReport report = fixture.prune();
    BOOST_TEST(report.sessionsEnded == 1U);
    BOOST_TEST(report.packsRemoved >= 1U);
    BOOST_CHECK_EXCEPTION(session.commit(point), base::Error, hasCode("VAULT-0010"));
    fixture.expectWhole();
    fixture.prune();  // of the record of the point that did not come to be
    fixture.expectNoLeftovers();
}

BOOST_AUTO_TEST_CASE(a_prune_that_may_not_look_for_unfinished_uploads_goes_on_and_says_so) {
    Pruned fixture;
    const auto point = fixture.addRandom();
    fixture.addRandom();
    fixture.forget(point);
    test::FaultyStore store(fixture.store);
    store.setSweepError({base::ErrorKind::Denied, "TEST-0002", "Uploads may not be listed", ""});
    const auto vault = test::openVault(store, fixture.keys);
    const PruneReport report = vault::prune(*vault, fixture.clock, {0.0}, kNoProgress, {});
    BOOST_TEST(report.packsRemoved >= 1U);
    BOOST_TEST(report.sweepRefusal.find("Uploads may not be listed") != std::string::npos);
    BOOST_TEST(fixture.prune().sweepRefusal.empty());
    fixture.expectWhole();
}

BOOST_AUTO_TEST_CASE(a_prune_stopped_at_any_change_is_finished_by_the_next) {
    for (const auto when : {test::Fault::When::Before, test::Fault::When::After}) {
        for (std::uint64_t change = 0;; ++change) {
            Pruned fixture;
            const auto shared = test::makeContents(fixture.random, "shared", 3, 10'000);
            auto contents = shared;
            contents["only here"] = fixture.random.bytes(30'000);
            const auto first = fixture.add(contents);
            fixture.add(shared);
            fixture.forget(first);
            test::Fault fault;
            fault.atChange = change;
            fault.when = when;
            fixture.faulty.setFault(fault);
            bool isStopped = false;
            try {
                fixture.prune(0);
            } catch (const base::Error& error) {
                BOOST_TEST(error.code() == "TEST-0001");
                isStopped = true;
            }
            fixture.faulty.clearFault();
            BOOST_TEST_CONTEXT("change " << change) {
                fixture.expectWhole();
                fixture.vault = test::openVault(fixture.faulty, fixture.keys);
                fixture.clock.advance(std::chrono::hours(100));  // its session has died with it
                fixture.prune(0);
                fixture.expectWhole();
                fixture.expectNoLeftovers();
                BOOST_TEST(fixture.bytesIn("packs/") < 50'000U);
            }
            if (!isStopped) break;
        }
    }
}

BOOST_AUTO_TEST_CASE(pruning_a_damaged_vault_takes_nothing_that_can_be_read) {
    Pruned fixture;
    const auto first = fixture.addRandom();
    fixture.addRandom();
    fixture.forget(first);
    const auto whole = fixture.store.objects();
    for (const char* folder : {"index/", "packs/"}) {
        for (const std::string& name : fixture.store.names(folder)) {
            fixture.store.truncate(name, 50);
            fixture.vault = test::openVault(fixture.faulty, fixture.keys);
            const auto before = fixture.store.objects();
            const auto readable = fixture.readAll();
            try {
                fixture.prune();
            } catch (const base::Error& error) {
                BOOST_TEST(error.code() == "VAULT-0015");
                for (const auto& [object, content] : before)
                    BOOST_TEST(fixture.store.contains(object), object);
            }
            BOOST_TEST((fixture.readAll() == readable));
            fixture.store.setObjects(whole);
        }
    }
}

BOOST_AUTO_TEST_CASE(forgetting_twice_counts_once) {
    Pruned fixture;
    const auto point = fixture.addRandom();
    BOOST_TEST(vault::forgetPoints(*fixture.vault, {}) == 0U);
    BOOST_TEST(vault::forgetPoints(*fixture.vault, {point.id, fixture.random.id<vault::PointId>()}) == 1U);
    BOOST_TEST(vault::forgetPoints(*fixture.vault, {point.id}) == 0U);
    BOOST_TEST(fixture.store.names("points/").empty());
}

BOOST_AUTO_TEST_SUITE_END()
