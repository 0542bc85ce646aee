// SPDX-License-Identifier: Apache-2.0
// directory_race_test.cpp: clients that slept while others worked, in a folder that each sees through a store
// of its own.
#include <boost/test/unit_test.hpp>

#include "agent/vault/directory_store.hpp"
#include "agent/vault/prune.hpp"
#include "agent/vault/verify.hpp"
#include "platform/base/error.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using test::Contents;
using vault::PointRecord;
using vault::StoreSession;
using vault::Vault;

// Enough entries that a prune drops the journal's first ones.
constexpr int kLongSleep = 560;
const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

/// A vault in a folder. Every client has a store, and so open files, of its own.
struct SharedFolder {
    test::TemporaryFolder folder;
    test::ManualClock clock;
    test::Random random{1};
    std::unique_ptr<vault::ObjectStore> store = vault::createDirectoryStore(*folder.files, folder / "vault");
    std::unique_ptr<Vault> vault = test::makeVault(*store);
    vault::VaultKeys keys = vault->keys();

    [[nodiscard]] std::unique_ptr<Vault> open() const {
        return Vault::open(vault::openDirectoryStore(*folder.files, folder / "vault"), keys,
                           Vault::JournalNeed::Required);
    }
    [[nodiscard]] Contents contents(const std::string& prefix) {
        return test::makeContents(random, prefix, 5, 50'000);
    }
    vault::PruneReport prune(Vault& with, std::chrono::hours sessionTimeout) const {
        vault::PruneOptions options;
        options.sessionTimeout = sessionTimeout;
        return vault::prune(with, clock, options, kNobodyWatches, {});
    }
    /// Others work for so long that the journal's first entries are dropped.
    void passTime() {
        for (int i = 0; i < kLongSleep; ++i) StoreSession(*vault, clock, "busy").close();
        prune(*vault, std::chrono::hours(72));
        BOOST_TEST_REQUIRE(!store->sizeOf(vault::journalName(0)).has_value());
    }
    void requireWhole(const PointRecord& point, const Contents& expected) const {
        const auto reader = open();
        BOOST_REQUIRE_MESSAGE(reader->state().findPoint(point.id) != nullptr, "the point is not listed");
        BOOST_TEST_REQUIRE((test::readPoint(*reader, point).contents == expected));
        BOOST_TEST(vault::verify(*reader, {vault::VerifyDepth::Data, 1}, kNobodyWatches, {}).isSound());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(DirectoryRaces, SharedFolder)

// One case, because the flushes of so long a sleep take their time.
BOOST_AUTO_TEST_CASE(who_slept_while_the_journal_was_cut_sees_it_as_everybody_does) {
    const auto pruner = open();
    const auto writer = open();
    StoreSession session(*writer, clock, "writer");
    const Contents written = contents("written");
    const PointRecord pointOfWriter = test::storeContents(session, clock, written);
    session.makeDurable();
    const auto other = open();
    StoreSession dead(*other, clock, "dead");
    const PointRecord pointOfDead = test::storeContents(dead, clock, contents("dead"));
    dead.makeDurable();
    passTime();

    BOOST_TEST((session.commit(pointOfWriter) == StoreSession::Commit::Done));
    requireWhole(pointOfWriter, written);

    prune(*open(), std::chrono::hours(0));
    BOOST_CHECK_EXCEPTION(dead.commit(pointOfDead), base::Error,
                          [](const base::Error& error) { return error.code() == "VAULT-0010"; });

    const Contents precious = contents("precious");
    const PointRecord pointOfOther = test::writePoint(*open(), clock, precious);
    BOOST_TEST(prune(*pruner, std::chrono::hours(72)).leftoversRemoved == 0U);
    requireWhole(pointOfOther, precious);
    requireWhole(pointOfWriter, written);
}

BOOST_AUTO_TEST_SUITE_END()
