// SPDX-License-Identifier: Apache-2.0
// given_name_test.cpp: what people may call what they make.
#include "platform/base/given_name.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(given_names)

BOOST_AUTO_TEST_CASE(characters_are_counted_and_not_bytes) {
    BOOST_TEST(base::countCharacters("") == 0U);
    BOOST_TEST(base::countCharacters("abc") == 3U);
    BOOST_TEST(base::countCharacters("\xE5\xA4\x87\xE4\xBB\xBD") == 2U);
    BOOST_TEST(base::countCharacters("a\xF0\x9F\x98\x80") == 2U);
}

BOOST_AUTO_TEST_CASE(one_to_sixty_four_characters_that_can_be_shown_are_a_name) {
    std::string chinese;
    for (int i = 0; i < 64; ++i) chinese += "\xE5\xA4\x87";
    for (const std::string& good :
         {std::string("a"), std::string(64, 'x'), chinese, std::string("my disk 2")}) {
        BOOST_TEST(!base::faultOfName("plan", good).has_value(), good);
    }
    for (const std::string& bad : {std::string(), std::string("  "), std::string(65, 'x'), chinese + "x",
                                   std::string("a\nb"), std::string("\xFF"), std::string("a\0b", 3)}) {
        BOOST_TEST(base::faultOfName("plan", bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(the_sentence_names_what_bears_the_name_and_what_it_may_be) {
    BOOST_TEST(base::faultOfName("vault", "").value() ==
               "The vault has no name; give it one of 1 to 64 characters.");
    BOOST_TEST(base::faultOfName("vault", std::string(70, 'x')).value() ==
               "The vault's name has 70 characters; 64 are the most.");
}

BOOST_AUTO_TEST_SUITE_END()
