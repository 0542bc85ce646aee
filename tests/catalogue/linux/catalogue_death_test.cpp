// SPDX-License-Identifier: Apache-2.0
// catalogue_death_test.cpp: processes that are killed while they write, rights of the file, and many
// processes at once.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <functional>

#include "tests/catalogue/shelf.hpp"

using test::Shelf;

namespace {

/// Runs it in a process of its own, which ends without any clean-up; gives its exit code, or minus the
/// signal.
int inChild(const std::function<void()>& work) {
    const pid_t child = fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        try {
            work();
        } catch (...) {
            _exit(1);
        }
        _exit(0);
    }
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void die() { kill(getpid(), SIGKILL); }

}  // namespace

BOOST_AUTO_TEST_SUITE(catalogue_death)

BOOST_AUTO_TEST_CASE(what_a_killed_process_had_committed_stays_and_the_rest_never_was) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "c.db";
    BOOST_TEST(inChild([&] {
                   catalogue::Catalogue catalogue(*folder.files, path);
                   catalogue.policies().add(test::policyNamed("kept"));
                   catalogue::Transaction transaction(catalogue.database());
                   // More than fits into its cache, so that a part of it gets into the log.
                   catalogue.database().runScript("PRAGMA cache_size = 5");
                   for (int i = 0; i < 500; ++i)
                       catalogue.policies().add(test::policyNamed("lost " + std::to_string(i)));
                   die();
               }) == -SIGKILL);
    BOOST_TEST(folder.files->status(path + "-wal").value().sizeBytes > 20'000U);
    catalogue::Catalogue catalogue(*folder.files, path);
    catalogue.check();
    BOOST_REQUIRE(catalogue.policies().list().size() == 1U);
    BOOST_TEST(catalogue.policies().list().front().policy.name == "kept");
}

BOOST_AUTO_TEST_CASE(a_due_run_is_neither_lost_nor_doubled_by_a_kill) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "c.db";
    catalogue::PlanId id;
    {
        catalogue::Catalogue catalogue(*folder.files, path);
        id = catalogue.plans().add(test::planNamed("files", catalogue.policies().add(test::policyNamed("p"))),
                                   test::at(100));
    }
    scheduler::Consideration due;
    due.consideredUntil = test::at(200);
    due.due = test::at(150);
    const auto considerAndDie = [&](bool commits) {
        return inChild([&] {
            catalogue::Catalogue catalogue(*folder.files, path);
            catalogue::Transaction transaction(catalogue.database());
            catalogue.jobs().recordDueRun(catalogue.plans().find(id).value(), due, test::at(200));
            if (commits) transaction.commit();
            die();
        });
    };
    for (const bool commits : {false, true}) {
        BOOST_TEST(considerAndDie(commits) == -SIGKILL);
        catalogue::Catalogue catalogue(*folder.files, path);
        BOOST_TEST(catalogue.jobs().queued().size() == (commits ? 1U : 0U));
        BOOST_CHECK(catalogue.plans().find(id)->consideredUntil == test::at(commits ? 200 : 100));
    }
}

BOOST_AUTO_TEST_CASE(a_job_that_died_with_its_process_is_found_running) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "c.db";
    inChild([&] {
        catalogue::Catalogue catalogue(*folder.files, path);
        const auto job =
            catalogue.jobs().add({catalogue::JobKind::Verify, std::nullopt, "web1", "disk"}, test::at(1));
        catalogue.jobs().start(job, test::at(2));
        die();
    });
    catalogue::Catalogue catalogue(*folder.files, path);
    BOOST_REQUIRE(catalogue.jobs().stillRunning().size() == 1U);
}

BOOST_AUTO_TEST_CASE(killed_makers_leave_a_catalogue_or_none) {
    const test::TemporaryFolder folder;
    BOOST_TEST(
        inChild([&] {
            folder.files->createNew(folder / "c.db.new")->write(base::asBytes(std::string_view("half")));
            folder.files->createNew(folder / "c.db.guard");
            catalogue::Database guard(folder / "c.db.guard");
            guard.runScript("BEGIN EXCLUSIVE");
            die();
        }) == -SIGKILL);
    catalogue::Catalogue(*folder.files, folder / "c.db", std::chrono::milliseconds(0)).check();
}

BOOST_AUTO_TEST_CASE(processes_make_and_use_it_at_once) {
    const test::TemporaryFolder folder;
    std::vector<pid_t> children;
    for (int i = 0; i < 6; ++i) {
        const pid_t child = fork();
        BOOST_REQUIRE(child >= 0);
        if (child == 0) {
            try {
                catalogue::Catalogue catalogue(*folder.files, folder / "c.db", test::kPatience);
                for (int j = 0; j < 10; ++j)
                    catalogue.policies().add(test::policyNamed(std::to_string(i) + "-" + std::to_string(j)));
            } catch (...) {
                _exit(1);
            }
            _exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        BOOST_REQUIRE(waitpid(child, &status, 0) == child);
        BOOST_TEST(status == 0);
    }
    BOOST_TEST(catalogue::Catalogue(*folder.files, folder / "c.db").policies().list().size() == 60U);
}

BOOST_AUTO_TEST_CASE(nobody_else_may_read_it_or_what_lies_beside_it) {
    Shelf shelf;
    shelf.catalogue.policies().add(test::policyNamed("p"));
    const auto folder = shelf.folder.files->openDirectory(shelf.folder / "state");
    BOOST_TEST(folder->status().mode == 0700U);
    for (const char* name : {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "catalogue.db.guard"})
        BOOST_TEST(folder->statusOf(name).value().mode == 0600U, name);
}

BOOST_AUTO_TEST_CASE(a_file_that_may_only_be_read_or_not_at_all_is_refused) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "c.db";
    catalogue::Catalogue(*folder.files, path).check();
    const auto codeFor = [&](mode_t mode) {
        BOOST_REQUIRE(chmod(path.c_str(), mode) == 0);
        return inChild([&] {
            // Root may do everything; so it becomes somebody else.
            if (geteuid() == 0 && seteuid(65534) != 0) _exit(3);
            try {
                const catalogue::Catalogue refused(*folder.files, path);
            } catch (const base::Error& error) {
                if (error.code() == "CATALOG-0004") _exit(4);
                if (error.code() == "CATALOG-0008") _exit(8);
            }
        });
    };
    BOOST_REQUIRE(chmod(folder.path.c_str(), 0755) == 0);
    BOOST_TEST(codeFor(0444) == 4);
    BOOST_TEST(codeFor(0000) == 8);
}

BOOST_AUTO_TEST_SUITE_END()
