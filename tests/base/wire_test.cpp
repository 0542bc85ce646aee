// SPDX-License-Identifier: Apache-2.0
// wire_test.cpp: values come back as they went, and the decoder trusts nothing.
#include "platform/base/wire.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "platform/base/error.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

bool isDamage(const base::Error& error) {
    return error.kind() == base::ErrorKind::Corrupt && error.code() == "BASE-0005";
}

/// Every kind of value once.
base::Bytes encodeSample() {
    base::Bytes bytes;
    base::Encoder encoder(bytes);
    encoder.byte(7);
    encoder.fixed<std::uint32_t>(0x01020304);
    encoder.number(300);
    encoder.signedNumber(-300);
    encoder.string("text");
    encoder.blob(base::Bytes{1, 2, 3});
    encoder.raw(base::Bytes{9, 9});
    return bytes;
}

void decodeSample(base::ByteView bytes) {
    base::Decoder decoder(bytes);
    BOOST_TEST(decoder.byte() == 7);
    BOOST_TEST(decoder.fixed<std::uint32_t>() == 0x01020304U);
    BOOST_TEST(decoder.number() == 300U);
    BOOST_TEST(decoder.signedNumber() == -300);
    BOOST_TEST(decoder.string() == "text");
    BOOST_TEST(decoder.blob().size() == 3U);
    BOOST_TEST(decoder.raw(2)[1] == 9);
    decoder.expectEnd();
    BOOST_TEST(decoder.atEnd());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire)

BOOST_AUTO_TEST_CASE(numbers_of_every_length_come_back) {
    std::vector<std::uint64_t> numbers = {0, std::numeric_limits<std::uint64_t>::max()};
    for (unsigned bit = 0; bit < 64; ++bit) {
        numbers.push_back(std::uint64_t{1} << bit);
        numbers.push_back((std::uint64_t{1} << bit) - 1);
    }
    base::Bytes bytes;
    base::Encoder encoder(bytes);
    for (const std::uint64_t number : numbers) {
        encoder.number(number);
        encoder.signedNumber(static_cast<std::int64_t>(number));
    }
    base::Decoder decoder(bytes);
    for (const std::uint64_t number : numbers) {
        BOOST_TEST(decoder.number() == number);
        BOOST_TEST(decoder.signedNumber() == static_cast<std::int64_t>(number));
    }
    BOOST_TEST(decoder.atEnd());
}

BOOST_AUTO_TEST_CASE(the_bytes_are_as_the_format_says) {
    base::Bytes bytes;
    base::Encoder encoder(bytes);
    encoder.number(300);
    encoder.signedNumber(-1);
    encoder.signedNumber(1);
    encoder.fixed<std::uint16_t>(0x0102);
    encoder.string("ab");
    const base::Bytes expected = {0xAC, 0x02, 0x01, 0x02, 0x02, 0x01, 0x02, 'a', 'b'};
    BOOST_TEST(bytes == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_record_cut_at_any_byte_is_refused) {
    const base::Bytes whole = encodeSample();
    decodeSample(whole);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        base::Decoder decoder(base::ByteView(whole).first(size));
        const auto readAll = [&] {
            decoder.byte();
            decoder.fixed<std::uint32_t>();
            decoder.number();
            decoder.signedNumber();
            decoder.string();
            decoder.blob();
            decoder.raw(2);
        };
        BOOST_CHECK_EXCEPTION(readAll(), base::Error, isDamage);
    }
}

BOOST_AUTO_TEST_CASE(bytes_left_over_are_noticed) {
    const base::Bytes one = {1};
    BOOST_CHECK_EXCEPTION(base::Decoder(one).expectEnd(), base::Error, isDamage);
}

BOOST_AUTO_TEST_CASE(numbers_past_64_bits_are_refused) {
    const base::Bytes tooLarge = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02};
    const base::Bytes endless(11, 0x80);
    base::Decoder first(tooLarge);
    base::Decoder second(endless);
    BOOST_CHECK_EXCEPTION(first.number(), base::Error, isDamage);
    BOOST_CHECK_EXCEPTION(second.number(), base::Error, isDamage);
}

BOOST_AUTO_TEST_CASE(a_length_past_the_end_is_refused_however_large) {
    for (const std::uint64_t length : {std::uint64_t{1}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
        base::Bytes bytes;
        base::Encoder(bytes).number(length);
        base::Decoder decoder(bytes);
        BOOST_CHECK_EXCEPTION(decoder.blob(), base::Error, isDamage);
    }
}

BOOST_AUTO_TEST_CASE(a_count_may_reach_its_limit_and_not_pass_it) {
    const base::Bytes five = {5};
    BOOST_TEST(base::Decoder(five).numberUpTo(5) == 5U);
    BOOST_CHECK_EXCEPTION(base::Decoder(five).numberUpTo(4), base::Error, isDamage);
}

BOOST_AUTO_TEST_CASE(random_bytes_never_do_more_than_throw) {
    test::Random random(3);
    for (int i = 0; i < 5000; ++i) {
        const base::Bytes bytes = random.bytes(random.below(20));
        base::Decoder decoder(bytes);
        try {
            while (!decoder.atEnd()) {
                switch (random.below(4)) {
                    case 0:
                        decoder.number();
                        break;
                    case 1:
                        decoder.signedNumber();
                        break;
                    case 2:
                        decoder.blob();
                        break;
                    default:
                        decoder.fixed<std::uint64_t>();
                }
            }
        } catch (const base::Error& error) {
            BOOST_REQUIRE(isDamage(error));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
