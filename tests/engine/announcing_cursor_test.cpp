// SPDX-License-Identifier: Apache-2.0
// announcing_cursor_test.cpp: the store hears of every chunk before it is read, and not of all at once.
#include "agent/engine/announcing_cursor.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/content_writer.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

constexpr std::size_t kChunkBytes = 128 * base::kKiB;  // large enough for segments of their own
constexpr std::size_t kChunks = 100;

struct Fixture {
    Fixture() {
        test::Random random(1);
        vault::StoreSession session(*vault, clock, "client");
        vault::ChunkStorer storer(session, vault::PackKind::Data);
        const auto storeList = [&](base::ByteView list) { return storer.store(list); };
        vault::ContentWriter writer;
        for (std::size_t i = 0; i < kChunks; ++i)
            writer.add({storer.store(random.bytes(kChunkBytes)), kChunkBytes}, storeList);
        content = writer.finish(storeList);
        storer.flush();
        session.makeDurable();
    }
    /// Segments of packs that the store was told of.
    [[nodiscard]] std::size_t announcedSegments() const {
        const auto ranges = store.announced();
        return static_cast<std::size_t>(std::count_if(ranges.begin(), ranges.end(), [](const auto& range) {
            return range.name.starts_with("packs/") && range.sizeBytes >= kChunkBytes;
        }));
    }

    test::MemoryStore inner;
    test::FaultyStore store{inner};
    test::ManualClock clock;
    std::unique_ptr<vault::Vault> vault = test::makeVault(store);
    vault::ContentRef content;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(announcing_cursors)

BOOST_AUTO_TEST_CASE(chunks_are_announced_before_they_are_yielded_and_no_further_than_wanted) {
    Fixture fixture;
    vault::ChunkReader reader(*fixture.vault);
    constexpr std::size_t kAhead = 10;
    engine::AnnouncingCursor cursor(reader, fixture.content, kAhead * kChunkBytes);
    vault::ContentCursor plain(reader, fixture.content);
    std::size_t yielded = 0;
    while (const auto place = cursor.next()) {
        const auto expected = plain.next();
        BOOST_REQUIRE(expected.has_value());
        BOOST_TEST((place->chunk == expected->chunk));
        BOOST_TEST(place->offset == expected->offset);
        ++yielded;
        BOOST_TEST(fixture.announcedSegments() >= yielded);
        BOOST_TEST(fixture.announcedSegments() <= yielded + kAhead);
    }
    BOOST_TEST(yielded == kChunks);
    BOOST_TEST(fixture.announcedSegments() == kChunks);
}

BOOST_AUTO_TEST_CASE(a_store_that_is_near_is_told_nothing) {
    Fixture fixture;
    vault::ChunkReader reader(*fixture.vault);
    engine::AnnouncingCursor cursor(reader, fixture.content, reader.readAheadBytes());
    std::size_t yielded = 0;
    while (cursor.next()) ++yielded;
    BOOST_TEST(yielded == kChunks);
    BOOST_TEST(fixture.announcedSegments() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
