// SPDX-License-Identifier: Apache-2.0
// job_display_test.cpp: what a person or a program sees of a running job.
#include "agent/app/job_display.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/text.hpp"
#include "tests/app/world.hpp"

namespace {

void fill(engine::Progress& progress) {
    progress.objectsDone = 12;
    progress.objectsTotal = 48;
    progress.bytesDone = 3 * base::kMiB;
    progress.bytesTotal = 12 * base::kMiB;
    progress.bytesRead = 2 * base::kMiB;
    progress.bytesNew = base::kMiB;
    progress.bytesStored = 512 * base::kKiB;
    progress.faults = 2;
    progress.setCurrent("/home/x\x1b]0;evil\x07");
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(job_displays)

BOOST_AUTO_TEST_CASE(a_terminal_shows_percent_files_bytes_speed_and_the_current_file) {
    test::TypedCommand typed({"backup", "run", "/a"});
    typed.world.console.watched = true;
    engine::Progress progress;
    fill(progress);
    std::string shown;
    {
        const app::JobDisplay display(typed.command, progress, app::Totals::Known, "Backing up");
        shown = typed.world.console.waitForTalk();
    }
    BOOST_TEST_CONTEXT(base::printable(shown)) {
        for (const char* part : {"Backing up  25 %", "12/48 files", "3.0 MiB/12.0 MiB", "/s", "read 2.0 MiB",
                                 "new 1.0 MiB", "stored 512.0 KiB", "2 faults", "/home/x\\x1b]0;evil\\x07"}) {
            BOOST_TEST(contains(shown, part), part);
        }
        BOOST_TEST(!contains(shown, "\x07"));
        BOOST_TEST(!contains(shown, "left"));
    }
    BOOST_TEST(typed.world.console.data().empty());
    BOOST_TEST(typed.world.console.talk().ends_with("\x1b[2K"));
}

BOOST_AUTO_TEST_CASE(unknown_totals_show_no_percent) {
    test::TypedCommand typed({"restore", "latest", "-t", "/t"});
    typed.world.console.watched = true;
    engine::Progress progress;
    fill(progress);
    std::string shown;
    {
        const app::JobDisplay display(typed.command, progress, app::Totals::Unknown, "Restoring");
        shown = typed.world.console.waitForTalk();
    }
    BOOST_TEST(contains(shown, "Restoring  12 files  3.0 MiB  "));
    BOOST_TEST(!contains(shown, "%"));
}

BOOST_AUTO_TEST_CASE(json_shows_a_line_a_second_on_standard_output_alone) {
    test::TypedCommand typed({"backup", "run", "/a", "--json"});
    typed.world.console.watched = true;
    engine::Progress progress;
    fill(progress);
    std::string line;
    {
        const app::JobDisplay display(typed.command, progress, app::Totals::Known, "Backing up");
        typed.world.clock.advance(std::chrono::seconds(2));
        line = typed.world.console.waitForData();
    }
    BOOST_TEST(line ==
               "{\"type\":\"progress\",\"schema\":1,\"stage\":\"Backing up\",\"objectsDone\":12,"
               "\"objectsTotal\":48,\"bytesDone\":3145728,\"bytesTotal\":12582912,\"bytesRead\":2097152,"
               "\"bytesNew\":1048576,\"bytesStored\":524288,\"faults\":2,\"bytesSent\":null,"
               "\"bytesReceived\":null,\"bytesPerSecond\":1572864,"
               "\"secondsLeft\":null,\"current\":\"/home/x\\u001b]0;evil\\u0007\"}\n");
    BOOST_TEST(typed.world.console.talk().empty());
}

BOOST_AUTO_TEST_CASE(a_log_gets_a_plain_line_when_it_asks_for_more) {
    test::TypedCommand typed({"backup", "run", "/a", "-v"});
    engine::Progress progress;
    fill(progress);
    std::string line;
    {
        const app::JobDisplay display(typed.command, progress, app::Totals::Known, "Backing up");
        typed.world.clock.advance(std::chrono::seconds(31));
        line = typed.world.console.waitForTalk();
    }
    BOOST_TEST(contains(line, "Backing up  25 %  12/48 files"));
    BOOST_TEST(contains(line, "about 1m 33s left"));
    BOOST_TEST(!contains(line, "\x1b"));
}

BOOST_AUTO_TEST_CASE(under_a_limit_the_line_tells_what_was_sent_and_received) {
    test::TypedCommand typed(
        {"copy", "--to", "b", "--limit-upload", "8G", "--limit-download", "16G", "--json"});
    engine::Progress progress;
    const base::TransferLimits limits = typed.command.limits();
    static_cast<void>(base::Transfer(limits.upload, 5).next(5));  // before the job
    std::string line;
    {
        const app::JobDisplay display(typed.command, progress, app::Totals::Unknown, "Copying");
        static_cast<void>(base::Transfer(limits.upload, 7000).next(7000));
        static_cast<void>(base::Transfer(limits.download, 9000).next(9000));
        typed.world.clock.advance(std::chrono::seconds(2));
        line = typed.world.console.waitForData();
    }
    BOOST_TEST(contains(line, "\"bytesSent\":7000,\"bytesReceived\":9000,"), line);
    test::TypedCommand watched({"backup", "run", "/a", "--limit-upload", "8G"});
    watched.world.console.watched = true;
    {
        const app::JobDisplay display(watched.command, progress, app::Totals::Known, "Backing up");
        line = watched.world.console.waitForTalk();
    }
    BOOST_TEST(contains(line, "stored 0 B, sent 0 B at 0 B/s"), line);
    BOOST_TEST(!contains(line, "received"), line);
}

BOOST_AUTO_TEST_CASE(pipes_and_quiet_runs_see_nothing) {
    engine::Progress progress;
    test::TypedCommand piped({"backup", "run", "/a"});
    test::TypedCommand quiet({"backup", "run", "/a", "-q"});
    quiet.world.console.watched = true;
    for (test::TypedCommand* typed : {&piped, &quiet}) {
        {
            const app::JobDisplay display(typed->command, progress, app::Totals::Known, "Backing up");
        }
        BOOST_TEST(typed->world.console.talk().empty());
        BOOST_TEST(typed->world.console.data().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
