// SPDX-License-Identifier: Apache-2.0
// content_test.cpp: contents of any length go into chunks and lists, and come back.
#include "agent/vault/content_writer.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/store_session.hpp"
#include "platform/base/error.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using vault::ChunkRef;
using vault::ContentRef;

auto hasCode(const char* code) {
    return [code](const base::Error& error) { return error.code() == code; };
}

struct Contents {
    /// Stores chunks of these sizes and their lists; remembers the whole content.
    ContentRef write(test::Random& random, const std::vector<std::size_t>& sizes) {
        vault::StoreSession session(*vault, clock, "client");
        vault::ChunkStorer data(session, vault::PackKind::Data);
        vault::ChunkStorer lists(session, vault::PackKind::Tree);
        const auto storeList = [&](base::ByteView list) { return lists.store(list); };
        vault::ContentWriter writer;
        whole.clear();
        for (const std::size_t size : sizes) {
            const base::Bytes chunk = random.bytes(size);
            base::append(whole, chunk);
            writer.add({data.store(chunk), chunk.size()}, storeList);
        }
        const ContentRef content = writer.finish(storeList);
        data.flush();
        lists.flush();
        session.makeDurable();
        return content;
    }

    test::MemoryStore store;
    test::ManualClock clock;
    std::unique_ptr<vault::Vault> vault = test::makeVault(store);
    base::Bytes whole;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(contents)

BOOST_AUTO_TEST_CASE(contents_of_every_depth_come_back) {
    Contents fixture;
    test::Random random(1);
    constexpr std::size_t kFan = vault::kListFanOut;
    for (const std::size_t chunks : {std::size_t{0}, std::size_t{1}, kFan - 1, kFan, kFan + 1, kFan * kFan,
                                     kFan * kFan + 1, 3 * kFan * kFan + 5}) {
        const ContentRef content = fixture.write(random, std::vector<std::size_t>(chunks, 100));
        BOOST_TEST(content.depth == (chunks <= kFan ? 0U : chunks <= kFan * kFan ? 1U : 2U));
        BOOST_TEST(content.refs.size() <= kFan);
        BOOST_TEST(content.sizeBytes() == fixture.whole.size());
        vault::ChunkReader reader(*fixture.vault);
        BOOST_REQUIRE(reader.readContent(content, fixture.whole.size()) == fixture.whole);
        std::uint64_t expected = 0;
        reader.forEachChunk(content, [&](const ChunkRef& chunk, std::uint64_t offset) {
            BOOST_REQUIRE(offset == expected);
            expected += chunk.contentBytes;
        });
        BOOST_TEST(expected == fixture.whole.size());
    }
}

BOOST_AUTO_TEST_CASE(chunks_of_every_size_come_back) {
    Contents fixture;
    test::Random random(2);
    constexpr std::size_t kGather = vault::ChunkStorer::kGatherBelowBytes;
    const std::vector<std::size_t> sizes = {
        0,       1,         kGather - 1, kGather, kGather + 1, vault::ChunkStorer::kGatheredDataBytes,
        100'000, 2'000'000, 3,           50'000,  50'000,      90'000};
    const ContentRef content = fixture.write(random, sizes);
    vault::ChunkReader reader(*fixture.vault);
    BOOST_TEST((reader.readContent(content, fixture.whole.size()) == fixture.whole));
    const auto other = test::openVault(fixture.store, fixture.vault->keys());
    vault::ChunkReader fresh(*other, 0);
    BOOST_TEST((fresh.readContent(content, fixture.whole.size()) == fixture.whole));
}

BOOST_AUTO_TEST_CASE(content_that_fills_several_packs_comes_back) {
    Contents fixture;
    test::Random random(3);
    const ContentRef content = fixture.write(random, std::vector<std::size_t>(40, 1'000'000));
    const auto packs = fixture.store.names("packs/");
    BOOST_TEST(packs.size() >= 3U);
    for (const std::string& name : packs) {
        BOOST_TEST(fixture.store.bytesOf(name).size() <= vault::kPackBytes);
    }
    vault::ChunkReader reader(*fixture.vault);
    BOOST_TEST((reader.readContent(content, fixture.whole.size()) == fixture.whole));
}

/// Whoever reads content in the order in which it was stored needs few packs at a time.
BOOST_AUTO_TEST_CASE(no_pack_is_filled_for_long) {
    Contents fixture;
    test::Random random(6);
    vault::CompressionGovernor governor;
    vault::PackStage stage(fixture.vault->keys(), fixture.store, 0, governor, [](auto&&, std::uint64_t) {});
    std::vector<vault::PackId> begun;
    std::size_t mostBehind = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::size_t sizeBytes = 100'000 + random.below(2'000'000);
        const vault::PackId pack = stage.reserve(vault::PackKind::Data, sizeBytes, 1).pack->id;
        const auto place = std::find(begun.rbegin(), begun.rend(), pack);
        if (place == begun.rend()) {
            begun.push_back(pack);
        } else {
            mostBehind = std::max<std::size_t>(mostBehind, place - begun.rbegin());
        }
    }
    BOOST_TEST(begun.size() > 150U);
    BOOST_TEST(mostBehind > 0U);
    BOOST_TEST(mostBehind <= 4U);
}

