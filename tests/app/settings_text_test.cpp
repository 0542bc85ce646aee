// SPDX-License-Identifier: Apache-2.0
// settings_text_test.cpp: small settings files.
#include "agent/config/settings_text.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(settings_text)

BOOST_AUTO_TEST_CASE(a_comment_may_stand_behind_blanks) {
    const auto settings = config::parseSettings("hbr", "hbr\n  # left = out\nkept = 1\n");
    BOOST_TEST_REQUIRE(settings.has_value());
    BOOST_TEST((*settings == config::Settings{{"kept", "1"}}));
}

BOOST_AUTO_TEST_SUITE_END()
