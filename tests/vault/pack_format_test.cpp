// SPDX-License-Identifier: Apache-2.0
// pack_format_test.cpp: segments, directories and footers of packs, whole and damaged.
#include "agent/vault/pack_format.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "platform/base/error.hpp"
#include "platform/base/wire.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using vault::Cipher;
using vault::CipherKind;
using vault::PartRole;

base::Secret<32> keyFrom(std::uint64_t seed) { return base::Secret<32>(test::Random(seed).bytes(32)); }

vault::SegmentInfo makeSegment(test::Random& random, std::uint32_t offset, std::size_t chunks) {
    vault::SegmentInfo segment{offset, 1000 + static_cast<std::uint32_t>(random.below(100'000)), {}};
    for (std::size_t i = 0; i < chunks; ++i) {
        segment.chunks.push_back(
            {random.id<vault::ChunkId>(), static_cast<std::uint32_t>(random.below(1 << 21))});
    }
    return segment;
}

/// Seals these directory bytes as they are and opens them.
std::optional<vault::PackDirectory> openedDirectory(base::ByteView plain) {
    Cipher cipher(CipherKind::Aes256Gcm, keyFrom(1));
    base::Bytes sealedPart(plain.size() + vault::kTagBytes);
    cipher.seal(PartRole::Directory, 77, plain, {}, sealedPart);
    const vault::PackFooter footer{77, static_cast<std::uint32_t>(sealedPart.size()),
                                   static_cast<std::uint32_t>(plain.size())};
    return vault::openDirectory(cipher, footer, sealedPart);
}

base::Bytes compressible(std::size_t size) {
    base::Bytes content(size);
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<base::Byte>(i / 50);
    return content;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pack_formats)

BOOST_AUTO_TEST_CASE(pack_names_are_read_back_and_others_refused) {
    const auto id = test::Random(1).id<vault::PackId>();
    const std::string name = vault::packName(id);
    BOOST_TEST(name.starts_with("packs/" + id.hex().substr(0, 2) + "/"));
    BOOST_TEST((vault::packIdOfName(name) == id));
    for (const char* other : {"", "packs", "packs/", "packs/ab", "packs/ab/", "index/ab/00", "packs/ab/zz"}) {
        BOOST_TEST(!vault::packIdOfName(other).has_value(), other);
    }
}

BOOST_AUTO_TEST_CASE(a_segment_comes_back_compressed_or_stored) {
    Cipher cipher(CipherKind::Aes256Gcm, keyFrom(2));
    vault::SegmentCodec codec;
    const base::Bytes soft = compressible(200'000);
    const base::Bytes hard = test::Random(3).bytes(200'000);
    std::uint32_t offset = 40;
    for (const base::Bytes& raw : {soft, hard, base::Bytes{1}, base::Bytes{}}) {
        const auto prepared = codec.prepare(raw, 3);
        const base::Bytes sealedPart = codec.sealVerified(cipher, offset, prepared, raw);
        const auto opened = codec.open(cipher, offset, sealedPart);
        BOOST_REQUIRE(opened.has_value());
        BOOST_TEST(base::Bytes(opened->begin(), opened->end()) == raw);
        BOOST_TEST(codec.isIntact(cipher, offset, sealedPart));
        offset += static_cast<std::uint32_t>(sealedPart.size());
    }
    BOOST_TEST(codec.prepare(soft, 3).sealedBytes() < soft.size() / 10);
    BOOST_TEST(codec.prepare(hard, 3).sealedBytes() ==
               hard.size() + vault::kSegmentPrefixBytes + vault::kTagBytes);
}

BOOST_AUTO_TEST_CASE(a_segment_opens_at_its_own_offset_only_and_only_unchanged) {
    Cipher cipher(CipherKind::Aes256Gcm, keyFrom(4));
    vault::SegmentCodec codec;
    const base::Bytes raw = compressible(3000);
    base::Bytes sealedPart = codec.sealVerified(cipher, 40, codec.prepare(raw, 1), raw);
    BOOST_TEST(!codec.open(cipher, 41, sealedPart).has_value());
    BOOST_TEST(!codec.isIntact(cipher, 0, sealedPart));
    for (std::size_t size = 0; size < sealedPart.size(); ++size) {
        BOOST_REQUIRE(!codec.open(cipher, 40, base::ByteView(sealedPart).first(size)).has_value());
    }
    for (std::size_t at = 0; at < sealedPart.size(); ++at) {
        sealedPart[at] = static_cast<base::Byte>(sealedPart[at] ^ 0x10);
        BOOST_REQUIRE(!codec.open(cipher, 40, sealedPart).has_value());
        sealedPart[at] = static_cast<base::Byte>(sealedPart[at] ^ 0x10);
    }
    BOOST_TEST(codec.open(cipher, 40, sealedPart).has_value());
}

BOOST_AUTO_TEST_CASE(a_sealed_segment_with_a_senseless_inside_is_refused) {
    Cipher cipher(CipherKind::Aes256Gcm, keyFrom(5));
    vault::SegmentCodec codec;
    test::Random random(6);
    const auto opens = [&](base::ByteView plain) {
        base::Bytes sealedPart(plain.size() + vault::kTagBytes);
        cipher.seal(PartRole::Segment, 40, plain, {}, sealedPart);
        return codec.open(cipher, 40, sealedPart).has_value();
    };
    BOOST_TEST(!opens(base::Bytes{}));
    BOOST_TEST(!opens(base::Bytes{0, 0, 0, 0}));
    BOOST_TEST(opens(base::Bytes{0, 0, 0, 0, 0}));
    BOOST_TEST(!opens(base::Bytes{0, 2, 0, 0, 0, 9}));          // stored, and shorter than it says
    BOOST_TEST(!opens(base::Bytes{1, 2, 0, 0, 0, 9, 9}));       // no zstd frame
    BOOST_TEST(!opens(base::Bytes{2, 1, 0, 0, 0, 9}));          // unknown codec
    BOOST_TEST(!opens(base::Bytes{1, 255, 255, 255, 255, 9}));  // impossibly large
    for (int i = 0; i < 2000; ++i) {
        base::Bytes plain = random.bytes(5 + random.below(60));
        plain[0] = static_cast<base::Byte>(random.below(3));
        plain[3] = plain[4] = 0;
        static_cast<void>(opens(plain));
    }
}

BOOST_AUTO_TEST_CASE(a_directory_comes_back_as_it_was_written) {
    test::Random random(7);
    Cipher cipher(CipherKind::Aes256Gcm, keyFrom(8));
    base::Bytes directory = vault::beginDirectory(vault::PackKind::Tree);
    std::vector<vault::SegmentInfo> segments;
    for (std::uint32_t i = 0; i < 20; ++i) segments.push_back(makeSegment(random, 40 + 1000 * i, i));
    for (const auto& segment : segments) {
        const std::size_t before = directory.size();
        vault::encodeSegmentInfo(directory, segment);
        BOOST_TEST(directory.size() - before <= vault::directoryBytesFor(segment.chunks.size()));
    }
    const std::uint32_t segmentsEnd = 500'000;
    const base::Bytes end = vault::sealPackEnd(cipher, segmentsEnd, directory);
    BOOST_TEST(segmentsEnd + end.size() == vault::finalPackBytes(segmentsEnd, directory.size()));
    const base::ByteView view(end);
    const auto footer = vault::openFooter(cipher, view.last(vault::kFooterBytes));
    BOOST_REQUIRE(footer.has_value());
    BOOST_TEST(footer->directoryOffset == segmentsEnd);
    const auto opened = vault::openDirectory(cipher, *footer, view.first(footer->directorySealedBytes));
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST((opened->kind == vault::PackKind::Tree));
    BOOST_REQUIRE(opened->segments.size() == segments.size());
    for (std::size_t i = 0; i < segments.size(); ++i) {
        BOOST_TEST(opened->segments[i].offset == segments[i].offset);
        BOOST_TEST(opened->segments[i].sealedBytes == segments[i].sealedBytes);
        BOOST_REQUIRE(opened->segments[i].chunks.size() == segments[i].chunks.size());
        for (std::size_t j = 0; j < segments[i].chunks.size(); ++j) {
            BOOST_TEST((opened->segments[i].chunks[j].id == segments[i].chunks[j].id));
            BOOST_TEST(opened->segments[i].chunks[j].sizeBytes == segments[i].chunks[j].sizeBytes);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_directory_cut_inside_a_segment_is_refused) {
    test::Random random(9);
    base::Bytes plain = vault::beginDirectory(vault::PackKind::Data);
    BOOST_TEST(openedDirectory(plain).has_value());
    vault::encodeSegmentInfo(plain, makeSegment(random, 40, 3));
    BOOST_TEST(openedDirectory(plain).has_value());
    BOOST_TEST(!openedDirectory({}).has_value());
    for (std::size_t size = 2; size < plain.size(); ++size) {
        BOOST_REQUIRE(!openedDirectory(base::ByteView(plain).first(size)).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_directory_of_random_bytes_never_does_more_than_be_refused) {
    test::Random random(10);
    for (int i = 0; i < 3000; ++i) {
        const base::Bytes plain = random.bytes(random.below(120));
        static_cast<void>(openedDirectory(plain));
    }
    base::Bytes huge = vault::beginDirectory(vault::PackKind::Data);
    base::Encoder encoder(huge);
    encoder.number(40);
    encoder.number(100);
    encoder.number(~std::uint64_t{0});
    BOOST_TEST(!openedDirectory(huge).has_value());
}

BOOST_AUTO_TEST_CASE(a_damaged_footer_is_refused) {
    Cipher cipher(CipherKind::Aes256Gcm, keyFrom(11));
    const base::Bytes end = vault::sealPackEnd(cipher, 5000, vault::beginDirectory(vault::PackKind::Data));
    base::Bytes footer(end.end() - vault::kFooterBytes, end.end());
    BOOST_TEST(vault::openFooter(cipher, footer).has_value());
    for (std::size_t at = 0; at < footer.size(); ++at) {
        footer[at] = static_cast<base::Byte>(footer[at] ^ 1);
        BOOST_REQUIRE(!vault::openFooter(cipher, footer).has_value());
        footer[at] = static_cast<base::Byte>(footer[at] ^ 1);
    }
}

BOOST_AUTO_TEST_CASE(full_packs_have_one_size_and_small_ones_few) {
    for (std::size_t missing = 200; missing < 100'000; missing += 331) {
        BOOST_REQUIRE(vault::finalPackBytes(vault::kPackBytes - missing, 100) == vault::kPackBytes);
    }
    std::set<std::size_t> sizes;
    for (std::size_t end = 100; end < vault::kPackBytes; end += 5011) {
        const std::size_t final = vault::finalPackBytes(end, 50);
        BOOST_REQUIRE(final >= end + 50 + vault::kTagBytes + vault::kFooterBytes);
        sizes.insert(final);
    }
    BOOST_TEST(sizes.size() < 300U);
}

BOOST_AUTO_TEST_SUITE_END()
