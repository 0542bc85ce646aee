// SPDX-License-Identifier: Apache-2.0
// chunker_test.cpp: where content is cut.
#include "agent/vault/chunker.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/support/random_bytes.hpp"

namespace {

using vault::Chunker;

base::Secret<32> keyFrom(std::uint64_t seed) { return base::Secret<32>(test::Random(seed).bytes(32)); }

/// Ends of the chunks of a content whose bytes arrive `step` at a time.
std::vector<std::size_t> cut(const Chunker& chunker, base::ByteView content, std::size_t step) {
    std::vector<std::size_t> ends;
    std::size_t begin = 0;
    while (begin < content.size()) {
        Chunker::Scan scan(chunker);
        std::size_t size = 0;
        std::size_t seen = 0;
        while (size == 0 && begin + seen < content.size()) {
            seen = std::min(seen + step, content.size() - begin);
            size = scan.end(content.subspan(begin, seen));
        }
        begin += size == 0 ? seen : size;
        ends.push_back(begin);
    }
    return ends;
}

std::vector<std::size_t> sizesOf(const std::vector<std::size_t>& ends) {
    std::vector<std::size_t> sizes;
    std::size_t before = 0;
    for (const std::size_t end : ends) {
        sizes.push_back(end - before);
        before = end;
    }
    return sizes;
}

/// The chunks themselves, as text.
std::set<std::string_view> piecesOf(base::ByteView content, const std::vector<std::size_t>& ends) {
    std::set<std::string_view> pieces;
    std::size_t before = 0;
    for (const std::size_t end : ends) {
        pieces.insert(base::asText(content.subspan(before, end - before)));
        before = end;
    }
    return pieces;
}

constexpr std::size_t kWhole = 64 * base::kMiB;

}  // namespace

BOOST_AUTO_TEST_SUITE(chunkers)

BOOST_AUTO_TEST_CASE(sizes_stay_within_bounds_and_near_the_normal_size) {
    const Chunker chunker(keyFrom(1));
    const base::Bytes content = test::Random(2).bytes(24 * base::kMiB);
    const auto sizes = sizesOf(cut(chunker, content, kWhole));
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
        BOOST_REQUIRE(sizes[i] >= vault::kMinChunkBytes);
        BOOST_REQUIRE(sizes[i] <= vault::kMaxChunkBytes);
    }
    const std::size_t average = content.size() / sizes.size();
    BOOST_TEST(average > vault::kNormalChunkBytes * 3 / 4);
    BOOST_TEST(average < vault::kNormalChunkBytes * 3 / 2);
    const auto hardCuts = std::count(sizes.begin(), sizes.end(), vault::kMaxChunkBytes);
    BOOST_TEST(static_cast<std::size_t>(hardCuts) * 20 < sizes.size());
}

BOOST_AUTO_TEST_CASE(cuts_do_not_depend_on_how_the_bytes_arrive) {
    const Chunker chunker(keyFrom(3));
    const base::Bytes content = test::Random(4).bytes(3 * base::kMiB);
    const auto expected = cut(chunker, content, kWhole);
    BOOST_TEST(expected.size() > 3U);
    for (const std::size_t step : {std::size_t{997}, std::size_t{4096}, vault::kMinChunkBytes - 1,
                                   vault::kMinChunkBytes, vault::kMinChunkBytes + 1, std::size_t{500'001}}) {
        BOOST_TEST(cut(chunker, content, step) == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_arrive_one_by_one_around_a_cut_give_the_same_cut) {
    const Chunker chunker(keyFrom(5));
    const base::Bytes content = test::Random(6).bytes(vault::kMaxChunkBytes);
    const std::size_t expected = Chunker::Scan(chunker).end(content);
    BOOST_REQUIRE(expected > vault::kMinChunkBytes);
    Chunker::Scan scan(chunker);
    for (std::size_t seen = vault::kMinChunkBytes - 70; seen < expected; ++seen) {
        BOOST_REQUIRE(scan.end(base::ByteView(content).first(seen)) == 0U);
    }
    BOOST_TEST(scan.end(base::ByteView(content).first(expected)) == expected);
}

BOOST_AUTO_TEST_CASE(two_keys_cut_the_same_content_differently) {
    const base::Bytes content = test::Random(7).bytes(8 * base::kMiB);
    const auto first = cut(Chunker(keyFrom(8)), content, kWhole);
    const auto second = cut(Chunker(keyFrom(9)), content, kWhole);
    std::vector<std::size_t> common;
    std::set_intersection(first.begin(), first.end(), second.begin(), second.end(),
                          std::back_inserter(common));
    BOOST_TEST(common.size() == 1U);  // the end of the content
    BOOST_TEST(cut(Chunker(keyFrom(8)), content, kWhole) == first, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_insertion_changes_the_chunks_around_it_and_no_others) {
    const Chunker chunker(keyFrom(10));
    base::Bytes content = test::Random(11).bytes(16 * base::kMiB);
    const auto pieces = piecesOf(content, cut(chunker, content, kWhole));
    base::Bytes changed = content;
    const base::Bytes inserted = test::Random(12).bytes(1001);
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(content.size() / 2), inserted.begin(),
                   inserted.end());
    std::size_t fresh = 0;
    for (const auto piece : piecesOf(changed, cut(chunker, changed, kWhole))) {
        fresh += pieces.contains(piece) ? 0 : 1;
    }
    BOOST_TEST(fresh >= 1U);
    BOOST_TEST(fresh <= 3U);
}

BOOST_AUTO_TEST_CASE(content_without_any_boundary_is_cut_at_the_largest_size) {
    const Chunker chunker(keyFrom(13));
    const base::Bytes zeros(3 * vault::kMaxChunkBytes + 5);
    const auto sizes = sizesOf(cut(chunker, zeros, kWhole));
    // All windows are equal, so every chunk but the last has one size, whatever that is.
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) BOOST_REQUIRE(sizes[i] == sizes[0]);
}

BOOST_AUTO_TEST_CASE(content_below_the_smallest_size_has_no_cut) {
    const Chunker chunker(keyFrom(14));
    const base::Bytes content = test::Random(15).bytes(vault::kMinChunkBytes);
    Chunker::Scan scan(chunker);
    BOOST_TEST(scan.end({}) == 0U);
    BOOST_TEST(scan.end(base::ByteView(content).first(1)) == 0U);
    BOOST_TEST(scan.end(content) == 0U);
}

BOOST_AUTO_TEST_CASE(sip_hash_gives_the_values_of_its_authors) {
    base::Bytes key(16);
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<base::Byte>(i);
    const auto key0 = base::loadLittleEndian<std::uint64_t>(key.data());
    const auto key1 = base::loadLittleEndian<std::uint64_t>(key.data() + 8);
    base::Bytes message;
    for (base::Byte i = 0; i < 15; ++i) message.push_back(i);
    BOOST_TEST(vault::sipHash(key0, key1, message) == 0xA129CA6149BE45E5u);
    BOOST_TEST(vault::sipHash(key0, key1, {}) == 0x726FDB47DD0E0E31u);
    BOOST_TEST(vault::sipHash(key0, key1, base::ByteView(message).first(8)) == 0x93F5F5799A932462u);
}

BOOST_AUTO_TEST_SUITE_END()
