// SPDX-License-Identifier: Apache-2.0
// journal_test.cpp: one order of events, whoever writes and whatever is lost.
#include "agent/vault/journal.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <thread>

#include "agent/vault/random.hpp"
#include "agent/vault/sealed_object.hpp"
#include "platform/base/error.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using vault::Journal;
using vault::VaultChanges;
using vault::VaultState;

bool isDamage(const base::Error& error) { return error.kind() == base::ErrorKind::Corrupt; }

vault::PointRecord pointNamed(const std::string& client) {
    vault::PointRecord point;
    point.id = vault::randomId<vault::PointId>();
    point.client = client;
    return point;
}

/// So long that a few restore points make a state that is not written in full each time.
std::string longName(int number) { return std::string(1000, 'n') + std::to_string(number); }

/// A step that adds one restore point.
auto addsPoint(const std::string& client) {
    return [point = pointNamed(client)](const VaultState&) {
        VaultChanges changes;
        changes.addPoints.push_back(point);
        return std::optional(changes);
    };
}

struct BegunJournal {
    BegunJournal() { Journal(keys, store).begin(); }

    [[nodiscard]] Journal open() { return Journal(keys, store); }
    void append(int steps, std::string (*name)(int) = [](int number) { return std::to_string(number); }) {
        Journal journal(keys, store);
        for (int i = 0; i < steps; ++i) journal.append(addsPoint(name(i)));
    }

    test::MemoryStore store;
    const vault::VaultKeys keys{vault::randomId<vault::VaultId>(), vault::makeMasterKey()};
};

