// SPDX-License-Identifier: Apache-2.0
// stored_file_test.cpp: reading a file of a restore point at any place.
#include "agent/mount/stored_file.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/content_writer.hpp"
#include "connectors/files/file_metadata.hpp"
#include "platform/base/error.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

/// A file in a vault, and its bytes.
struct Fixture {
    /// Stores content in chunks of these sizes.
    void store(const std::vector<std::size_t>& sizes) {
        test::Random random(4);
        vault::StoreSession session(*vault, clock, "client");
        vault::ChunkStorer data(session, vault::PackKind::Data);
        vault::ChunkStorer lists(session, vault::PackKind::Tree);
        const auto storeList = [&](base::ByteView list) {
            const vault::ChunkId id = lists.store(list);
            lists.flush();  // one list a segment, so that a test can damage one alone
            return id;
        };
        vault::ContentWriter writer;
        for (const std::size_t size : sizes) {
            const base::Bytes chunk = random.bytes(size);
            base::append(whole, chunk);
            writer.add({data.store(chunk), chunk.size()}, storeList);
        }
        entry.content = writer.finish(storeList);
        entry.sizeBytes = whole.size();
        data.flush();
        lists.flush();
        session.makeDurable();
    }

    /// Puts the stored content into a larger file at these runs.
    void spread(const std::vector<platform::DataExtent>& runs, std::size_t sizeBytes) {
        base::Bytes spreadOut(sizeBytes);
        std::size_t at = 0;
        for (const platform::DataExtent& run : runs) {
            std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(at), run.sizeBytes,
                        spreadOut.begin() + static_cast<std::ptrdiff_t>(run.offset));
            at += static_cast<std::size_t>(run.sizeBytes);
        }
        whole = std::move(spreadOut);
        metadata.isSparse = true;
        metadata.extents = runs;
        entry.sizeBytes = sizeBytes;
    }

    mount::StoredFile& open() {
        entry.metadata = connectors::files::encodeMetadata(metadata);
        reader.emplace(*vault);
        chunks.emplace(*reader, 4 * base::kMiB, 2);
        file.emplace(*reader, *chunks, entry);
        return *file;
    }

    void requireSame(std::uint64_t offset, std::size_t sizeBytes) {
        base::Bytes got(sizeBytes, base::Byte{0xAA});
        const std::size_t count = file->readAt(offset, got);
        const std::uint64_t left = whole.size() - std::min<std::uint64_t>(offset, whole.size());
        BOOST_REQUIRE(count == std::min<std::uint64_t>(sizeBytes, left));
        BOOST_REQUIRE(std::equal(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(count),
                                 whole.end() - static_cast<std::ptrdiff_t>(left)));
    }

    void requireDamage(std::uint64_t offset, std::size_t sizeBytes) {
        base::Bytes to(sizeBytes);
        BOOST_REQUIRE_EXCEPTION(file->readAt(offset, to), base::Error, [](const base::Error& error) {
            return error.kind() == base::ErrorKind::Corrupt;
        });
    }

    void damage(const vault::ChunkId& id) {
        const auto at = vault->index().find(id);
        memory.flipBit(vault::packName(at->pack), at->segmentOffset + at->segmentBytes / 2);
    }

    /// Damages the innermost list above this byte of the content, and tells what part of it that hides.
    platform::DataExtent damageListAbove(std::uint64_t offset) {
        vault::ChunkReader lists(*vault);
        std::vector<vault::ChunkRef> refs = entry.content->refs;
        std::uint64_t begin = 0;
        for (unsigned depth = entry.content->depth;; --depth) {
            auto ref = refs.begin();
            for (; offset - begin >= ref->contentBytes; ++ref) begin += ref->contentBytes;
            if (depth == 1) {
                damage(ref->id);
                return {begin, ref->contentBytes};
            }
            const base::Bytes list = lists.read(ref->id);
            base::Decoder decoder(list);
            refs = vault::decodeRefs(decoder);
        }
    }

    test::MemoryStore memory;
    test::ManualClock clock;
    std::unique_ptr<vault::Vault> vault = test::makeVault(memory);
    base::Bytes whole;
    vault::TreeEntry entry;
    connectors::files::FileMetadata metadata;
    std::optional<vault::ChunkReader> reader;
    std::optional<mount::ChunkCache> chunks;
    std::optional<mount::StoredFile> file;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(StoredFile)

