// SPDX-License-Identifier: Apache-2.0
// folder_browser_test.cpp: what the process says, which here plays a part. tests/system/restore_service.py
// has the real one.
#include "agent/service/folder_browser.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/new_file.hpp"
#include "tests/platform/child_output.hpp"
#include "tests/platform/temporary_folder.hpp"

using service::FolderBrowser;
using test::hasCode;

namespace {

struct Look {
    test::TemporaryFolder folder;
    const std::string jobs = folder / "state/jobs";

    std::unique_ptr<FolderBrowser> browser(const std::string& role, const std::string& argument,
                                           std::chrono::milliseconds mostTime = test::kLong) const {
        service::JobProcessSettings settings;
        settings.program = {HBR_CHILD_ROLE, role, argument};
        settings.folder = jobs;
        return std::make_unique<FolderBrowser>(*folder.files, settings, mostTime);
    }
    static service::FolderPart look(FolderBrowser& browser) {
        return test::startedBy([&] { return browser.look({"disk", {}, "etc", "", 10}); });
    }
    [[nodiscard]] std::size_t jobFiles() const {
        return folder.files->status(jobs) ? folder.files->openDirectory(jobs)->list().size() : 0;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(folder_browsers, Look)

BOOST_AUTO_TEST_CASE(entries_and_where_to_go_on_come_back) {
    const auto with = browser("print",
                              "hbr: warning: slow\n{\"type\":\"object\",\"name\":\"hosts\"}\n"
                              "{\"type\":\"object\",\"name\":\"fstab\"}\n"
                              "{\"type\":\"result\",\"next\":\"6162\"}\n");
    const auto part = look(*with);
    BOOST_TEST_REQUIRE(part.entries.size() == 2U);
    BOOST_TEST(part.entries[1].text("name").value() == "fstab");
    BOOST_TEST((part.next == "6162"));
    BOOST_TEST(jobFiles() == 0U);
    BOOST_TEST(!look(*browser("print", R"({"type":"result","next":null})")).next.has_value());
}

BOOST_AUTO_TEST_CASE(what_it_refuses_is_refused) {
    const auto refused =
        browser("print", R"({"type":"error","code":"CLI-0032","kind":"notFound","message":"no"})");
    BOOST_CHECK_EXCEPTION((void)look(*refused), base::Error, [](const base::Error& error) {
        return error.code() == "CLI-0032" && error.kind() == base::ErrorKind::NotFound;
    });
    BOOST_CHECK_EXCEPTION((void)look(*browser("print", "no word of JSON")), base::Error, hasCode("JOB-0001"));
    BOOST_CHECK_EXCEPTION((void)look(*browser("complain", "no")), base::Error, hasCode("JOB-0001"));
}

BOOST_AUTO_TEST_CASE(a_process_that_takes_too_long_is_ended) {
    const auto slow = browser("stubborn", "", std::chrono::milliseconds(1));
    for (unsigned i = 0; i <= FolderBrowser::kMostAtOnce; ++i)
        BOOST_CHECK_EXCEPTION((void)look(*slow), base::Error, hasCode("JOB-0010"));
    BOOST_TEST(jobFiles() == 0U);
}

BOOST_AUTO_TEST_CASE(who_comes_too_many_is_sent_away_at_once) {
    const std::string sign = folder / "sign";
    platform::writeNewFile(*folder.files, sign, {});
    const auto busy = browser("linger", sign);
    std::vector<std::jthread> others;
    for (unsigned i = 0; i < FolderBrowser::kMostAtOnce; ++i) {
        others.emplace_back([&] {
            try {
                (void)look(*busy);
            } catch (const base::Error&) {
                return;  // it says nothing that makes sense, but that is not what is tried here
            }
        });
    }
    while (jobFiles() < FolderBrowser::kMostAtOnce) std::this_thread::yield();
    BOOST_CHECK_EXCEPTION((void)busy->look({"disk", {}, "", "", 10}), base::Error, hasCode("JOB-0011"));
    folder.files->removeFile(sign);
    others.clear();
    BOOST_CHECK_EXCEPTION((void)look(*busy), base::Error, hasCode("JOB-0001"));
}

BOOST_AUTO_TEST_SUITE_END()
