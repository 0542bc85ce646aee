// SPDX-License-Identifier: Apache-2.0
// child_tree_test.cpp: what a child has started, on Linux.
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"
#include "tests/platform/child_output.hpp"

using platform::ChildCommand;
using test::kLong;
using test::outputOf;
using test::readUntil;

namespace {

ChildCommand shell(const std::string& script) {
    ChildCommand command;
    command.words = {"sh", "-c", script};
    return command;
}

/// The number at the end of a line that the child writes.
pid_t numberFrom(platform::ChildProcess& child) {
    const auto number = static_cast<pid_t>(std::stoi(readUntil(child, "\n")));
    BOOST_REQUIRE(number > 1);
    return number;
}

/// What children leave behind becomes a child of this process while one of these lives, so that its end can
/// be waited for.
struct Heir {
    Heir() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
    Heir(const Heir&) = delete;
    Heir& operator=(const Heir&) = delete;
    ~Heir() { ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }

    /// Waits for the end of what a child, which has ended, had started; requires that this signal ended it,
    /// unless the child itself has still been told how.
    static void requireEndedBy(int signal, pid_t orphan) {
        int status = 0;
        if (::waitpid(orphan, &status, 0) == orphan) {
            BOOST_TEST(WIFSIGNALED(status));
            BOOST_TEST(WTERMSIG(status) == signal);
        } else {
            BOOST_TEST(errno == ECHILD);
            BOOST_TEST(::kill(orphan, 0) != 0);
        }
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(child_trees, Heir)

BOOST_AUTO_TEST_CASE(what_a_child_leaves_running_with_its_output_is_not_waited_for) {
    const auto child = platform::startChild(shell("sleep 1000 & echo $!; exit 5"));
    const pid_t left = numberFrom(*child);
    BOOST_TEST(outputOf(*child).empty());
    BOOST_TEST((child->wait(kLong) == 5));
    BOOST_TEST(::kill(left, SIGKILL) == 0);
    requireEndedBy(SIGKILL, left);  // and nothing before
}

BOOST_AUTO_TEST_CASE(what_a_child_has_started_ends_with_it) {
    const auto child = platform::startChild(shell("sleep 1000 & echo $!; wait"));
    const pid_t started = numberFrom(*child);
    child->kill();
    BOOST_TEST((child->wait(kLong) == 128 + SIGKILL));
    requireEndedBy(SIGKILL, started);
}

BOOST_AUTO_TEST_CASE(who_is_asked_to_stop_gets_the_signal_with_all_that_it_has_started) {
    const auto child = platform::startChild(
        shell("trap 'echo stopped; exit 7' TERM; sh -c 'echo $$; exec sleep 1000' & wait"));
    // It says its number itself: before it is a program of its own the shell's trap would take the signal.
    const pid_t started = numberFrom(*child);
    child->askToStop();
    BOOST_TEST(outputOf(*child) == "stopped\n");
    BOOST_TEST((child->wait(kLong) == 7));
    requireEndedBy(SIGTERM, started);
}

BOOST_AUTO_TEST_CASE(what_outlives_a_request_to_stop_can_still_be_ended) {
    const auto child = platform::startChild(shell("sh -c 'trap \"\" TERM; echo $$; exec sleep 1000' & wait"));
    const pid_t started = numberFrom(*child);
    child->askToStop();
    BOOST_TEST((child->wait(kLong) == 128 + SIGTERM));
    BOOST_TEST(::kill(started, 0) == 0);
    child->kill();
    requireEndedBy(SIGKILL, started);
}

BOOST_AUTO_TEST_CASE(what_a_child_leaves_writing_without_end_is_not_read_for_ever) {
    const auto child = platform::startChild(shell("yes & exit 5"));
    static_cast<void>(outputOf(*child));
    BOOST_TEST((child->wait(kLong) == 5));
}

BOOST_AUTO_TEST_CASE(a_child_has_no_pipes_of_others_and_signals_as_a_fresh_program_does) {
    const ChildCommand look = shell("ls /proc/self/fd; grep SigBlk /proc/self/status");
    const std::string alone = outputOf(*platform::startChild(look));
    BOOST_TEST(alone.ends_with("SigBlk:\t0000000000000000\n"));
    const auto other = platform::startChild(shell("read line"));
    BOOST_TEST(outputOf(*platform::startChild(look)) == alone);
}

BOOST_AUTO_TEST_CASE(a_program_that_may_not_be_run_is_not_found) {
    ChildCommand command;
    command.words = {"/etc/passwd"};
    BOOST_CHECK_EXCEPTION(platform::startChild(command), base::Error,
                          [](const base::Error& error) { return error.code() == "PROC-0002"; });
}

BOOST_AUTO_TEST_SUITE_END()