std::vector<std::string> clientsOf(const VaultState& state) {
    std::vector<std::string> clients;
    for (const auto& point : state.points) clients.push_back(point.client);
    return clients;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(journals)

BOOST_AUTO_TEST_CASE(names_sort_as_their_numbers_and_are_read_back) {
    std::string before;
    for (const std::uint64_t sequence :
         {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{10}, std::uint64_t{255}, ~std::uint64_t{0}}) {
        const std::string name = vault::journalName(sequence);
        BOOST_TEST(name > before);
        BOOST_TEST(vault::sequenceOfName(name).value() == sequence);
        before = name;
    }
    for (const char* other :
         {"", "journal/", "journal/00", "journal/000000000000000g", "points/0000000000000000"}) {
        BOOST_TEST(!vault::sequenceOfName(other).has_value(), other);
    }
}

BOOST_AUTO_TEST_CASE(steps_are_read_by_others_in_their_order) {
    BegunJournal fixture;
    fixture.append(200, longName);  // past three full entries
    Journal reader = fixture.open();
    const VaultState state = reader.refresh();
    BOOST_TEST(state.sequence == 200U);
    BOOST_REQUIRE(state.points.size() == 200U);
    for (std::size_t i = 0; i < 200; ++i) {
        BOOST_REQUIRE(state.points[i].client == longName(static_cast<int>(i)));
        BOOST_REQUIRE(state.pointSequences[i] == i + 1);
    }
}

BOOST_AUTO_TEST_CASE(a_small_state_is_read_from_the_newest_entry_alone) {
    BegunJournal fixture;
    fixture.append(10);
    std::vector<std::string> read;
    test::FaultyStore watched(fixture.store);
    watched.setHook([&](test::StoreCall call, const std::string& name) {
        if (call == test::StoreCall::Read) read.push_back(name);
    });
    BOOST_TEST(Journal(fixture.keys, watched).refresh().points.size() == 10U);
    const std::vector<std::string> newest{vault::journalName(10)};
    BOOST_TEST(read == newest, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_follows_the_journal_gets_past_a_damaged_entry_that_newer_ones_make_up_for) {
    BegunJournal fixture;
    Journal follower = fixture.open();
    follower.refresh();
    fixture.append(10);
    fixture.store.truncate(vault::journalName(4), 300);
    fixture.store.flipBit(vault::journalName(7), 60);
    BOOST_TEST(follower.refresh().points.size() == 10U);
    follower.append(addsPoint("next"));
    BOOST_TEST(fixture.open().refresh().points.size() == 11U);
}

/// A store may answer readRange() from memory, which proves nothing about what others have removed since.
BOOST_AUTO_TEST_CASE(whether_an_entry_still_stands_is_asked_of_the_store) {
    BegunJournal fixture;
    test::FaultyStore watched(fixture.store);
    watched.setHook(
        [&](test::StoreCall call, const std::string&) { BOOST_TEST((call != test::StoreCall::ReadRange)); });
    Journal journal(fixture.keys, watched);
    journal.refresh();
    BOOST_TEST(journal.append(addsPoint("x")).has_value());
}

BOOST_AUTO_TEST_CASE(a_vault_is_begun_once) {
    BegunJournal fixture;
    Journal again = fixture.open();
    BOOST_CHECK_EXCEPTION(again.begin(), base::Error,
                          [](const base::Error& error) { return error.code() == "VAULT-0008"; });
}

BOOST_AUTO_TEST_CASE(a_step_that_gives_up_changes_nothing) {
    BegunJournal fixture;
    Journal journal = fixture.open();
    BOOST_TEST(!journal.append([](const VaultState&) { return std::optional<VaultChanges>(); }).has_value());
    BOOST_TEST(fixture.store.names("journal/").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_writer_that_lost_the_race_decides_again_on_the_newer_state) {
    BegunJournal fixture;
    Journal fast = fixture.open();
    Journal slow = fixture.open();
    std::vector<std::uint64_t> seen;
    slow.append([&](const VaultState& newest) {
        seen.push_back(newest.sequence);
        if (seen.size() <= 2) fast.append(addsPoint("fast"));
        VaultChanges changes;
        changes.addPoints.push_back(pointNamed("slow"));
        return std::optional(changes);
    });
    const std::vector<std::uint64_t> expected = {0, 1, 2};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
    const std::vector<std::string> clients = {"fast", "fast", "slow"};
    BOOST_TEST(clientsOf(fast.refresh()) == clients, boost::test_tools::per_element());
    BOOST_TEST(clientsOf(fixture.open().refresh()) == clients, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(racing_writers_lose_nothing_and_agree_on_one_order) {
    constexpr int kWriters = 3;
    constexpr int kSteps = 60;
    BegunJournal fixture;
    {
        std::vector<std::jthread> threads;
        for (int writer = 0; writer < kWriters; ++writer) {
            threads.emplace_back([&fixture, writer] {
                Journal journal(fixture.keys, fixture.store);
                for (int i = 0; i < kSteps; ++i) {
                    journal.append(addsPoint(std::to_string(writer) + ' ' + std::to_string(i)));
                }
            });
        }
    }
    const auto clients = clientsOf(fixture.open().refresh());
    BOOST_REQUIRE(clients.size() == static_cast<std::size_t>(kWriters * kSteps));
    BOOST_TEST(std::set<std::string>(clients.begin(), clients.end()).size() == clients.size());
    for (int writer = 0; writer < kWriters; ++writer) {
        int next = 0;
        for (const std::string& client : clients) {
            const std::string mine = std::to_string(writer) + ' ';
            if (client.starts_with(mine)) BOOST_REQUIRE(client == mine + std::to_string(next++));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reply_that_was_lost_is_no_second_step) {
    BegunJournal fixture;
    test::FaultyStore faulty(fixture.store);
    Journal journal(fixture.keys, faulty);
    journal.refresh();
    test::Fault fault;
    fault.atChange = 0;
    fault.when = test::Fault::When::After;
    fault.lasts = test::Fault::Lasts::Once;
    faulty.setFault(fault);
    const auto step = addsPoint("once");
    BOOST_CHECK_THROW(journal.append(step), base::Error);
    // The caller cannot know; it looks.
    BOOST_TEST(journal.refresh().points.size() == 1U);
    BOOST_TEST(fixture.open().refresh().points.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_damaged_entry_that_is_needed_is_refused) {
    BegunJournal fixture;
    fixture.append(70, longName);
    const auto whole = fixture.store.objects();
    for (const std::uint64_t sequence : {64U, 66U, 70U}) {
        const std::string name = vault::journalName(sequence);
        for (const std::size_t at : {0U, 5U, 20U, 60U, 400U}) {
            fixture.store.flipBit(name, at);
            BOOST_CHECK_EXCEPTION(fixture.open().refresh(), base::Error, isDamage);
            fixture.store.setObjects(whole);
        }
        fixture.store.truncate(name, 300);
        BOOST_CHECK_EXCEPTION(fixture.open().refresh(), base::Error, isDamage);
        fixture.store.setObjects(whole);
        fixture.store.swap(name, vault::journalName(sequence - 1));
        BOOST_CHECK_EXCEPTION(fixture.open().refresh(), base::Error, isDamage);
        fixture.store.setObjects(whole);
    }
    // Entries before the newest full one are not read.
    fixture.store.truncate(vault::journalName(10), 0);
    BOOST_TEST(fixture.open().refresh().points.size() == 70U);
}

BOOST_AUTO_TEST_CASE(a_hole_is_damage_and_not_the_end) {
    BegunJournal fixture;
    fixture.append(70, longName);
    const auto whole = fixture.store.objects();
    for (const std::uint64_t sequence : {64U, 65U, 69U}) {
        fixture.store.remove(vault::journalName(sequence));
        Journal journal = fixture.open();
        BOOST_CHECK_EXCEPTION(journal.refresh(), base::Error, isDamage);
        BOOST_CHECK_EXCEPTION(journal.append(addsPoint("x")), base::Error, isDamage);
        BOOST_TEST(!fixture.store.contains(vault::journalName(sequence)));
        fixture.store.setObjects(whole);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_journal_is_refused) {
    BegunJournal fixture;
    fixture.store.remove(vault::journalName(0));
    BOOST_CHECK_EXCEPTION(fixture.open().refresh(), base::Error, isDamage);
}

BOOST_AUTO_TEST_CASE(a_listing_that_is_behind_does_not_matter) {
    BegunJournal fixture;
    fixture.append(10);
    const auto older = fixture.store.objects();
    fixture.append(60);
    test::MemoryStore stale;  // lists what was there at entry 10
    stale.setObjects(older);
    class StaleListing final : public vault::ObjectStore {
    public:
        StaleListing(vault::ObjectStore& fresh, vault::ObjectStore& listed)
            : fresh_(fresh), listed_(listed) {}
        std::string location() const override { return fresh_.location(); }
        vault::CreateResult create(const std::string& name, base::ByteView content) override {
            return fresh_.create(name, content);
        }
        std::unique_ptr<vault::ObjectUpload> startUpload(const std::string& name) override {
            return fresh_.startUpload(name);
        }
        std::optional<base::Bytes> read(const std::string& name, std::size_t limitBytes) override {
            return fresh_.read(name, limitBytes);
        }
        bool readRange(const std::string& name, std::uint64_t offset, base::MutableBytes to) override {
            return fresh_.readRange(name, offset, to);
        }
        std::optional<std::uint64_t> sizeOf(const std::string& name) override { return fresh_.sizeOf(name); }
        void list(const std::string& prefix,
                  const std::function<void(const std::string&, std::uint64_t)>& found) override {
            listed_.list(prefix, found);
        }
        void remove(const std::string& name) override { fresh_.remove(name); }
        void sync() override { fresh_.sync(); }
        void sweepUnfinished(const std::function<bool(std::uint64_t)>&) override {}
        std::optional<std::uint64_t> freeBytes() override { return std::nullopt; }

    private:
        vault::ObjectStore& fresh_;
        vault::ObjectStore& listed_;
    };
    StaleListing store(fixture.store, stale);
    Journal journal(fixture.keys, store);
    BOOST_TEST(journal.refresh().sequence == 70U);

    Journal writer(fixture.keys, store);
    BOOST_TEST(writer.refreshToAppend().sequence == 10U);
    BOOST_TEST(writer.append(addsPoint("x")).value().sequence == 71U);
}

BOOST_AUTO_TEST_CASE(a_writer_does_not_ask_for_a_name_that_it_creates_anyway) {
    BegunJournal fixture;
    fixture.append(10);
    test::FaultyStore watched(fixture.store);
    int requests = 0;
    watched.setHook([&](test::StoreCall, const std::string&) { ++requests; });
    Journal journal(fixture.keys, watched);
    BOOST_TEST(journal.refreshToAppend().sequence == 10U);
    BOOST_TEST(requests == 2);  // a listing, and the newest entry
    BOOST_TEST(journal.append(addsPoint("x")).value().sequence == 11U);
    BOOST_TEST(requests == 4);  // the new entry, and whether the one before still stands
}

BOOST_AUTO_TEST_CASE(a_journal_begun_anew_is_found_by_all_and_ends_the_old_one) {
    BegunJournal fixture;
    fixture.append(5);
    Journal follower = fixture.open();
    follower.refresh();
    VaultState rescued;
    rescued.points.push_back(pointNamed("rescued"));
    Journal repairer = fixture.open();
    repairer.restart(rescued);
    const VaultState state = fixture.open().refresh();
    BOOST_TEST(state.sequence == 64U);
    BOOST_TEST(state.lastRemoval == 64U);
    BOOST_TEST(!state.isTrusted(state.points[0].id));
    BOOST_CHECK_EXCEPTION(follower.append(addsPoint("unseen")), base::Error, isDamage);
    repairer.append(addsPoint("next"));
    const std::vector<std::string> expected = {"rescued", "next"};
    BOOST_TEST(clientsOf(fixture.open().refresh()) == expected, boost::test_tools::per_element());
    repairer.restart(rescued);
    BOOST_TEST(fixture.open().refresh().sequence == 128U);
}

BOOST_AUTO_TEST_CASE(old_entries_are_dropped_in_ascending_order_and_a_sleeper_does_not_win_their_names) {
    BegunJournal fixture;
    Journal sleeper = fixture.open();
    sleeper.refresh();
    fixture.append(static_cast<int>(Journal::kKeptEntries + 3 * Journal::kFullEvery));
    std::vector<std::string> removed;
    test::FaultyStore watched(fixture.store);
    watched.setHook([&](test::StoreCall call, const std::string& name) {
        if (call == test::StoreCall::Remove) removed.push_back(name);
    });
    Journal dropper(fixture.keys, watched);
    const auto before = clientsOf(dropper.refresh());
    dropper.dropOldEntries();
    BOOST_TEST(!removed.empty());
    BOOST_TEST(std::is_sorted(removed.begin(), removed.end()));
    BOOST_TEST(fixture.store.names("journal/").size() >= Journal::kKeptEntries);
    BOOST_TEST(clientsOf(fixture.open().refresh()) == before, boost::test_tools::per_element());
    sleeper.append(addsPoint("late riser"));
    auto expected = before;
    expected.push_back("late riser");
    BOOST_TEST(clientsOf(fixture.open().refresh()) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
