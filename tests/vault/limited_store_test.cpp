// SPDX-License-Identifier: Apache-2.0
// limited_store_test.cpp: what a limit before a store costs in time, and in what pieces bytes arrive behind
// it.
#include "agent/vault/limited_store.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/random_bytes.hpp"
#include "tests/support/sleeping_time.hpp"

namespace {

constexpr std::uint64_t kUpload = 100'000;
constexpr std::uint64_t kDownload = 400'000;

/// A store in memory behind limits.
struct Behind {
    test::SleepingTime time;
    base::CancelToken cancel;
    base::RateLimiter upload{kUpload, cancel, time.words()};
    base::RateLimiter download{kDownload, cancel, time.words()};
    test::MemoryStore memory;
    std::unique_ptr<vault::ObjectStore> store =
        vault::limitStore(test::borrowStore(memory), {&upload, &download});
    base::Bytes content = test::Random(1).bytes(1'000'000);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(limited_stores)

BOOST_AUTO_TEST_CASE(what_is_written_takes_its_time) {
    Behind behind;
    behind.store->create("index/a", behind.content);
    BOOST_TEST(behind.time.seconds() >= 9.8);
    BOOST_TEST(behind.time.seconds() <= 10.2);
    const auto upload = behind.store->startUpload("packs/a");
    for (int i = 0; i < 10; ++i) upload->write(base::ByteView(behind.content).subspan(0, 100'000));
    BOOST_TEST(behind.time.seconds() >= 19.8);
    BOOST_TEST(behind.time.seconds() <= 20.2);
    BOOST_TEST((upload->commit() == vault::CreateResult::Created));
    BOOST_TEST((behind.memory.bytesOf("index/a") == behind.content));
    BOOST_TEST(behind.memory.bytesOf("packs/a").size() == 1'000'000U);
}

BOOST_AUTO_TEST_CASE(what_is_read_takes_its_time) {
    Behind behind;
    behind.memory.create("packs/a", behind.content);
    BOOST_TEST((behind.store->read("packs/a") == behind.content));
    BOOST_TEST(behind.time.seconds() >= 2.3);
    BOOST_TEST(behind.time.seconds() <= 2.6);
    base::Bytes part(800'000);
    BOOST_TEST(behind.store->readRange("packs/a", 100'000, part));
    BOOST_TEST(std::equal(part.begin(), part.end(), behind.content.begin() + 100'000));
    static_cast<void>(behind.store->readMany({"packs/a", "packs/b", "packs/a"}));
    BOOST_TEST(behind.time.seconds() >= 9.3);
    BOOST_TEST(behind.time.seconds() <= 9.7);
}

BOOST_AUTO_TEST_CASE(one_direction_does_not_hold_up_the_other) {
    Behind behind;
    const auto store = vault::limitStore(test::borrowStore(behind.memory), {&behind.upload, nullptr});
    store->create("packs/a", base::ByteView(behind.content).first(1000));
    static_cast<void>(store->read("packs/a"));
    BOOST_TEST(behind.time.seconds() <= 0.1);
}

BOOST_AUTO_TEST_CASE(a_cancelled_upload_leaves_nothing_and_a_small_last_word_gets_through) {
    Behind behind;
    {
        const auto upload = behind.store->startUpload("packs/a");
        upload->write(base::ByteView(behind.content).first(1000));
        behind.cancel.cancel();
        BOOST_CHECK_EXCEPTION(upload->write(behind.content), base::Error, [](const base::Error& error) {
            return error.kind() == base::ErrorKind::Cancelled;
        });
    }
    BOOST_TEST(behind.memory.names().empty());
    const double before = behind.time.seconds();
    behind.store->create("journal/1", base::ByteView(behind.content).first(10'000));
    BOOST_TEST(behind.time.seconds() == before);
    BOOST_TEST(behind.memory.contains("journal/1"));
}

BOOST_AUTO_TEST_SUITE_END()
