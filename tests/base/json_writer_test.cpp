// SPDX-License-Identifier: Apache-2.0
// json_writer_test.cpp: commas, escapes and numbers.
#include "platform/base/json_writer.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "platform/base/text.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

template <typename Value>
std::string written(const Value& content) {
    return base::JsonWriter().value(content).text();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(commas_stand_between_values_and_nowhere_else) {
    base::JsonWriter json;
    json.beginObject().member("a", 1).key("b").beginArray();
    json.value(1U).value("x").beginObject().endObject().beginArray().endArray().null();
    json.endArray().member("c", true).member("d", false).endObject();
    BOOST_TEST(json.text() == R"({"a":1,"b":[1,"x",{},[],null],"c":true,"d":false})");
}

BOOST_AUTO_TEST_CASE(numbers_are_exact) {
    BOOST_TEST(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    BOOST_TEST(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    BOOST_TEST(written(-5) == "-5");
    BOOST_TEST(written(0.5) == "0.5");
}

BOOST_AUTO_TEST_CASE(numbers_that_json_does_not_know_become_null) {
    BOOST_TEST(written(std::numeric_limits<double>::infinity()) == "null");
    BOOST_TEST(written(std::numeric_limits<double>::quiet_NaN()) == "null");
}

BOOST_AUTO_TEST_CASE(letters_that_would_end_the_text_are_escaped) {
    BOOST_TEST(written("a\"b\\c") == R"("a\"b\\c")");
    BOOST_TEST(written("\n\t\r\x01\x1F") == R"("\n\t\u000d\u0001\u001f")");
    BOOST_TEST(written(std::string_view("a\0b", 3)) == R"("a\u0000b")");
    BOOST_TEST(written("\xE4\xB8\xAD/") == "\"\xE4\xB8\xAD/\"");
}

BOOST_AUTO_TEST_CASE(a_name_is_escaped_as_text_is) {
    base::JsonWriter json;
    json.beginObject().member("a\"b", 1).endObject();
    BOOST_TEST(json.text() == R"({"a\"b":1})");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_become_text_all_the_same) {
    BOOST_TEST(written("\xFF") == R"("\\xff")");
    test::Random random(6);
    for (int i = 0; i < 2000; ++i) {
        const base::Bytes bytes = random.bytes(random.below(20));
        const std::string text = written(base::asText(bytes));
        BOOST_REQUIRE(base::isUtf8(text));
        for (std::size_t at = 1; at + 1 < text.size(); ++at) {
            BOOST_REQUIRE(static_cast<unsigned char>(text[at]) >= 0x20);
            if (text[at] == '\\') {
                ++at;
            } else {
                BOOST_REQUIRE(text[at] != '"');
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
