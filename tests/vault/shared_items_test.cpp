// SPDX-License-Identifier: Apache-2.0
// shared_items_test.cpp: threads that share out a list of things to do.
#include "agent/vault/shared_items.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <vector>

#include "platform/base/error.hpp"

using vault::SharedItems;

BOOST_AUTO_TEST_SUITE(shared_items)

BOOST_AUTO_TEST_CASE(every_item_is_done_once_whatever_the_number_of_threads) {
    for (const unsigned workers : {1U, 2U, 7U}) {
        std::vector<std::atomic<int>> done(1000);
        vault::shareItems(done.size(), workers, [&](SharedItems& items) {
            while (const auto item = items.next()) ++done[*item];
        });
        for (const auto& times : done) BOOST_REQUIRE(times == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_failure_stops_the_others_and_is_thrown) {
    std::atomic<std::size_t> done = 0;
    const auto work = [&](SharedItems& items) {
        while (const auto item = items.next()) {
            if (*item == 10) {
                throw base::Error(base::ErrorKind::Corrupt, "TEST-0001", "Item 10 is bad", "",
                                  base::Retry::Never);
            }
            ++done;
        }
    };
    BOOST_CHECK_EXCEPTION(vault::shareItems(1'000'000'000, 3, work), base::Error,
                          [](const base::Error& error) { return error.code() == "TEST-0001"; });
    BOOST_TEST(done < 1'000'000'000U);
}

BOOST_AUTO_TEST_CASE(no_items_mean_no_work) {
    std::atomic<unsigned> given = 0;  // Boost's checks are for one thread
    vault::shareItems(0, 4, [&](SharedItems& items) { given += items.next() ? 1 : 0; });
    BOOST_TEST(given == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
