// SPDX-License-Identifier: Apache-2.0
// stale_listing_test.cpp: a store whose listings are behind, as those of object stores may be. Nothing that
// must be right rests on them.
#include <boost/test/unit_test.hpp>
#include <optional>

#include "agent/vault/prune.hpp"
#include "agent/vault/repair.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_store.hpp"

namespace {

using vault::Vault;

const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

/// Lists what was there when the listing was last renewed; everything else is up to date.
class StaleStore final : public vault::ObjectStore {
public:
    explicit StaleStore(test::MemoryStore& inner) : inner_(inner) { renewListing(); }

    void renewListing() { listed_ = inner_.objects(); }

    [[nodiscard]] std::string location() const override { return inner_.location(); }
    vault::CreateResult create(const std::string& name, base::ByteView content) override {
        return inner_.create(name, content);
    }
    [[nodiscard]] std::unique_ptr<vault::ObjectUpload> startUpload(const std::string& name) override {
        return inner_.startUpload(name);
    }
    [[nodiscard]] std::optional<base::Bytes> read(const std::string& name, std::size_t limitBytes) override {
        return inner_.read(name, limitBytes);
    }
    [[nodiscard]] bool readRange(const std::string& name, std::uint64_t offset,
                                 base::MutableBytes to) override {
        return inner_.readRange(name, offset, to);
    }
    [[nodiscard]] std::optional<std::uint64_t> sizeOf(const std::string& name) override {
        return inner_.sizeOf(name);
    }
    void list(const std::string& prefix,
              const std::function<void(const std::string& name, std::uint64_t sizeBytes)>& found) override {
        for (const auto& [name, content] : listed_) {
            if (name.starts_with(prefix)) found(name, content->size());
        }
    }
    void remove(const std::string& name) override { inner_.remove(name); }
    void sync() override { inner_.sync(); }
    void sweepUnfinished(const std::function<bool(std::uint64_t ageSeconds)>&) override {}
    [[nodiscard]] std::optional<std::uint64_t> freeBytes() override { return std::nullopt; }

private:
    test::MemoryStore& inner_;
    test::MemoryStore::Objects listed_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(StaleListing)

BOOST_AUTO_TEST_CASE(a_store_whose_listings_are_behind_loses_nothing) {
    test::MemoryStore memory;
    StaleStore store(memory);
    test::ManualClock clock;
    test::Random random(3);
    const auto keys =
        Vault::create(test::borrowStore(store), base::SecretBytes("correct horse"), clock.now(), {4, 1, 1})
            ->keys();
    store.renewListing();
    test::MadeTree tree = test::makeTree(random, 8);
    std::vector<std::pair<vault::PointRecord, test::MadeTree>> promises;
    for (int round = 0; round < 80; ++round) {
        if (round % 7 == 3) store.renewListing();
        const auto vault = Vault::open(test::borrowStore(store), keys, Vault::JournalNeed::Required);
        promises.emplace_back(test::backUp(*vault, clock, tree, "a").point, tree);
        test::change(tree, random);
        if (promises.size() > 4) {
            vault::forgetPoints(*vault, {promises.front().first.id});
            promises.erase(promises.begin());
        }
        vault::PruneOptions options;
        options.allowedWaste = 0;
        if (round % 3 == 0) vault::prune(*vault, clock, options, kNobodyWatches, {});
        const auto report = vault::verify(*vault, {vault::VerifyDepth::Data, 1}, kNobodyWatches, {});
        BOOST_REQUIRE_MESSAGE(report.isSound(), "round " << round);
        for (const auto& [point, expected] : promises)
            BOOST_REQUIRE(test::restoresTo(*vault, point, expected));
    }
}

BOOST_AUTO_TEST_CASE(a_repair_with_a_listing_that_is_behind_loses_nothing) {
    test::MemoryStore memory;
    StaleStore store(memory);
    test::ManualClock clock;
    test::Random random(4);
    const auto keys =
        Vault::create(test::borrowStore(store), base::SecretBytes("correct horse"), clock.now(), {4, 1, 1})
            ->keys();
    store.renewListing();
    const test::MadeTree tree = test::makeTree(random, 8);
    const auto vault = Vault::open(test::borrowStore(store), keys, Vault::JournalNeed::Required);
    const auto point = test::backUp(*vault, clock, tree, "a").point;
    vault::RepairOptions options;
    options.rebuildIndex = true;
    const auto report = vault::repair(*vault, options, kNobodyWatches, {});
    BOOST_TEST(report.chunksLost == 0U);
    BOOST_TEST(report.damagedPoints.empty());
    BOOST_TEST(test::restoresTo(*vault, point, tree));
}

BOOST_AUTO_TEST_SUITE_END()
