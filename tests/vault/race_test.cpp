// SPDX-License-Identifier: Apache-2.0
// race_test.cpp: clients, prunes and repairs that meet in unlucky ways, each played out step by step.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <functional>

#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/prune.hpp"
#include "agent/vault/repair.hpp"
#include "agent/vault/run_merge.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using test::Contents;
using vault::PointRecord;
using vault::StoreSession;
using vault::Vault;

constexpr std::size_t kBytesEach = 300'000;
// Enough entries that a prune drops the journal's first ones.
constexpr int kLongSleep = 700;
const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

/// A vault that several clients have open.
struct Fixture {
    test::MemoryStore store;
    test::ManualClock clock;
    test::Random random{1};
    std::unique_ptr<Vault> vault = test::makeVault(store);
    vault::VaultKeys keys = vault->keys();

    [[nodiscard]] std::unique_ptr<Vault> open(vault::ObjectStore& over) const {
        return test::openVault(over, keys);
    }
    [[nodiscard]] Contents contents(const std::string& prefix, std::size_t objects) {
        return test::makeContents(random, prefix, objects, kBytesEach);
    }
    vault::PruneReport prune(Vault& with) const {
        vault::PruneOptions options;
        options.sessionTimeout = std::chrono::hours(24 * 365 * 100);  // a repair looks at the machine's clock
        return vault::prune(with, clock, options, kNobodyWatches, {});
    }
    vault::RepairReport rebuild(Vault& with) const {
        vault::RepairOptions options;
        options.rebuildIndex = true;
        return vault::repair(with, options, kNobodyWatches, {});
    }
    /// Others work for so long that the journal's first entries are dropped.
    void passTime() {
        for (int i = 0; i < kLongSleep; ++i) StoreSession(*vault, clock, "busy").close();
        prune(*vault);
    }
    void requireWhole(const PointRecord& point, const Contents& expected) const {
        test::MemoryStore copy;
        copy.setObjects(store.objects());
        const auto reader = open(copy);
        BOOST_REQUIRE_MESSAGE(reader->state().findPoint(point.id) != nullptr, "the point is not listed");
        BOOST_TEST_REQUIRE((test::readPoint(*reader, point).contents == expected));
    }
};

/// Does something at the first upload of an index run through a store.
void atFirstRun(test::FaultyStore& store, std::function<void()> work) {
    auto isDone = std::make_shared<bool>(false);
    store.setHook([isDone, work = std::move(work)](test::StoreCall call, const std::string& name) {
        if (*isDone || call != test::StoreCall::StartUpload || !name.starts_with("index/")) return;
        *isDone = true;
        work();
    });
}

