// SPDX-License-Identifier: Apache-2.0
#include "agent/app/script_run.hpp"

#include <cstdlib>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/app/world.hpp"

namespace {

struct Scripts {
    test::TypedCommand typed{{"backup", "run", "/etc"}};
    test::World& world = typed.world;
    app::Command& command = typed.command;
    app::Script script;

    Scripts() { script.name = "script"; }

    /// A shell script that takes its first line from the test.
    void write(const std::string& text) {
        script.path = world.folder / "a script.sh";
        world.folder.files->removeFile(script.path);
        world.folder.files->createNew(script.path)->write(base::asBytes("#!/bin/sh\n" + text + "\n"));
        BOOST_REQUIRE(std::system(("chmod 700 '" + script.path + "'").c_str()) == 0);
    }
    base::Error errorOf(const std::string& text) {
        write(text);
        return test::errorOf([&] { app::runScript(command, script); });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(script_runs, Scripts)

BOOST_AUTO_TEST_CASE(its_output_is_told_line_by_line_and_can_be_nothing_else) {
    write("echo '{\"type\":\"result\"}'; echo 'hbr: no' >&2; printf 'last\\033'");
    app::runScript(command, script);
    BOOST_TEST(world.console.talk() == "script: {\"type\":\"result\"}\nscript: hbr: no\nscript: last\\x1b\n");
    BOOST_TEST(world.console.data().empty());
}

BOOST_AUTO_TEST_CASE(of_much_output_the_first_is_told) {
    write("head -c 5000 /dev/zero | tr '\\0' x; echo; seq 600");
    app::runScript(command, script);
    const std::string talk = world.console.talk();
    BOOST_TEST(talk.find("script: " + std::string(1000, 'x') + "\nscript: 1\n") == 0U);
    BOOST_TEST(talk.find("script: 499\nscript: 101 more lines were left out.\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_finds_what_it_is_told_and_no_secrets) {
    for (const char* name : {"HBR_PASSWORD", "HBR_NEW_PASSWORD", "HBR_TO_PASSWORD",
                             "HBR_S3_SECRET_ACCESS_KEY", "HBR_S3_SESSION_TOKEN", "HBR_S3_PROXY_PASSWORD"})
        ::setenv(name, "do-not-tell", 1);
    ::setenv("HBR_OTHER", "kept", 1);
    script.variables = {{"HBR_PLAN", "nightly 'backup'"}};
    write("env; read line && echo read");
    BOOST_TEST((test::errorOf([&] { app::runScript(command, script); }).code() == "SCRIPT-0001"));  // of read
    const std::string talk = world.console.talk();
    BOOST_TEST(talk.find("do-not-tell") == std::string::npos);
    BOOST_TEST(talk.find("HBR_OTHER=kept") != std::string::npos);
    BOOST_TEST(talk.find("HBR_PLAN=nightly 'backup'\n") != std::string::npos);
    BOOST_TEST(talk.find("HBR_JOB_RESULT") == std::string::npos);
    ::unsetenv("HBR_OTHER");
}

BOOST_AUTO_TEST_CASE(one_that_fails_says_how) {
    BOOST_TEST((errorOf("exit 7").code() == "SCRIPT-0001"));
    BOOST_TEST((errorOf("exit 7").message().find("exit code 7") != std::string::npos));
    script.path = world.folder / "none";
    BOOST_TEST((test::errorOf([&] { app::runScript(command, script); }).code() == "PROC-0002"));
}

BOOST_AUTO_TEST_CASE(one_that_takes_too_long_is_ended_with_what_it_started) {
    std::jthread time([this](const std::stop_token& stop) {
        world.console.waitForTalk();  // it runs
        while (!stop.stop_requested()) {
            world.clock.advance(std::chrono::minutes(1));
            std::this_thread::yield();
        }
    });
    const base::Error error = errorOf("trap '' TERM; echo runs; sleep 1000");
    BOOST_TEST(error.code() == "SCRIPT-0002");
    BOOST_TEST(error.message().find("60 minutes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cancelled_one_is_ended) {
    script.cancel = base::CancelToken();
    std::jthread person([this] {
        world.console.waitForTalk();
        script.cancel.cancel();
    });
    BOOST_TEST((errorOf("echo runs; sleep 1000").kind() == base::ErrorKind::Cancelled));
}

BOOST_AUTO_TEST_SUITE_END()
