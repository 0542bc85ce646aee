// SPDX-License-Identifier: Apache-2.0
#include "agent/web/sessions.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/manual_clock.hpp"

namespace {

struct Table {
    test::ManualClock clock;
    web::Sessions sessions{clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sessions, Table)

BOOST_AUTO_TEST_CASE(a_session_is_found_by_its_id_alone) {
    const auto opened = sessions.open();
    BOOST_TEST(sessions.find(opened.id).value() == opened.csrfToken);
    BOOST_TEST(!sessions.find(opened.csrfToken).has_value());
    BOOST_TEST(!sessions.find("").has_value());
    BOOST_TEST(opened.id != sessions.open().id);
}

BOOST_AUTO_TEST_CASE(a_session_ends_when_it_rests_and_lives_on_while_it_is_used) {
    const auto opened = sessions.open();
    clock.advance(std::chrono::minutes(29));
    BOOST_TEST(sessions.find(opened.id).has_value());
    clock.advance(std::chrono::minutes(29));
    BOOST_TEST(sessions.find(opened.id).has_value());
    clock.advance(std::chrono::minutes(30));
    BOOST_TEST(!sessions.find(opened.id).has_value());
}

BOOST_AUTO_TEST_CASE(no_session_outlives_half_a_day) {
    const auto opened = sessions.open();
    for (int i = 0; i < 35; ++i) {
        clock.advance(std::chrono::minutes(20));
        BOOST_TEST(sessions.find(opened.id).has_value());
    }
    clock.advance(std::chrono::minutes(20));
    BOOST_TEST(!sessions.find(opened.id).has_value());
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_ends_no_session) {
    const auto opened = sessions.open();
    clock.jump(std::chrono::hours(24));
    BOOST_TEST(sessions.find(opened.id).has_value());
}

BOOST_AUTO_TEST_CASE(the_one_unused_longest_makes_room) {
    const auto oldest = sessions.open();
    clock.advance(std::chrono::seconds(1));
    const auto second = sessions.open();
    clock.advance(std::chrono::seconds(1));
    for (std::size_t i = 2; i < web::Sessions::kMost; ++i) static_cast<void>(sessions.open());
    BOOST_TEST(sessions.find(oldest.id).has_value());  // used now
    static_cast<void>(sessions.open());
    BOOST_TEST(sessions.find(oldest.id).has_value());
    BOOST_TEST(!sessions.find(second.id).has_value());
}

BOOST_AUTO_TEST_CASE(others_end_and_one_stays) {
    const auto mine = sessions.open();
    const auto other = sessions.open();
    sessions.endOthers(mine.id);
    BOOST_TEST(sessions.find(mine.id).has_value());
    BOOST_TEST(!sessions.find(other.id).has_value());
    sessions.end(mine.id);
    BOOST_TEST(!sessions.find(mine.id).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
