// SPDX-License-Identifier: Apache-2.0
// read_ahead_test.cpp: who reads in order gets more at once, and nobody gets what is not so.
#include "agent/s3/read_ahead.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/random_bytes.hpp"

BOOST_AUTO_TEST_SUITE(read_aheads)

BOOST_AUTO_TEST_CASE(a_single_read_is_not_made_larger) {
    s3::ReadAhead ahead;
    BOOST_TEST(ahead.bytesToRead("a", 100, 10) == 10U);
    ahead.keep("a", 100, 10, base::Bytes(10));
    BOOST_TEST(ahead.bytesToRead("a", 50 * base::kMiB, 10) == 10U);
    BOOST_TEST(ahead.bytesToRead("b", 110, 10) == 10U);
    BOOST_TEST(ahead.bytesToRead("a", 110, 10) == s3::ReadAhead::kBlockBytes);
    BOOST_TEST(ahead.bytesToRead("a", 110, 5 * base::kMiB) == 5 * base::kMiB);
}

BOOST_AUTO_TEST_CASE(only_what_is_wholly_kept_is_given) {
    s3::ReadAhead ahead;
    const base::Bytes content = test::Random(1).bytes(100);
    ahead.keep("a", 1000, 10, content);
    base::Bytes part(20);
    BOOST_TEST(ahead.take("a", 1080, part));
    BOOST_TEST(std::equal(part.begin(), part.end(), content.begin() + 80));
    for (const std::uint64_t offset :
         {std::uint64_t{0}, std::uint64_t{999}, std::uint64_t{1081}, ~std::uint64_t{0}}) {
        BOOST_TEST(!ahead.take("a", offset, part));
    }
    BOOST_TEST(!ahead.take("b", 1000, part));
    ahead.remove("a");
    BOOST_TEST(!ahead.take("a", 1000, part));
}

BOOST_AUTO_TEST_CASE(the_oldest_object_makes_room) {
    s3::ReadAhead ahead;
    base::Bytes one(1);
    for (std::size_t i = 0; i <= s3::ReadAhead::kObjects; ++i) ahead.keep(std::to_string(i), 0, 1, one);
    BOOST_TEST(!ahead.take("0", 0, one));
    BOOST_TEST(ahead.take("1", 0, one));
}

BOOST_AUTO_TEST_SUITE_END()
