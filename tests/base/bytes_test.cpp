// SPDX-License-Identifier: Apache-2.0
// bytes_test.cpp: little-endian numbers, secrets and identifiers.
#include "platform/base/bytes.hpp"

#include <boost/test/unit_test.hpp>
#include <unordered_set>

#include "platform/base/strong_id.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using SampleId = base::StrongId<struct SampleTag, 16>;

}  // namespace

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(numbers_are_stored_with_the_lowest_byte_first) {
    base::Bytes memory(8);
    base::storeLittleEndian<std::uint32_t>(memory.data(), 0x01020304);
    BOOST_TEST(memory[0] == 4);
    BOOST_TEST(memory[3] == 1);
    BOOST_TEST(memory[4] == 0);
    base::storeLittleEndian<std::uint64_t>(memory.data(), 0xF1E2D3C4B5A69788u);
    BOOST_TEST(base::loadLittleEndian<std::uint64_t>(memory.data()) == 0xF1E2D3C4B5A69788u);
    BOOST_TEST(base::loadLittleEndian<std::uint16_t>(memory.data()) == 0x9788U);
}

BOOST_AUTO_TEST_CASE(a_secret_takes_what_fits_and_is_zero_elsewhere) {
    const base::Bytes three = {1, 2, 3};
    const base::Secret<4> padded{base::ByteView(three)};
    const base::Secret<2> cut{base::ByteView(three)};
    const base::Bytes expected = {1, 2, 3, 0};
    BOOST_TEST(base::asText(padded.view()) == base::asText(expected));
    BOOST_TEST(base::asText(cut.view()) == base::asText(base::ByteView(expected).first(2)));
}

BOOST_AUTO_TEST_CASE(wiping_leaves_zeros) {
    base::Bytes memory(100, 0xAA);
    base::wipe(memory.data(), memory.size());
    BOOST_TEST(memory == base::Bytes(100), boost::test_tools::per_element());
    base::wipe(nullptr, 0);
}

BOOST_AUTO_TEST_CASE(secret_bytes_are_copied_moved_and_assigned) {
    const base::SecretBytes original("password");
    base::SecretBytes copy = original;
    base::SecretBytes other("something longer than that");
    other = copy;
    BOOST_TEST(base::asText(other.view()) == "password");
    const base::SecretBytes& alias = other;
    other = alias;
    BOOST_TEST(base::asText(other.view()) == "password");
    copy = base::SecretBytes();
    BOOST_TEST(copy.empty());
    const base::SecretBytes moved = std::move(other);
    BOOST_TEST(base::asText(moved.view()) == "password");
    BOOST_TEST(base::asText(original.view()) == "password");
}

BOOST_AUTO_TEST_CASE(identifiers_come_back_from_hex_and_sort_as_their_bytes) {
    test::Random random(4);
    for (int i = 0; i < 200; ++i) {
        const auto a = random.id<SampleId>();
        const auto b = random.id<SampleId>();
        BOOST_REQUIRE(SampleId::fromHex(a.hex()) == a);
        BOOST_REQUIRE((a < b) == (a.hex() < b.hex()));
        BOOST_REQUIRE((a.prefix() < b.prefix()) == (a < b));
    }
    BOOST_TEST(!SampleId::fromHex("").has_value());
    BOOST_TEST(!SampleId::fromHex(std::string(31, 'a')).has_value());
    BOOST_TEST(!SampleId::fromHex(std::string(33, 'a')).has_value());
    BOOST_TEST(!SampleId::fromHex(std::string(32, 'g')).has_value());
    BOOST_TEST((SampleId::fromHex(std::string(32, '0')) == SampleId{}));
}

BOOST_AUTO_TEST_CASE(identifiers_serve_as_keys) {
    test::Random random(5);
    std::unordered_set<SampleId> ids;
    for (int i = 0; i < 1000; ++i) ids.insert(random.id<SampleId>());
    BOOST_TEST(ids.size() == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
