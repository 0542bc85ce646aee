// SPDX-License-Identifier: Apache-2.0
// content_cursor_test.cpp: walking the chunks of a content in order.
#include "agent/vault/content_cursor.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/content_writer.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

constexpr std::size_t kChunkBytes = 100;

/// A content of this many chunks of kChunkBytes.
struct Fixture {
    explicit Fixture(std::size_t chunks) {
        test::Random random(1);
        vault::StoreSession session(*vault, clock, "client");
        vault::ChunkStorer storer(session, vault::PackKind::Data);
        const auto storeList = [&](base::ByteView list) { return storer.store(list); };
        vault::ContentWriter writer;
        for (std::size_t i = 0; i < chunks; ++i)
            writer.add({storer.store(random.bytes(kChunkBytes)), kChunkBytes}, storeList);
        content = writer.finish(storeList);
        storer.flush();
        session.makeDurable();
    }

    test::MemoryStore store;
    test::ManualClock clock;
    std::unique_ptr<vault::Vault> vault = test::makeVault(store);
    vault::ContentRef content;
};

constexpr std::size_t kFan = vault::kListFanOut;
constexpr std::size_t kCounts[] = {0, 1, kFan, kFan + 1, kFan* kFan, kFan* kFan + 1, 2'500};

}  // namespace

BOOST_AUTO_TEST_SUITE(ContentCursor)

BOOST_AUTO_TEST_CASE(it_yields_the_chunks_that_a_whole_walk_visits) {
    for (const std::size_t chunks : kCounts) {
        Fixture fixture(chunks);
        vault::ChunkReader reader(*fixture.vault);
        vault::ContentCursor cursor(reader, fixture.content);
        reader.forEachChunk(fixture.content, [&](const vault::ChunkRef& chunk, std::uint64_t offset) {
            const auto place = cursor.next();
            BOOST_REQUIRE(place.has_value());
            BOOST_REQUIRE((place->chunk == chunk));
            BOOST_REQUIRE(place->offset == offset);
        });
        BOOST_TEST(!cursor.next().has_value());
        BOOST_TEST(!cursor.next().has_value());
    }
}

BOOST_AUTO_TEST_CASE(it_reads_no_list_before_it_is_asked_for_a_chunk) {
    Fixture fixture(kFan + 1);
    for (const std::string& name : fixture.store.names("packs/")) fixture.store.remove(name);
    const auto vault = test::openVault(fixture.store, fixture.vault->keys());
    vault::ChunkReader reader(*vault);
    vault::ContentCursor cursor(reader, fixture.content);
    BOOST_CHECK_THROW(static_cast<void>(cursor.next()), base::Error);
}

BOOST_AUTO_TEST_SUITE_END()
