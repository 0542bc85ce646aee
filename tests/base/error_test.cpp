// SPDX-License-Identifier: Apache-2.0
// error_test.cpp: what an Error says, and what becomes of exceptions that are none.
#include "platform/base/error.hpp"

#include <boost/test/unit_test.hpp>
#include <new>
#include <set>
#include <stdexcept>

#include "platform/base/cancel.hpp"

namespace {

template <typename Exception>
base::Error afterThrowing(const Exception& exception) {
    try {
        throw exception;
    } catch (...) {
        return base::currentError();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(an_error_says_what_happened_where_and_what_to_do) {
    base::Error error(base::ErrorKind::Denied, "X-0001", "The file cannot be read", "Check its rights.");
    BOOST_TEST(error.describe() == "The file cannot be read (X-0001). Check its rights.");
    error.addContext("path", "/srv/a").addContext("job", "nightly");
    BOOST_TEST(error.describe() ==
               "The file cannot be read (X-0001); path: /srv/a; job: nightly. Check its rights.");
    BOOST_TEST(std::string(error.what()) == error.describe());
    BOOST_TEST(error.message() == "The file cannot be read");
    BOOST_TEST(error.context().size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_error_without_a_hint_ends_after_its_sentence) {
    BOOST_TEST(base::Error(base::ErrorKind::Busy, "X-0002", "It is busy").describe() ==
               "It is busy (X-0002).");
}

BOOST_AUTO_TEST_CASE(an_error_in_flight_stays_itself) {
    base::Error thrown(base::ErrorKind::Exhausted, "X-0003", "The disk is full", "Make room.",
                       base::Retry::Later);
    thrown.addContext("path", "/srv");
    const base::Error caught = afterThrowing(thrown);
    BOOST_TEST((caught.kind() == base::ErrorKind::Exhausted));
    BOOST_TEST((caught.retry() == base::Retry::Later));
    BOOST_TEST(caught.describe() == thrown.describe());
}

BOOST_AUTO_TEST_CASE(other_exceptions_become_errors) {
    BOOST_TEST(afterThrowing(std::bad_alloc()).code() == "BASE-0001");
    const base::Error fromStandard = afterThrowing(std::runtime_error("odd"));
    BOOST_TEST(fromStandard.code() == "BASE-0002");
    BOOST_TEST(fromStandard.message().find("odd") != std::string::npos);
    BOOST_TEST(afterThrowing(42).code() == "BASE-0003");
}

BOOST_AUTO_TEST_CASE(every_kind_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (int kind = 0; kind <= static_cast<int>(base::ErrorKind::Internal); ++kind) {
        names.insert(base::toString(static_cast<base::ErrorKind>(kind)));
    }
    BOOST_TEST(names.size() == static_cast<std::size_t>(base::ErrorKind::Internal) + 1);
}

BOOST_AUTO_TEST_CASE(copies_of_a_token_are_cancelled_together) {
    const base::CancelToken token;
    const base::CancelToken copy = token;
    const base::CancelToken other;
    copy.throwIfCancelled();
    token.cancel();
    BOOST_TEST(copy.isCancelled());
    BOOST_TEST(!other.isCancelled());
    BOOST_CHECK_EXCEPTION(copy.throwIfCancelled(), base::Error, [](const base::Error& error) {
        return error.kind() == base::ErrorKind::Cancelled;
    });
}

BOOST_AUTO_TEST_SUITE_END()
