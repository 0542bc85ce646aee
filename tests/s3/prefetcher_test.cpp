// SPDX-License-Identifier: Apache-2.0
// prefetcher_test.cpp: what is announced comes in few requests, what is not is left alone, and nothing waits
// for ever.
#include "agent/s3/prefetcher.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <set>
#include <thread>

#include "platform/base/error.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using s3::Prefetcher;

/// Objects of 16 MiB less a little, each with bytes of its own, and a record of what was asked for.
struct Server {
    static constexpr std::size_t kObjectBytes = Prefetcher::kBlockBytes - 5;

    std::optional<base::Bytes> fetch(const std::string& name, std::uint64_t offset, std::size_t sizeBytes) {
        {
            const std::lock_guard lock(mutex);
            asked.emplace_back(vault::ObjectRange{name, offset, sizeBytes});
        }
        if (fails) throw base::Error(base::ErrorKind::Unavailable, "TEST-0001", "gone", "");
        if (offset >= content.size()) return base::Bytes();
        const auto end = std::min<std::uint64_t>(content.size(), offset + sizeBytes);
        return base::Bytes(content.begin() + static_cast<std::ptrdiff_t>(offset),
                           content.begin() + static_cast<std::ptrdiff_t>(end));
    }
    Prefetcher prefetcher(std::size_t threads = 2, std::size_t budgetBytes = 4 * Prefetcher::kBlockBytes) {
        return {[this](const std::string& name, std::uint64_t offset, std::size_t sizeBytes) {
                    return fetch(name, offset, sizeBytes);
                },
                threads, budgetBytes};
    }
    bool isRight(Prefetcher& prefetcher, const std::string& name, std::uint64_t offset,
                 std::size_t sizeBytes) {
        base::Bytes read(sizeBytes);
        return prefetcher.take(name, offset, read) &&
               std::equal(read.begin(), read.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
    }

    const base::Bytes content = test::Random(3).bytes(kObjectBytes);
    std::atomic<bool> fails = false;
    std::mutex mutex;  // guards asked
    std::vector<vault::ObjectRange> asked;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(prefetchers)

BOOST_AUTO_TEST_CASE(near_ranges_come_in_one_request_and_far_ones_apart) {
    Server server;
    {
        auto prefetcher = server.prefetcher();
        prefetcher.announce({{"a", 5 * base::kMiB, 1000}, {"a", 0, 40}, {"a", 100'000, 1000}});
        BOOST_TEST(server.isRight(prefetcher, "a", 0, 40));
        BOOST_TEST(server.isRight(prefetcher, "a", 100'500, 500));
        BOOST_TEST(server.isRight(prefetcher, "a", 5 * base::kMiB, 1000));
        BOOST_TEST(!server.isRight(prefetcher, "a", 6 * base::kMiB, 1000));
        BOOST_TEST(!server.isRight(prefetcher, "b", 0, 40));
    }
    BOOST_REQUIRE(server.asked.size() == 2U);
    const std::size_t near = server.asked[0].offset == 0 ? 0 : 1;
    BOOST_TEST(server.asked[near].sizeBytes == 101'000U);
    BOOST_TEST(server.asked[1 - near].sizeBytes == 1000U);
}

BOOST_AUTO_TEST_CASE(an_object_of_which_much_is_wanted_comes_whole_and_once) {
    Server server;
    {
        auto prefetcher = server.prefetcher();
        std::vector<vault::ObjectRange> ranges;
        for (std::uint64_t at = 0; at < Server::kObjectBytes - base::kMiB; at += 2 * base::kMiB) {
            ranges.push_back({"a", at, base::kMiB});
        }
        prefetcher.announce(ranges);
        prefetcher.announce(ranges);
        for (const auto& range : ranges)
            BOOST_TEST(server.isRight(prefetcher, "a", range.offset, range.sizeBytes));
        BOOST_TEST(server.isRight(prefetcher, "a", 1'500'000, 1000));
        // Past the end: whoever asks the server itself is told what is wrong.
        base::Bytes past(10);
        BOOST_TEST(!prefetcher.take("a", Server::kObjectBytes - 5, past));
    }
    BOOST_TEST(server.asked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(once_whole_objects_are_wanted_the_next_one_comes_whole_at_its_first_range) {
    Server server;
    {
        auto prefetcher = server.prefetcher();
        for (const char* name : {"a", "b"}) {
            prefetcher.announce({{name, 0, Server::kObjectBytes}});
            BOOST_TEST(server.isRight(prefetcher, name, 0, Server::kObjectBytes));
        }
        prefetcher.announce({{"c", 7 * base::kMiB, 1000}});
        BOOST_TEST(server.isRight(prefetcher, "c", 7 * base::kMiB, 1000));
        prefetcher.announce({{"c", 0, 5 * base::kMiB}});
        BOOST_TEST(server.isRight(prefetcher, "c", 0, 5 * base::kMiB));
    }
    BOOST_TEST(server.asked.size() == 3U);
}

BOOST_AUTO_TEST_CASE(announcements_that_nobody_follows_up_do_not_stop_those_that_are_read) {
    Server server;
    auto prefetcher = server.prefetcher(1, 2 * Prefetcher::kBlockBytes);
    for (int i = 0; i < 10; ++i) prefetcher.announce({{"unread" + std::to_string(i), 0, 5 * base::kMiB}});
    for (int i = 0; i < 10; ++i) {
        const std::string name = "read" + std::to_string(i);
        prefetcher.announce({{name, 0, 5 * base::kMiB}});
        BOOST_TEST(server.isRight(prefetcher, name, base::kMiB, 1000));
    }
}

BOOST_AUTO_TEST_CASE(when_most_of_several_objects_is_announced_at_once_each_comes_whole) {
    Server server;
    {
        auto prefetcher = server.prefetcher();
        prefetcher.announce({{"a", 0, Server::kObjectBytes}, {"b", 0, 1000}, {"b", 9 * base::kMiB, 1000}});
        for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{9 * base::kMiB}}) {
            BOOST_TEST(server.isRight(prefetcher, "b", offset, 1000));
        }
        BOOST_TEST(server.isRight(prefetcher, "a", 0, Server::kObjectBytes));
    }
    BOOST_TEST(server.asked.size() == 2U);
}

/// Otherwise the threads wait for ever, and each reader fetches for himself, one block after the other.
BOOST_AUTO_TEST_CASE(what_was_announced_twice_and_read_once_makes_room) {
    Server server;
    auto prefetcher = server.prefetcher(1, 2 * Prefetcher::kBlockBytes);
    for (const char* name : {"a", "b"}) {
        for (int i = 0; i < 2; ++i) prefetcher.announce({{name, 0, Server::kObjectBytes}});
        BOOST_TEST(server.isRight(prefetcher, name, 0, Server::kObjectBytes));
    }
    prefetcher.announce({{"c", 0, Server::kObjectBytes}});
    const auto isAsked = [&] {
        const std::lock_guard lock(server.mutex);
        return server.asked.back().name == "c";
    };
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!isAsked() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    BOOST_TEST(isAsked());
}

BOOST_AUTO_TEST_CASE(what_was_pushed_out_before_it_was_read_comes_again_as_a_whole) {
    Server server;
    {
        auto prefetcher = server.prefetcher(1, 2 * Prefetcher::kBlockBytes);
        for (const char* name : {"early", "b", "c"}) {
            std::vector<vault::ObjectRange> parts;
            for (std::uint64_t at = 0; at < 15 * base::kMiB; at += base::kMiB) {
                parts.push_back({name, at, base::kMiB});
            }
            prefetcher.announce(parts);
            BOOST_TEST(server.isRight(prefetcher, name, 0, base::kMiB));  // "c" finds no room
        }
        for (std::uint64_t at = base::kMiB; at < 15 * base::kMiB; at += base::kMiB) {
            BOOST_TEST(server.isRight(prefetcher, "early", at, base::kMiB));
        }
    }
    const auto ofEarly = std::count_if(server.asked.begin(), server.asked.end(),
                                       [](const auto& range) { return range.name == "early"; });
    BOOST_TEST(ofEarly == 2);
}

BOOST_AUTO_TEST_CASE(the_last_part_of_what_was_nearly_read_through_does_not_make_room) {
    constexpr std::uint64_t kParts = Server::kObjectBytes / base::kMiB;
    Server server;
    auto prefetcher = server.prefetcher(1, 2 * Prefetcher::kBlockBytes);
    const auto announce = [&](const char* name) {
        std::vector<vault::ObjectRange> parts;
        for (std::uint64_t i = 0; i < kParts; ++i) parts.push_back({name, i * base::kMiB, base::kMiB});
        prefetcher.announce(parts);
    };
    const auto read = [&](const char* name, std::uint64_t parts) {
        for (std::uint64_t i = 0; i < parts; ++i) {
            BOOST_TEST(server.isRight(prefetcher, name, i * base::kMiB, base::kMiB));
        }
    };
    announce("left");
    read("left", kParts - 1);
    BOOST_TEST(server.isRight(prefetcher, "left", 0, base::kMiB));  // now nine tenths were read
    announce("done");
    read("done", kParts);
    announce("next");
    announce("later");
    read("next", 1);  // came in the place of "done"; the one behind it finds no room
    BOOST_TEST(server.isRight(prefetcher, "left", (kParts - 1) * base::kMiB, base::kMiB));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_fetched_is_left_to_the_reader) {
    Server server;
    server.fails = true;
    auto prefetcher = server.prefetcher();
    prefetcher.announce({{"a", 0, 40}});
    base::Bytes read(40);
    BOOST_TEST(!prefetcher.take("a", 0, read));
    server.fails = false;
    prefetcher.announce({{"a", 0, 40}});
    BOOST_TEST(server.isRight(prefetcher, "a", 0, 40));
}

BOOST_AUTO_TEST_CASE(what_was_removed_is_not_given) {
    Server server;
    auto prefetcher = server.prefetcher();
    prefetcher.announce({{"a", 0, 40}});
    BOOST_TEST(server.isRight(prefetcher, "a", 0, 40));
    prefetcher.remove("a");
    base::Bytes read(40);
    BOOST_TEST(!prefetcher.take("a", 0, read));
}

BOOST_AUTO_TEST_CASE(a_beginning_that_was_all_of_an_object_tells_its_size) {
    Server server;
    auto prefetcher = server.prefetcher();
    BOOST_TEST(!prefetcher.sizeOf("a").has_value());
    prefetcher.announce({{"a", 0, Server::kObjectBytes + 1}});
    prefetcher.announce({{"b", 0, 1000}});
    BOOST_TEST((prefetcher.sizeOf("a") == Server::kObjectBytes));
    BOOST_TEST(!prefetcher.sizeOf("b").has_value());
}

BOOST_AUTO_TEST_CASE(many_readers_at_once_each_get_what_they_asked_for) {
    Server server;
    auto prefetcher = server.prefetcher(3, 3 * Prefetcher::kBlockBytes);
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> readers;
        for (int reader = 0; reader < 4; ++reader) {
            readers.emplace_back([&, reader] {
                for (int i = 0; i < 30; ++i) {
                    const std::string name = std::to_string((i + reader) % 8);
                    const std::uint64_t offset = static_cast<std::uint64_t>(i) * 400'000;
                    prefetcher.announce({{name, offset, 300'000}});
                    base::Bytes read(300'000);
                    // A block that was pushed out is asked for directly.
                    if (!prefetcher.take(name, offset, read)) continue;
                    if (!std::equal(read.begin(), read.end(),
                                    server.content.begin() + static_cast<std::ptrdiff_t>(offset))) {
                        ++wrong;
                    }
                }
            });
        }
    }
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