BOOST_AUTO_TEST_CASE(content_past_its_limit_is_refused) {
    Contents fixture;
    test::Random random(4);
    const ContentRef content = fixture.write(random, {100, 100});
    vault::ChunkReader reader(*fixture.vault);
    BOOST_CHECK_THROW(static_cast<void>(reader.readContent(content, 199)), base::Error);
    BOOST_TEST(reader.readContent(content, 200).size() == 200U);
}

BOOST_AUTO_TEST_CASE(equal_chunks_are_stored_once_even_by_many_threads) {
    Contents fixture;
    {
        vault::StoreSession session(*fixture.vault, fixture.clock, "client");
        std::atomic<std::uint64_t> newBytes = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 4; ++i) {
                threads.emplace_back([&] {
                    test::Random same(5);
                    vault::ChunkStorer storer(session, vault::PackKind::Data);
                    for (int j = 0; j < 200; ++j) storer.store(same.bytes(5000));
                    storer.flush();
                    newBytes += storer.newBytes();
                });
            }
        }
        session.makeDurable();
        BOOST_TEST(newBytes == 200U * 5000U);
    }
    vault::ChunkReader reader(*fixture.vault);
    test::Random same(5);
    for (int j = 0; j < 200; ++j) {
        const base::Bytes chunk = same.bytes(5000);
        BOOST_REQUIRE(reader.read(fixture.vault->hasher().idOf(chunk)) == chunk);
    }
}

BOOST_AUTO_TEST_CASE(a_chunk_that_was_never_stored_is_told_from_one_that_is_damaged) {
    Contents fixture;
    test::Random random(6);
    const ContentRef content = fixture.write(random, {200'000});
    vault::ChunkReader reader(*fixture.vault);
    BOOST_CHECK_EXCEPTION(static_cast<void>(reader.read(random.id<vault::ChunkId>())), base::Error,
                          hasCode("VAULT-0011"));
    const std::string pack = fixture.store.names("packs/").front();
    const auto whole = fixture.store.objects();
    fixture.store.flipBit(pack, 5000);
    BOOST_CHECK_EXCEPTION(static_cast<void>(reader.read(content.refs[0].id)), base::Error,
                          hasCode("VAULT-0014"));
    fixture.store.remove(pack);
    BOOST_CHECK_EXCEPTION(static_cast<void>(reader.read(content.refs[0].id)), base::Error,
                          hasCode("VAULT-0014"));
    fixture.store.setObjects(whole);
    BOOST_TEST((reader.read(content.refs[0].id) == fixture.whole));
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_ends_the_session_and_leaves_no_point) {
    for (std::uint64_t at = 0; at < 4; ++at) {
        test::MemoryStore store;
        test::ManualClock clock;
        static_cast<void>(test::makeVault(store));
        test::FaultyStore faulty(store);
        const auto keys = vault::unlock(store, test::testPassword());
        const auto vault = test::openVault(faulty, keys);
        test::Fault fault;
        fault.atChange = at;
        faulty.setFault(fault);
        test::Random random(at);
        BOOST_CHECK_EXCEPTION(test::writePoint(*vault, clock, test::makeContents(random, "file", 5, 300'000)),
                              base::Error, hasCode("TEST-0001"));
        BOOST_TEST(faulty.hasFailed());
        BOOST_TEST(test::openVault(store, keys)->state().points.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
