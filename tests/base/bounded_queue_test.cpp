// SPDX-License-Identifier: Apache-2.0
// bounded_queue_test.cpp: order, bounds and closing of the queue between two stages.
#include "platform/base/bounded_queue.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(bounded_queues)

BOOST_AUTO_TEST_CASE(items_come_out_in_the_order_in_which_they_went_in) {
    base::BoundedQueue<int> queue(3);
    BOOST_TEST(!queue.tryPop().has_value());
    for (int i = 0; i < 3; ++i) BOOST_TEST(queue.push(i));
    for (int i = 0; i < 3; ++i) BOOST_TEST(queue.pop().value() == i);
}

BOOST_AUTO_TEST_CASE(a_full_queue_leaves_the_item_with_the_caller) {
    base::BoundedQueue<std::unique_ptr<int>> queue(1);
    auto first = std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    BOOST_TEST(queue.tryPush(first));
    BOOST_TEST(!queue.tryPush(second));
    BOOST_REQUIRE(second != nullptr);
    BOOST_TEST(*second == 2);
}

BOOST_AUTO_TEST_CASE(a_closed_queue_hands_out_what_is_left_and_takes_no_more) {
    base::BoundedQueue<int> queue(2);
    queue.push(1);
    queue.close();
    BOOST_TEST(!queue.push(2));
    int third = 3;
    BOOST_TEST(!queue.tryPush(third));
    BOOST_TEST(queue.pop().value() == 1);
    BOOST_TEST(!queue.pop().has_value());
    BOOST_TEST(!queue.tryPop().has_value());
}

BOOST_AUTO_TEST_CASE(closing_lets_those_go_who_wait) {
    base::BoundedQueue<int> full(1);
    base::BoundedQueue<int> empty(1);
    full.push(1);
    std::atomic<bool> wasPushed = true;
    std::atomic<bool> wasPopped = true;
    {
        const std::jthread pushing([&] { wasPushed = full.push(2); });
        const std::jthread popping([&] { wasPopped = empty.pop().has_value(); });
        full.close();
        empty.close();
    }
    BOOST_TEST(!wasPushed);
    BOOST_TEST(!wasPopped);
}

BOOST_AUTO_TEST_CASE(many_threads_lose_and_repeat_nothing) {
    constexpr int kItems = 2000;
    base::BoundedQueue<int> queue(4);
    std::vector<std::atomic<int>> seen(2 * kItems);
    {
        std::vector<std::jthread> consumers;
        for (int i = 0; i < 2; ++i) {
            consumers.emplace_back([&] {
                while (const auto item = queue.pop()) ++seen[static_cast<std::size_t>(*item)];
            });
        }
        {
            std::vector<std::jthread> producers;
            for (int first : {0, kItems}) {
                producers.emplace_back([&queue, first] {
                    for (int i = first; i < first + kItems; ++i) queue.push(i);
                });
            }
        }
        queue.close();
    }
    for (const auto& count : seen) BOOST_REQUIRE(count == 1);
}

BOOST_AUTO_TEST_SUITE_END()
