// SPDX-License-Identifier: Apache-2.0
#include "agent/web/login_limits.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/manual_clock.hpp"

namespace {

using Verdict = web::LoginLimits::Verdict;
using Outcome = web::LoginLimits::Outcome;

web::Peer from(const std::string& address) { return {address, "10.0.0.1", false, true}; }

struct Door {
    test::ManualClock clock;
    web::LoginLimits limits{clock};
    const web::Peer local{"127.0.0.1", "127.0.0.1", true, false};

    /// Tries a password; 0 when it is looked at, else the seconds to wait.
    int attempt(const web::Peer& peer, Outcome outcome) {
        const auto answer = limits.begin(peer);
        if (answer.verdict != Verdict::Try) return answer.retryAfterSeconds;
        limits.end(peer, outcome);
        return 0;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(login_limits, Door)

BOOST_AUTO_TEST_CASE(each_error_past_the_third_doubles_the_wait_up_to_five_minutes) {
    const auto peer = from("10.0.0.2");
    for (int i = 0; i < 3; ++i) BOOST_TEST(attempt(peer, Outcome::Wrong) == 0);
    for (const int wait : {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
        BOOST_TEST(attempt(peer, Outcome::Wrong) == wait);
        clock.advance(std::chrono::seconds(wait - 1));
        BOOST_TEST(attempt(peer, Outcome::Right) == 1);  // too early, even for a right one
        clock.advance(std::chrono::seconds(1));
        BOOST_TEST(attempt(peer, Outcome::Wrong) == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_right_password_ends_the_wait) {
    const auto peer = from("10.0.0.2");
    for (int i = 0; i < 3; ++i) BOOST_TEST(attempt(peer, Outcome::Wrong) == 0);
    clock.advance(std::chrono::seconds(1));
    BOOST_TEST(attempt(peer, Outcome::Right) == 0);
    for (int i = 0; i < 3; ++i) BOOST_TEST(attempt(peer, Outcome::Wrong) == 0);
}

BOOST_AUTO_TEST_CASE(an_address_that_guesses_keeps_no_other_out) {
    for (int i = 0; i < 1000; ++i) static_cast<void>(attempt(from("10.0.0.2"), Outcome::Wrong));
    BOOST_TEST(attempt(from("10.0.0.3"), Outcome::Right) == 0);
    BOOST_TEST(attempt(local, Outcome::Right) == 0);
}

BOOST_AUTO_TEST_CASE(guesses_from_many_addresses_are_bounded_and_do_not_keep_known_ones_out) {
    const auto known = from("10.0.0.3");
    BOOST_TEST(attempt(known, Outcome::Right) == 0);
    int lookedAt = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::string address = "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250);
        if (attempt(from(address), Outcome::Wrong) == 0) ++lookedAt;
    }
    BOOST_TEST(lookedAt == 99);  // one of the hundred was the right one
    BOOST_TEST(attempt(from("10.2.0.1"), Outcome::Right) == 1);
    BOOST_TEST(attempt(known, Outcome::Right) == 0);
    BOOST_TEST(attempt(local, Outcome::Right) == 0);
    clock.advance(std::chrono::seconds(1));
    BOOST_TEST(attempt(from("10.2.0.1"), Outcome::Right) == 0);
}

BOOST_AUTO_TEST_CASE(the_addresses_of_one_household_count_as_one) {
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(attempt(from("2001:db8::" + std::to_string(i)), Outcome::Wrong) == 0);
    BOOST_TEST(attempt(from("2001:db8::99"), Outcome::Wrong) == 1);
    BOOST_TEST(attempt(from("2001:db8:0:1::99"), Outcome::Wrong) == 0);
}

BOOST_AUTO_TEST_CASE(two_passwords_are_looked_at_at_a_time_and_count_before_they_are_known_to_be_wrong) {
    const auto peer = from("10.0.0.2");
    BOOST_CHECK(limits.begin(peer).verdict == Verdict::Try);
    BOOST_CHECK(limits.begin(peer).verdict == Verdict::Try);
    BOOST_CHECK(limits.begin(from("10.0.0.3")).verdict == Verdict::TooManyAtOnce);
    limits.end(peer, Outcome::NotLookedAt);
    BOOST_CHECK(limits.begin(from("10.0.0.3")).verdict == Verdict::Try);
    limits.end(from("10.0.0.3"), Outcome::Wrong);
    BOOST_CHECK(limits.begin(peer).verdict == Verdict::Try);
    limits.end(peer, Outcome::Wrong);
    BOOST_CHECK(limits.begin(peer).verdict == Verdict::Try);  // the third, as the first did not count
    BOOST_CHECK(limits.begin(peer).verdict == Verdict::TooEarly);
}

BOOST_AUTO_TEST_CASE(errors_are_forgotten_after_an_hour) {
    const auto peer = from("10.0.0.2");
    for (int i = 0; i < 3; ++i) BOOST_TEST(attempt(peer, Outcome::Wrong) == 0);
    clock.advance(std::chrono::hours(1));
    for (int i = 0; i < 3; ++i) BOOST_TEST(attempt(peer, Outcome::Wrong) == 0);
    BOOST_TEST(attempt(peer, Outcome::Wrong) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