BOOST_AUTO_TEST_CASE(a_file_reads_the_same_in_order_and_in_any_other) {
    Fixture fixture;
    std::vector<std::size_t> sizes(1'200, 7'000);
    sizes.front() = 300'000;
    sizes.back() = 1;
    fixture.store(sizes);
    BOOST_REQUIRE(fixture.entry.content->depth >= 2);
    fixture.open();
    for (std::uint64_t at = 0; at < fixture.whole.size() + 131'072; at += 131'072)
        fixture.requireSame(at, 131'072);
    for (std::uint64_t at = fixture.whole.size() + 1; at > 90'001; at -= 90'001)
        fixture.requireSame(at, 131'072);
    test::Random random(6);
    for (int i = 0; i < 200; ++i)
        fixture.requireSame(random.below(fixture.whole.size() + 10),
                            static_cast<std::size_t>(random.below(50'000)));
}

BOOST_AUTO_TEST_CASE(holes_read_as_zeros_and_are_told) {
    Fixture fixture;
    fixture.store({5'000, 40'000, 5'000});
    const std::vector<platform::DataExtent> runs = {{10'000, 20'000}, {100'000, 1}, {200'000, 29'999}};
    fixture.spread(runs, 300'000);
    const mount::StoredFile& file = fixture.open();
    for (std::uint64_t at = 0; at < 300'000; at += 977) fixture.requireSame(at, 4'096);
    fixture.requireSame(0, 400'000);
    BOOST_TEST(file.nextData(0).value() == 10'000U);
    BOOST_TEST(file.nextData(15'000).value() == 15'000U);
    BOOST_TEST(file.nextData(30'000).value() == 100'000U);
    BOOST_TEST(!file.nextData(229'999).has_value());
    BOOST_TEST(file.nextHole(0) == 0U);
    BOOST_TEST(file.nextHole(10'000) == 30'000U);
    BOOST_TEST(file.nextHole(100'000) == 100'001U);
    BOOST_TEST(file.nextHole(210'000) == 229'999U);
}

BOOST_AUTO_TEST_CASE(an_empty_file_and_one_that_is_only_a_hole_can_be_read) {
    Fixture empty;
    empty.open();
    empty.requireSame(0, 100);
    BOOST_TEST(!empty.file->nextData(0).has_value());
    Fixture hole;
    hole.spread({}, 5'000);
    hole.open();
    hole.requireSame(0, 10'000);
    BOOST_TEST(hole.file->nextHole(17) == 17U);
}

BOOST_AUTO_TEST_CASE(a_lost_chunk_fails_the_reads_that_need_it_and_no_others) {
    Fixture fixture;
    fixture.store({200'000, 200'000, 200'000});
    fixture.damage(fixture.entry.content->refs.at(1).id);
    fixture.open();
    fixture.requireSame(0, 200'000);
    fixture.requireDamage(199'999, 1'000);
    fixture.requireDamage(300'000, 1'000);
    fixture.requireSame(400'000, 200'000);
}

BOOST_AUTO_TEST_CASE(a_lost_list_fails_the_reads_that_need_it_and_no_others) {
    constexpr std::size_t kStep = 50'000;
    // The first list, one in the middle, the last.
    for (const double share : {0.0, 0.5, 1.0}) {
        Fixture fixture;
        fixture.store(std::vector<std::size_t>(1'200, 7'000));
        BOOST_REQUIRE(fixture.entry.content->depth >= 2);
        const std::uint64_t last = fixture.whole.size() - 1;
        const platform::DataExtent lost =
            fixture.damageListAbove(static_cast<std::uint64_t>(static_cast<double>(last) * share));
        const std::uint64_t behind = lost.offset + lost.sizeBytes;
        fixture.open();
        // In order, so that reading ahead meets the damage long before the reader does.
        for (std::uint64_t at = 0; at < lost.offset; at += kStep)
            fixture.requireSame(at,
                                static_cast<std::size_t>(std::min<std::uint64_t>(kStep, lost.offset - at)));
        if (lost.offset > 0) fixture.requireDamage(lost.offset - 1, 2);
        // Right from the damage to what lies behind it, and in front of it once more.
        fixture.requireDamage(lost.offset, 1);
        fixture.requireSame(behind, 1);
        fixture.requireDamage(behind - 1, 1);
        for (std::uint64_t at = behind; at <= last; at += kStep) fixture.requireSame(at, kStep);
        if (lost.offset > 0) fixture.requireSame(lost.offset - 1, 1);
        fixture.requireSame(behind, kStep);
    }
}

BOOST_AUTO_TEST_CASE(who_skips_a_lost_list_does_not_meet_it) {
    Fixture fixture;
    fixture.store(std::vector<std::size_t>(1'200, 7'000));
    const platform::DataExtent lost = fixture.damageListAbove(fixture.whole.size() / 2);
    fixture.open();
    fixture.requireSame(lost.offset - 100, 100);
    fixture.requireSame(lost.offset + lost.sizeBytes + 10'000, 100);
}

BOOST_AUTO_TEST_CASE(content_that_is_shorter_than_the_file_is_damage) {
    Fixture fixture;
    fixture.store({1'000});
    fixture.entry.sizeBytes = 2'000;
    fixture.open();
    base::Bytes to(2'000);
    BOOST_CHECK_EXCEPTION(fixture.file->readAt(0, to), base::Error,
                          [](const base::Error& error) { return error.code() == "MOUNT-0009"; });
}

BOOST_AUTO_TEST_SUITE_END()