/// Commits as a backup does: what the vault asks to be checked is stored again.
PointRecord commitAll(StoreSession& session, const platform::Clock& clock, const Contents& contents) {
    for (;;) {
        const PointRecord point = test::storeContents(session, clock, contents);
        session.makeDurable();
        if (session.commit(point) == StoreSession::Commit::Done) return point;
    }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(Races, Fixture)

BOOST_AUTO_TEST_CASE(a_point_committed_between_plan_and_entry_of_a_prune_keeps_what_it_reuses) {
    Contents wanted = contents("old", 20);
    const PointRecord old = test::writePoint(*vault, clock, wanted);
    vault::forgetPoints(*vault, {old.id});
    const auto writer = open(store);
    StoreSession session(*writer, clock, "writer");
    wanted["new"] = base::Bytes(5000, 7);
    const PointRecord point =
        test::storeContents(session, clock, wanted);  // reuses nearly all of the old data
    session.makeDurable();                            // a checkpoint before the plan
    test::FaultyStore slow(store);
    bool isCommitted = false;
    atFirstRun(slow, [&] { isCommitted = session.commit(point) == StoreSession::Commit::Done; });
    prune(*open(slow));
    BOOST_TEST_REQUIRE(isCommitted);
    requireWhole(point, wanted);
}

BOOST_AUTO_TEST_CASE(a_removal_that_a_checkpoint_has_learned_of_is_still_asked_about_at_the_commit) {
    Contents wanted = contents("old", 20);
    const PointRecord old = test::writePoint(*vault, clock, wanted);
    const auto writer = open(store);
    StoreSession session(*writer, clock, "writer");
    const PointRecord point = test::storeContents(session, clock, wanted);  // found in the index
    const auto pruner = open(store);
    vault::forgetPoints(*pruner, {old.id});
    prune(*pruner);
    test::storeContents(session, clock, contents("new", 1));  // its checkpoint follows the prune's entry
    BOOST_TEST((session.commit(point) == StoreSession::Commit::CheckReliance));
    requireWhole(commitAll(session, clock, wanted), wanted);
}

BOOST_AUTO_TEST_CASE(a_prune_that_another_overtakes_at_any_call_does_not_take_the_vault_for_damaged) {
    const Contents kept = contents("kept", 3);
    std::vector<vault::PointId> forgotten;
    for (const char* const prefix : {"first", "second"}) {
        Contents more = kept;
        more.merge(contents(prefix, 1));
        forgotten.push_back(test::writePoint(*vault, clock, more).id);
    }
    const PointRecord point = test::writePoint(*vault, clock, kept);
    vault::forgetPoints(*vault, forgotten);
    const auto objects = store.objects();
    std::atomic<std::uint64_t> calls = 0;  // made by several threads
    for (std::uint64_t at = 0; at <= calls; ++at) {
        store.setObjects(objects);
        test::FaultyStore slow(store);
        const auto overtaken = open(slow);
        const auto other = open(store);
        calls = 0;
        slow.setHook([&](test::StoreCall, const std::string&) {
            if (calls++ == at) prune(*other);
        });
        BOOST_CHECK_NO_THROW(prune(*overtaken));
        requireWhole(point, kept);
    }
    BOOST_TEST(calls > 10);
}

BOOST_AUTO_TEST_CASE(a_prune_that_slept_while_the_journal_was_cut_removes_nothing_newer) {
    const auto sleeper = open(store);
    const Contents wanted = contents("x", 20);
    const PointRecord point = test::writePoint(*vault, clock, wanted);
    passTime();
    BOOST_TEST_REQUIRE(!store.contains("journal/0000000000000000"));
    BOOST_TEST(prune(*sleeper).leftoversRemoved == 0U);
    requireWhole(point, wanted);
}

BOOST_AUTO_TEST_CASE(writers_that_slept_while_the_journal_was_cut_commit_for_all_to_see) {
    const auto first = open(store);
    const auto second = open(store);
    StoreSession one(*first, clock, "one");
    StoreSession two(*second, clock, "two");
    const Contents contentsOfOne = contents("a", 3);
    const Contents contentsOfTwo = contents("b", 3);
    const PointRecord pointOfOne = test::storeContents(one, clock, contentsOfOne);
    one.makeDurable();
    const PointRecord pointOfTwo = test::storeContents(two, clock, contentsOfTwo);
    two.makeDurable();
    first->refresh();
    second->refresh();
    passTime();
    BOOST_TEST((one.commit(pointOfOne) == StoreSession::Commit::Done));
    requireWhole(pointOfOne, contentsOfOne);
    BOOST_TEST((two.commit(pointOfTwo) == StoreSession::Commit::Done));
    requireWhole(pointOfTwo, contentsOfTwo);
}

BOOST_AUTO_TEST_CASE(an_entry_left_where_one_was_removed_misleads_nobody) {
    const auto sleeper = open(store);
    const auto before = store.objects();
    const Contents wanted = contents("x", 3);
    const PointRecord point = test::writePoint(*vault, clock, wanted);
    passTime();
    // The stray that a sleeper leaves when it is killed before it looks back: the entry behind the one it
    // knew.
    test::MemoryStore old;
    old.setObjects(before);
    StoreSession(*open(old), clock, "stray").close();
    const std::string stray = vault::journalName(sleeper->state().sequence + 1);
    BOOST_TEST_REQUIRE(!store.contains(stray));
    store.replace(stray, old.bytesOf(stray));
    StoreSession session(*sleeper, clock, "sleeper");
    const Contents more = contents("y", 3);
    const PointRecord late = commitAll(session, clock, more);
    requireWhole(late, more);
    requireWhole(point, wanted);
}

BOOST_AUTO_TEST_CASE(keys_of_another_vault_open_nothing_and_repair_nothing) {
    const Contents wanted = contents("x", 3);
    const PointRecord point = test::writePoint(*vault, clock, wanted);
    test::MemoryStore otherStore;
    const auto other = test::makeVault(otherStore);
    const auto before = store.objects();
    BOOST_CHECK_EXCEPTION(test::openVault(store, other->keys(), Vault::JournalNeed::Optional), base::Error,
                          [](const base::Error& error) { return error.code() == "VAULT-0017"; });
    test::MemoryStore empty;
    BOOST_CHECK_EXCEPTION(test::openVault(empty, keys, Vault::JournalNeed::Optional), base::Error,
                          [](const base::Error& error) { return error.code() == "VAULT-0001"; });
    BOOST_TEST((store.objects() == before));
    requireWhole(point, wanted);
}

BOOST_AUTO_TEST_CASE(a_session_whose_packs_a_repair_adopted_is_ended) {
    test::writePoint(*vault, clock, contents("x", 3));
    const auto writer = open(store);
    StoreSession session(*writer, clock, "writer");
    const Contents wanted = contents("n", 20);
    vault::ChunkStorer data(session, vault::PackKind::Data);
    for (const auto& [key, content] : wanted) data.store(content);
    data.flush();
    session.stage().flush();  // packs are durable, and nothing names them yet
    rebuild(*open(store));
    prune(*open(store));
    BOOST_CHECK_EXCEPTION(commitAll(session, clock, wanted), base::Error,
                          [](const base::Error& error) { return error.code() == "VAULT-0010"; });
    const auto again = open(store);
    requireWhole(test::writePoint(*again, clock, wanted), wanted);
}

BOOST_AUTO_TEST_CASE(a_prune_beside_a_repair_leaves_an_index_that_is_true) {
    const Contents dead = contents("d", 20);
    const PointRecord forgotten = test::writePoint(*vault, clock, dead);
    const Contents kept = contents("k", 3);
    const PointRecord point = test::writePoint(*vault, clock, kept);
    vault::forgetPoints(*vault, {forgotten.id});
    test::FaultyStore slow(store);
    const auto repairing = open(slow);
    std::uint64_t packsRemoved = 0;
    atFirstRun(slow, [&] { packsRemoved = prune(*open(store)).packsRemoved; });
    rebuild(*repairing);
    BOOST_TEST(packsRemoved > 0U);
    requireWhole(point, kept);
    const auto writer = open(store);
    requireWhole(test::writePoint(*writer, clock, dead), dead);
}

BOOST_AUTO_TEST_CASE(a_merge_beside_a_repair_hides_no_loss) {
    const Contents wanted = contents("x", 3);
    const PointRecord point = test::writePoint(*vault, clock, wanted);
    const std::string pack = store.names("packs/").front();
    for (int i = 0; i < 4; ++i) test::writePoint(*vault, clock, contents("before" + std::to_string(i), 1));
    store.flipBit(pack, store.bytesOf(pack).size() / 2);
    test::FaultyStore slow(store);
    const auto repairing = open(slow);
    const auto runsBefore = repairing->state().runs.size();
    // Enough runs of one size that they are merged, the one that names the damaged pack among them.
    atFirstRun(slow, [&] {
        const auto busy = open(store);
        for (int i = 0; i < 8; ++i) test::writePoint(*busy, clock, contents("after" + std::to_string(i), 1));
        BOOST_TEST_REQUIRE(busy->state().runs.size() < runsBefore + 8);
    });
    const vault::RepairReport report = rebuild(*repairing);
    BOOST_TEST(report.chunksLost > 0U);
    BOOST_TEST(report.damagedPoints.size() == 1U);
    requireWhole(test::writePoint(*open(store), clock, wanted), wanted);
    requireWhole(point, wanted);  // healed by the backup that still had the data
}

BOOST_AUTO_TEST_CASE(a_dead_session_is_ended_whatever_its_clock_said) {
    for (const std::int64_t wrong : {-1'000'000'000LL, 0LL, 1'000'000'000LL}) {
        test::ManualClock theirs;
        theirs.jump(std::chrono::seconds(wrong));
        auto session = std::make_unique<StoreSession>(*vault, theirs, "dead");
        vault::PruneOptions options;
        options.sessionTimeout = std::chrono::hours(wrong == 0 ? 0 : 72);
        BOOST_TEST(vault::prune(*open(store), clock, options, kNobodyWatches, {}).sessionsEnded == 1U);
        BOOST_TEST(open(store)->state().sessions.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_prune_leaves_a_merged_run_alone_until_it_is_announced) {
    const Contents wanted = contents("x", 3);
    const PointRecord point = test::writePoint(*vault, clock, wanted);
    StoreSession session(*vault, clock, "merging");
    std::vector<vault::IndexEntry> entries;
    for (const auto& run : vault->index().runs()) {
        run->forEach([&](const vault::IndexEntry& entry, std::uint64_t) { entries.push_back(entry); });
    }
    const vault::RunInfo merged = vault::writeRun(*vault, entries);
    prune(*open(store));
    BOOST_TEST(store.contains(vault::runName(merged.id)));
    requireWhole(point, wanted);
}

BOOST_AUTO_TEST_CASE(of_two_who_make_a_vault_in_one_place_one_wins_and_one_leaves_nothing) {
    test::MemoryStore shared;
    test::FaultyStore slow(shared);
    std::unique_ptr<Vault> winner;
    slow.setHook([&](test::StoreCall call, const std::string& name) {
        if (!winner && call == test::StoreCall::Create && name.starts_with("keys/"))
            winner = test::makeVault(shared);
    });
    BOOST_CHECK_EXCEPTION(test::makeVault(slow), base::Error,
                          [](const base::Error& error) { return error.code() == "VAULT-0008"; });
    BOOST_TEST_REQUIRE(winner != nullptr);
    BOOST_TEST(shared.names("keys/").size() == 2U);
    BOOST_TEST((vault::unlock(shared, test::testPassword()).vaultId() == winner->keys().vaultId()));
}

BOOST_AUTO_TEST_SUITE_END()
