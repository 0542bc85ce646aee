// SPDX-License-Identifier: Apache-2.0
// object_store_test.cpp: the contract of a store, kept by every store, the tests' own one included.
#include "agent/vault/object_store.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <thread>

#include "agent/vault/directory_store.hpp"
#include "agent/vault/limited_store.hpp"
#include "platform/base/error.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/random_bytes.hpp"
#include "tests/support/server_store.hpp"
#include "tests/support/sleeping_time.hpp"

namespace {

using vault::CreateResult;

base::ByteView view(const char* text) { return base::asBytes(text); }

/// Runs a check on a fresh store of each kind.
void onEveryStore(const std::function<void(vault::ObjectStore& store)>& check) {
    BOOST_TEST_CONTEXT("memory") {
        test::MemoryStore memory;
        check(memory);
    }
    BOOST_TEST_CONTEXT("directory") {
        const test::TemporaryFolder folder;
        check(*vault::createDirectoryStore(*folder.files, folder / "vault"));
    }
    BOOST_TEST_CONTEXT("limited") {
        test::SleepingTime time;
        base::RateLimiter limiter(1'000'000, {}, time.words());
        test::MemoryStore memory;
        check(*vault::limitStore(test::borrowStore(memory), {&limiter, &limiter}));
    }
    if (const auto onServer = test::makeServerStore()) {
        BOOST_TEST_CONTEXT("s3") { check(*onServer); }
    }
}

std::map<std::string, std::uint64_t> listed(vault::ObjectStore& store, const std::string& prefix) {
    std::map<std::string, std::uint64_t> found;
    store.list(prefix, [&](const std::string& name, std::uint64_t sizeBytes) {
        BOOST_TEST(found.emplace(name, sizeBytes).second);
    });
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(object_stores)

BOOST_AUTO_TEST_CASE(an_object_is_read_as_it_was_created) {
    onEveryStore([](vault::ObjectStore& store) {
        test::Random random(1);
        for (const std::size_t size : {0, 1, 5000, 3'000'000}) {
            const base::Bytes content = random.bytes(size);
            const std::string name = "packs/ab/" + std::to_string(size);
            BOOST_TEST((store.create(name, content) == CreateResult::Created));
            BOOST_TEST((store.read(name) == content));
            BOOST_TEST(store.sizeOf(name).value() == size);
        }
        BOOST_TEST(!store.read("packs/ab/none").has_value());
        BOOST_TEST(!store.sizeOf("packs/ab/none").has_value());
        BOOST_TEST(!store.sizeOf("packs/ab").has_value());
    });
}

BOOST_AUTO_TEST_CASE(what_another_client_removed_is_gone_though_it_was_read_before) {
    const test::TemporaryFolder folder;
    const auto one = vault::createDirectoryStore(*folder.files, folder / "vault");
    const auto other = vault::openDirectoryStore(*folder.files, folder / "vault");
    for (const char* name : {"journal/0000000000000000", "index/ab", "points/ab", "keys/ab/1"}) {
        one->create(name, view("content"));
        base::Bytes part(3);
        BOOST_TEST(one->readRange(name, 0, part));
        other->remove(name);
        BOOST_TEST(!one->readRange(name, 0, part), name);
        BOOST_TEST(!one->read(name).has_value(), name);
    }
}

BOOST_AUTO_TEST_CASE(an_upload_whose_file_was_swept_away_says_so) {
    const test::TemporaryFolder folder;
    const auto store = vault::createDirectoryStore(*folder.files, folder / "vault");
    const auto upload = store->startUpload("packs/aa/1");
    upload->write(view("slow"));
    const auto uploads = folder.files->openDirectory(folder / "vault/tmp")->list();
    BOOST_TEST_REQUIRE(uploads.size() == 1U);
    folder.files->removeFile(folder / ("vault/tmp/" + std::string(uploads.name(0))));
    BOOST_CHECK_EXCEPTION(upload->commit(), base::Error,
                          [](const base::Error& error) { return error.code() == "STORE-0008"; });
    BOOST_TEST(!store->sizeOf("packs/aa/1").has_value());
}

BOOST_AUTO_TEST_CASE(a_name_belongs_to_whoever_creates_it_first) {
    onEveryStore([](vault::ObjectStore& store) {
        BOOST_TEST((store.create("a/b", view("first")) == CreateResult::Created));
        BOOST_TEST((store.create("a/b", view("second")) == CreateResult::AlreadyThere));
        BOOST_TEST((store.create("a/b", view("firs")) == CreateResult::AlreadyThere));
        BOOST_TEST((store.create("a/b", view("first!")) == CreateResult::AlreadyThere));
        BOOST_TEST(base::asText(store.read("a/b").value()) == "first");
        // A retry after a lost reply.
        BOOST_TEST((store.create("a/b", view("first")) == CreateResult::Created));
    });
}

BOOST_AUTO_TEST_CASE(of_many_who_race_for_a_name_one_wins) {
    onEveryStore([](vault::ObjectStore& store) {
        for (int round = 0; round < 20; ++round) {
            const std::string name = "journal/" + std::to_string(round);
            std::atomic<int> winners = 0;
            {
                std::vector<std::jthread> threads;
                for (int i = 0; i < 4; ++i) {
                    threads.emplace_back([&, i] {
                        const std::string mine = std::to_string(i);
                        if (store.create(name, base::asBytes(mine)) == CreateResult::Created) ++winners;
                    });
                }
            }
            BOOST_TEST(winners == 1);
            BOOST_TEST(store.read(name).value().size() == 1U);
        }
    });
}

BOOST_AUTO_TEST_CASE(an_upload_is_seen_once_it_is_committed) {
    onEveryStore([](vault::ObjectStore& store) {
        {
            const auto upload = store.startUpload("packs/aa/1");
            upload->write(view("one "));
            upload->write({});
            upload->write(view("two"));
            BOOST_TEST(!store.sizeOf("packs/aa/1").has_value());
            BOOST_TEST(listed(store, "").empty());
            BOOST_TEST((upload->commit() == CreateResult::Created));
        }
        BOOST_TEST(base::asText(store.read("packs/aa/1").value()) == "one two");
        {
            const auto abandoned = store.startUpload("packs/aa/2");
            abandoned->write(view("never"));
        }
        BOOST_TEST(listed(store, "").size() == 1U);
        const auto late = store.startUpload("packs/aa/1");
        late->write(view("other"));
        BOOST_TEST((late->commit() == CreateResult::AlreadyThere));
        BOOST_TEST(base::asText(store.read("packs/aa/1").value()) == "one two");
    });
}

BOOST_AUTO_TEST_CASE(ranges_are_read_whole_or_refused) {
    onEveryStore([](vault::ObjectStore& store) {
        store.create("a", view("0123456789"));
        base::Bytes three(3);
        BOOST_TEST(store.readRange("a", 7, three));
        BOOST_TEST(base::asText(three) == "789");
        BOOST_TEST(store.readRange("a", 10, {}));
        for (const std::uint64_t offset :
             {std::uint64_t{8}, std::uint64_t{10}, std::uint64_t{11}, std::uint64_t{1} << 40}) {
            BOOST_CHECK_EXCEPTION(static_cast<void>(store.readRange("a", offset, three)), base::Error,
                                  test::hasCode("STORE-0006"));
        }
        BOOST_TEST(!store.readRange("b", 0, three));
    });
}

BOOST_AUTO_TEST_CASE(an_object_past_the_limit_is_refused) {
    onEveryStore([](vault::ObjectStore& store) {
        store.create("a", view("0123456789"));
        BOOST_TEST(store.read("a", 10).has_value());
        BOOST_CHECK_EXCEPTION(static_cast<void>(store.read("a", 9)), base::Error,
                              test::hasCode("STORE-0007"));
    });
}

BOOST_AUTO_TEST_CASE(a_listing_shows_what_lies_below_its_prefix) {
    onEveryStore([](vault::ObjectStore& store) {
        for (const char* name : {"packs/aa/1", "packs/ab/2", "packs-old/3", "index/4", "5"}) {
            store.create(name, view("xy"));
        }
        const std::map<std::string, std::uint64_t> packs = {{"packs/aa/1", 2}, {"packs/ab/2", 2}};
        BOOST_TEST((listed(store, "packs/") == packs));
        BOOST_TEST(listed(store, "").size() == 5U);
        BOOST_TEST(listed(store, "none/").empty());
    });
}

BOOST_AUTO_TEST_CASE(objects_may_be_removed_while_they_are_listed) {
    onEveryStore([](vault::ObjectStore& store) {
        for (int i = 0; i < 50; ++i) store.create("index/" + std::to_string(i), view("x"));
        store.list("index/", [&](const std::string& name, std::uint64_t) { store.remove(name); });
        BOOST_TEST(listed(store, "index/").empty());
    });
}

BOOST_AUTO_TEST_CASE(a_removed_object_is_gone_and_its_name_is_free) {
    onEveryStore([](vault::ObjectStore& store) {
        store.create("a/b", view("one"));
        base::Bytes content(3);
        BOOST_TEST(store.readRange("a/b", 0, content));  // a store may keep what it has opened
        store.remove("a/b");
        store.remove("a/b");
        store.remove("never/there");
        store.sync();
        BOOST_TEST(!store.read("a/b").has_value());
        BOOST_TEST(!store.readRange("a/b", 0, content));
        BOOST_TEST((store.create("a/b", view("two")) == CreateResult::Created));
        BOOST_TEST(base::asText(store.read("a/b").value()) == "two");
    });
}

BOOST_AUTO_TEST_CASE(names_that_could_lead_elsewhere_are_refused) {
    onEveryStore([](vault::ObjectStore& store) {
        for (const char* name : {"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "A",
                                 "a b", "a\\b", "a:b", "a\nb", "\xC3\xA4"}) {
            BOOST_CHECK_EXCEPTION(store.create(name, view("x")), base::Error, test::hasCode("STORE-0004"));
            BOOST_CHECK_EXCEPTION(static_cast<void>(store.read(name)), base::Error,
                                  test::hasCode("STORE-0004"));
            BOOST_CHECK_EXCEPTION(store.remove(name), base::Error, test::hasCode("STORE-0004"));
        }
        BOOST_TEST(listed(store, "").empty());
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(directory_stores)

BOOST_AUTO_TEST_CASE(a_store_is_made_in_an_empty_folder_and_opened_again) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "new/vault";
    vault::createDirectoryStore(*folder.files, path)->create("a", view("x"));
    BOOST_TEST(vault::openDirectoryStore(*folder.files, path)->read("a").has_value());
    BOOST_CHECK_EXCEPTION(vault::createDirectoryStore(*folder.files, path), base::Error,
                          test::hasCode("STORE-0002"));
    BOOST_CHECK_EXCEPTION(vault::createDirectoryStore(*folder.files, path + "/a"), base::Error,
                          test::hasCode("STORE-0003"));
    BOOST_CHECK_EXCEPTION(vault::openDirectoryStore(*folder.files, folder / "none"), base::Error,
                          test::hasCode("STORE-0001"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_has_gone_is_not_an_empty_vault) {
    const test::TemporaryFolder folder;
    const auto store = vault::createDirectoryStore(*folder.files, folder / "vault");
    store->create("a/b", view("x"));
    test::TemporaryFolder::empty(*folder.files->openDirectory(folder / "vault"));
    folder.files->removeDirectory(folder / "vault");
    base::Bytes one(1);
    const auto isGone = test::hasCode("STORE-0005");
    BOOST_CHECK_EXCEPTION(static_cast<void>(store->read("c")), base::Error, isGone);
    BOOST_CHECK_EXCEPTION(static_cast<void>(store->sizeOf("c")), base::Error, isGone);
    BOOST_CHECK_EXCEPTION(static_cast<void>(store->readRange("c", 0, one)), base::Error, isGone);
    BOOST_CHECK_EXCEPTION(store->create("c", view("x")), base::Error, isGone);
    BOOST_CHECK_EXCEPTION(store->remove("c"), base::Error, isGone);
    BOOST_CHECK_EXCEPTION(store->list("", [](const std::string&, std::uint64_t) {}), base::Error, isGone);
    BOOST_TEST(!folder.files->status(folder / "vault").has_value());
}

BOOST_AUTO_TEST_CASE(a_file_in_the_place_of_a_folder_is_told_as_that) {
    const test::TemporaryFolder folder;
    const auto store = vault::createDirectoryStore(*folder.files, folder / "vault");
    (void)folder.files->createNew(folder / "vault/packs");
    BOOST_CHECK_EXCEPTION(store->create("packs/aa/1", view("x")), base::Error, [](const base::Error& error) {
        return error.kind() == base::ErrorKind::Exists && error.message().find("packs") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_sweep_leaves_objects_and_what_may_still_be_written) {
    const test::TemporaryFolder folder;
    const auto store = vault::createDirectoryStore(*folder.files, folder / "vault");
    store->create("a", view("x"));
    folder.files->createNew(folder / "vault/tmp/leftover")->write(view("half"));
    store->sweepUnfinished([](std::uint64_t) { return false; });
    BOOST_TEST(folder.files->status(folder / "vault/tmp/leftover").has_value());
    BOOST_TEST(listed(*store, "").size() == 1U);
    BOOST_TEST(store->read("a").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

// Run by tests/s3/contract.py, which starts a server; without one there is nothing to test.
BOOST_AUTO_TEST_SUITE(s3_stores)

BOOST_AUTO_TEST_CASE(an_object_of_several_parts_is_made_once) {
    const auto store = test::makeServerStore();
    if (!store) return;
    const base::Bytes content = test::Random(5).bytes(70 * base::kMiB + 123);
    const auto upload = [&](base::ByteView bytes) {
        const auto running = store->startUpload("index/large");
        for (std::size_t at = 0; at < bytes.size(); at += base::kMiB) {
            running->write(bytes.subspan(at, std::min(base::kMiB, bytes.size() - at)));
        }
        return running->commit();
    };
    BOOST_TEST((upload(content) == CreateResult::Created));
    BOOST_TEST((store->read("index/large") == content));
    BOOST_TEST((upload(content) == CreateResult::Created));
    base::Bytes other = content;
    other.back() ^= 1U;
    BOOST_TEST((upload(other) == CreateResult::AlreadyThere));
    BOOST_TEST((store->read("index/large") == content));
}

// Some servers close the connection on the body of what they refuse.
BOOST_AUTO_TEST_CASE(a_large_object_with_a_taken_name_is_compared) {
    const auto store = test::makeServerStore();
    if (!store) return;
    base::Bytes content = test::Random(5).bytes(16 * base::kMiB);
    for (int i = 0; i < 3; ++i) BOOST_TEST((store->create("packs/a", content) == CreateResult::Created));
    content.back() ^= 1U;
    for (int i = 0; i < 3; ++i) BOOST_TEST((store->create("packs/a", content) == CreateResult::AlreadyThere));
}

BOOST_AUTO_TEST_CASE(a_listing_of_many_pages_is_whole) {
    const auto store = test::makeServerStore();
    if (!store) return;
    std::map<std::string, std::uint64_t> made;
    for (int i = 0; i < 1100; ++i) {
        const std::string name = "index/" + std::to_string(i);
        store->create(name, view("x"));
        made[name] = 1;
    }
    BOOST_TEST((listed(*store, "index/") == made));
}

BOOST_AUTO_TEST_CASE(an_upload_cut_off_leaves_nothing_after_a_sweep) {
    const auto store = test::makeServerStore();
    if (!store) return;
    const base::Bytes content = test::Random(6).bytes(40 * base::kMiB);
    {
        const auto upload = store->startUpload("index/cut");
        upload->write(content);
    }
    store->sweepUnfinished([](std::uint64_t) { return true; });
    BOOST_TEST(listed(*store, "").empty());
    BOOST_TEST(!store->sizeOf("index/cut").has_value());
}

BOOST_AUTO_TEST_CASE(requests_and_answers_keep_to_the_limits) {
    test::SleepingTime time;
    const base::CancelToken cancel;
    base::RateLimiter upload(100'000, cancel, time.words());
    base::RateLimiter download(400'000, cancel, time.words());
    const auto store = test::makeServerStore({&upload, &download}, cancel);
    if (!store) return;
    const base::Bytes content = test::Random(1).bytes(1'000'000);
    const auto isCancelled = [](const base::Error& error) {
        return error.kind() == base::ErrorKind::Cancelled;
    };

    store->create("packs/aa/1", content);
    BOOST_TEST(upload.passedBytes() == content.size());
    BOOST_TEST(time.seconds() >= 9.8);

    const std::uint64_t before = download.passedBytes();  // listings, and what they took
    const double begun = time.seconds();
    BOOST_TEST((store->read("packs/aa/1") == content));
    base::Bytes part(500'000);
    BOOST_TEST(store->readRange("packs/aa/1", 10, part));
    BOOST_TEST(download.passedBytes() >= before + 1'500'000);
    BOOST_TEST(time.seconds() - begun >= 3.6);

    const auto last = store->startUpload("packs/aa/2");
    last->write(content);
    cancel.cancel();
    BOOST_CHECK_EXCEPTION(last->commit(), base::Error, isCancelled);
    BOOST_CHECK_EXCEPTION(static_cast<void>(store->read("packs/aa/1")), base::Error, isCancelled);
    // What a cancelled run says last is small.
    BOOST_TEST((store->create("journal/1", base::ByteView(content).first(5000)) == CreateResult::Created));
    BOOST_TEST(!store->sizeOf("packs/aa/2").has_value());
}

BOOST_AUTO_TEST_CASE(a_store_that_goes_does_not_wait_for_what_it_fetches_ahead) {
    const base::Bytes content = test::Random(2).bytes(8'000'000);
    base::RateLimiter download(1'000'000'000, {});
    auto store = test::makeServerStore({nullptr, &download});
    if (!store) return;
    store->create("packs/aa/1", content);
    // The rest would take months.
    download.setBytesPerSecond(1);
    const std::uint64_t before = download.passedBytes();
    store->willRead({{"packs/aa/1", 0, content.size()}});
    while (download.passedBytes() == before) std::this_thread::yield();
    store.reset();
    BOOST_TEST(download.passedBytes() < before + 1000);
}

BOOST_AUTO_TEST_SUITE_END()
