// SPDX-License-Identifier: Apache-2.0
// text_test.cpp: hex, sizes, UTF-8 and names that may hold anything.
#include "platform/base/text.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/random_bytes.hpp"

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(hex_is_read_back_in_either_case) {
    test::Random random(1);
    for (std::size_t size = 0; size < 40; ++size) {
        const base::Bytes bytes = random.bytes(size);
        std::string hex = base::encodeHex(bytes);
        BOOST_TEST(hex.size() == 2 * size);
        base::Bytes back(size);
        BOOST_REQUIRE(base::decodeHex(hex, back));
        BOOST_TEST(back == bytes);
        for (char& letter : hex) letter = letter >= 'a' ? static_cast<char>(letter - 'a' + 'A') : letter;
        BOOST_REQUIRE(base::decodeHex(hex, back));
        BOOST_TEST(back == bytes);
    }
    BOOST_TEST(base::encodeHex(base::Bytes{0x00, 0x0A, 0xFF}) == "000aff");
}

BOOST_AUTO_TEST_CASE(hex_of_another_length_or_with_other_letters_is_refused) {
    base::Bytes two(2);
    for (const char* text : {"", "0a", "0a0", "0a0b0", "0a0b0c", "0a0g", "0a:b", " a0b", "0x0b", "-a0b"}) {
        BOOST_TEST(!base::decodeHex(text, two), text);
    }
}

BOOST_AUTO_TEST_CASE(sizes_are_shown_in_the_unit_that_fits) {
    BOOST_TEST(base::formatSize(0) == "0 B");
    BOOST_TEST(base::formatSize(1023) == "1023 B");
    BOOST_TEST(base::formatSize(1024) == "1.0 KiB");
    BOOST_TEST(base::formatSize(1536) == "1.5 KiB");
    BOOST_TEST(base::formatSize(1024 * 1024 - 1) == "1.0 MiB");
    BOOST_TEST(base::formatSize(base::kGiB) == "1.0 GiB");
    BOOST_TEST(base::formatSize(~std::uint64_t{0}) == "16.0 EiB");
}

BOOST_AUTO_TEST_CASE(sizes_are_read_with_and_without_a_unit) {
    BOOST_TEST(base::parseSize("0").value() == 0U);
    BOOST_TEST(base::parseSize("512").value() == 512U);
    BOOST_TEST(base::parseSize("512B").value() == 512U);
    BOOST_TEST(base::parseSize("64K").value() == 64U * 1024);
    BOOST_TEST(base::parseSize("64k").value() == 64U * 1024);
    BOOST_TEST(base::parseSize("1.5GiB").value() == base::kGiB + base::kGiB / 2);
    BOOST_TEST(base::parseSize("10M").value() == 10U * base::kMiB);
    BOOST_TEST(base::parseSize("2T").value() == 2048 * base::kGiB);
    for (const char* text : {"", "K", "-1", "1Q", "1KB", "1KiBs", "1..5M", "1 M", "1e3", "nan", "inf", "0x10",
                             "99999999999999999999", "9000P"}) {
        BOOST_TEST(!base::parseSize(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_read_whole_or_not_at_all) {
    BOOST_TEST(base::parseUnsigned("0").value() == 0U);
    BOOST_TEST(base::parseUnsigned("18446744073709551615").value() == ~std::uint64_t{0});
    for (const char* text : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1x", "0x1"}) {
        BOOST_TEST(!base::parseUnsigned(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(durations_are_shown_in_hours_minutes_and_seconds) {
    BOOST_TEST(base::formatDuration(0) == "0 s");
    BOOST_TEST(base::formatDuration(59) == "59 s");
    BOOST_TEST(base::formatDuration(60) == "1m 00s");
    BOOST_TEST(base::formatDuration(3599) == "59m 59s");
    BOOST_TEST(base::formatDuration(3600) == "1h 00m 00s");
    BOOST_TEST(base::formatDuration(100 * 3600 + 62) == "100h 01m 02s");
}

BOOST_AUTO_TEST_CASE(short_times_are_shown_in_tenths_of_seconds) {
    using std::chrono::milliseconds;
    BOOST_TEST(base::formatElapsed(milliseconds(0)) == "under 0.1 s");
    BOOST_TEST(base::formatElapsed(milliseconds(449)) == "0.4 s");
    BOOST_TEST(base::formatElapsed(milliseconds(1250)) == "1.3 s");
    BOOST_TEST(base::formatElapsed(milliseconds(9940)) == "9.9 s");
    BOOST_TEST(base::formatElapsed(milliseconds(9960)) == "10 s");
    BOOST_TEST(base::formatElapsed(milliseconds(10'499)) == "10 s");
    BOOST_TEST(base::formatElapsed(milliseconds(59'700)) == "1m 00s");
    BOOST_TEST(base::formatElapsed(milliseconds(-5)) == "under 0.1 s");
}

BOOST_AUTO_TEST_CASE(utf8_is_told_from_what_only_looks_like_it) {
    for (const char* good : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                             "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        BOOST_TEST(base::isUtf8(good), good);
    }
    for (const char* bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80",
          "\xE2\x82", "\xE2\x41\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
          "a\xF0\x90\x80", "\xF8\x88\x80\x80\x80"}) {
        BOOST_TEST(!base::isUtf8(bad));
    }
}

BOOST_AUTO_TEST_CASE(what_is_printable_stays_and_the_rest_becomes_hex) {
    BOOST_TEST(base::printable("plain \xC3\xA4 \xE4\xB8\xAD") == "plain \xC3\xA4 \xE4\xB8\xAD");
    BOOST_TEST(base::printable("a\nb\x1B[2J") == "a\\x0ab\\x1b[2J");
    BOOST_TEST(base::printable("\x7F") == "\\x7f");
    BOOST_TEST(base::printable("\xC2\x9B") == "\\xc2\\x9b");  // CSI as a C1 control character
    BOOST_TEST(base::printable("\xFF\xC3") == "\\xff\\xc3");
    BOOST_TEST(base::printable(std::string_view("a\0b", 3)) == "a\\x00b");
}

BOOST_AUTO_TEST_CASE(any_bytes_become_utf8_without_control_characters) {
    test::Random random(2);
    for (int i = 0; i < 2000; ++i) {
        const base::Bytes bytes = random.bytes(random.below(24));
        const std::string shown = base::printable(base::asText(bytes));
        BOOST_REQUIRE(base::isUtf8(shown));
        for (const char letter : shown) {
            BOOST_REQUIRE(static_cast<unsigned char>(letter) >= 0x20);
            BOOST_REQUIRE(letter != 0x7F);
        }
    }
}

BOOST_AUTO_TEST_CASE(splitting_keeps_empty_parts) {
    const auto parts = base::split("/a//b/", '/');
    const std::vector<std::string_view> expected = {"", "a", "", "b", ""};
    BOOST_TEST(parts == expected, boost::test_tools::per_element());
    BOOST_TEST(base::split("", '/').size() == 1U);
}

BOOST_AUTO_TEST_CASE(trimming_takes_blanks_from_both_ends_only) {
    BOOST_TEST(base::trim(" \t a b\r\n") == "a b");
    BOOST_TEST(base::trim(" \n") == "");
    BOOST_TEST(base::trim("") == "");
    BOOST_TEST(base::trim("a") == "a");
}

BOOST_AUTO_TEST_SUITE_END()
