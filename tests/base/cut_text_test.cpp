// SPDX-License-Identifier: Apache-2.0
// cut_text_test.cpp: where texts are cut.
#include "platform/base/cut_text.hpp"

#include <boost/test/unit_test.hpp>

namespace {

/// Characters of one, two, three and four bytes.
const std::string kText = "a\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x92\xBE";

}  // namespace

BOOST_AUTO_TEST_SUITE(cut_texts)

BOOST_AUTO_TEST_CASE(a_start_ends_between_two_characters) {
    for (std::size_t size = 0; size <= kText.size() + 1; ++size) {
        const std::size_t expected = size < 1 ? 0 : size < 3 ? 1 : size < 6 ? 3 : size < 10 ? 6 : 10;
        BOOST_TEST(base::startOf(kText, size) == kText.substr(0, expected));
    }
    BOOST_TEST(base::startOf("\x80\x80\x80", 2).empty());
}

BOOST_AUTO_TEST_CASE(a_mark_tells_that_a_text_was_cut) {
    BOOST_TEST(base::cutToBytes(kText, 10) == kText);
    BOOST_TEST(base::cutToBytes(kText, 9) == "a\xC3\xA4 ...");
    BOOST_TEST(base::cutToBytes(kText, 6) == "a ...");
    BOOST_TEST(base::cutToBytes(kText, 4) == " ...");
    BOOST_TEST(base::cutToBytes(kText, 3) == "a\xC3\xA4");
    BOOST_TEST(base::cutToBytes("", 0).empty());
}

BOOST_AUTO_TEST_SUITE_END()
