// SPDX-License-Identifier: Apache-2.0
// job_process_test.cpp: jobs in processes of their own, which here play a part. tests/system/service.py has
// the real ones.
#include "agent/service/job_process.hpp"

#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <mutex>

#include "platform/base/error.hpp"
#include "tests/platform/child_output.hpp"
#include "tests/platform/temporary_folder.hpp"

using catalogue::JobState;

namespace {

/// Waits for a job's end, which another thread tells.
class EndSign final {
public:
    void give() {
        const std::lock_guard lock(mutex_);
        isGiven_ = true;
        given_.notify_all();
    }
    void await() {
        std::unique_lock lock(mutex_);
        BOOST_REQUIRE(given_.wait_for(lock, test::kLong, [this] { return isGiven_; }));
    }

private:
    std::mutex mutex_;  // guards isGiven_
    std::condition_variable given_;
    bool isGiven_ = false;
};

struct Jobs {
    test::TemporaryFolder folder;
    std::unique_ptr<platform::Clock> clock = platform::makeSystemClock();
    EndSign ended;

    std::unique_ptr<service::RunningJob> start(const std::string& role,
                                               std::chrono::milliseconds patience = test::kLong) {
        const auto starter = service::jobProcesses(*folder.files, *clock,
                                                   {{HBR_CHILD_ROLE, role}, folder / "state/jobs", patience});
        return starter(catalogue::JobId{7}, {"backup", "run"}, {}, [this] { ended.give(); });
    }
    [[nodiscard]] bool isFileThere() const {
        return folder.files->status(folder / "state/jobs/7").has_value();
    }
    static void awaitEvent(service::RunningJob& job, const std::string& text) {
        for (;;) {
            for (const auto& event : job.takeEvents()) {
                if (event.text == text) return;
            }
            BOOST_REQUIRE(!job.outcome().has_value());
        }
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(job_processes, Jobs)

BOOST_AUTO_TEST_CASE(a_process_that_ends_ends_its_job) {
    auto job = start("print");  // the path of its file
    ended.await();
    BOOST_TEST(isFileThere());
    BOOST_TEST_REQUIRE(job->outcome().has_value());
    BOOST_TEST((job->outcome()->state == JobState::Failed));
    BOOST_TEST(job->outcome()->errorCode == "JOB-0001");
    const auto events = job->takeEvents();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST(events.front().text == folder / "state/jobs/7");
    job.reset();
    BOOST_TEST(!isFileThere());
}

BOOST_AUTO_TEST_CASE(what_it_complains_of_is_heard) {
    const auto job = start("complain");
    ended.await();
    BOOST_TEST(job->takeEvents().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_job_that_is_asked_to_stop_may_end_its_work) {
    const auto job = start("until_end");
    awaitEvent(*job, "ready");
    BOOST_TEST(!job->outcome().has_value());
    job->cancel();
    job->cancel();
    ended.await();
    BOOST_TEST(job->takeEvents().back().text == "end");
    BOOST_TEST((job->outcome()->state == JobState::Cancelled));
}

BOOST_AUTO_TEST_CASE(a_job_that_does_not_stop_is_ended_by_force) {
    const auto job = start("stubborn", std::chrono::milliseconds(1));
    awaitEvent(*job, "ready");
    job->cancel();
    ended.await();
    BOOST_TEST((job->outcome()->state == JobState::Cancelled));
}

BOOST_AUTO_TEST_CASE(nothing_of_a_job_that_is_thrown_away_goes_on) {
    auto job = start("stubborn");
    awaitEvent(*job, "ready");
    job.reset();
    ended.await();
    BOOST_TEST(!isFileThere());
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_leaves_nothing) {
    const auto starter =
        service::jobProcesses(*folder.files, *clock, {{folder / "nothing"}, folder / "state/jobs"});
    BOOST_CHECK_EXCEPTION((void)starter(catalogue::JobId{7}, {"x"}, {}, [] {}), base::Error,
                          test::hasCode("PROC-0002"));
    BOOST_TEST(!isFileThere());
}

BOOST_AUTO_TEST_CASE(files_of_a_killed_service_are_swept) {
    service::sweepJobFiles(*folder.files, folder / "state/jobs");
    folder.files->createDirectories(folder / "state/jobs");
    (void)folder.files->createNew(folder / "state/jobs/7");
    service::sweepJobFiles(*folder.files, folder / "state/jobs");
    BOOST_TEST(!isFileThere());
}

BOOST_AUTO_TEST_SUITE_END()
