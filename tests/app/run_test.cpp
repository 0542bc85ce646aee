// SPDX-License-Identifier: Apache-2.0
// run_test.cpp: whole command lines without a vault: words, JSON and exit codes.
#include "agent/app/run.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/app/fault_report.hpp"
#include "agent/app/small_input.hpp"
#include "tests/app/world.hpp"

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runs)

BOOST_AUTO_TEST_CASE(each_kind_of_error_has_its_exit_code) {
    using enum base::ErrorKind;
    const std::pair<base::ErrorKind, int> codes[] = {
        {NotFound, 4},  {Exists, 1},  {Invalid, 2},     {Denied, 5},      {Unavailable, 1}, {Busy, 6},
        {Exhausted, 1}, {Corrupt, 8}, {Unsupported, 1}, {Cancelled, 130}, {Internal, 1}};
    for (const auto& [kind, code] : codes) BOOST_TEST(app::exitCodeOf(kind) == code, base::toString(kind));
}

BOOST_AUTO_TEST_CASE(an_error_is_a_sentence_for_people_and_an_object_for_programs) {
    test::World world;
    BOOST_TEST(world.run({"verfy", "--json"}) == app::kUsage);
    BOOST_TEST(world.console.talk() ==
               "hbr: There is no command 'verfy' (CLI-0001). Did you mean 'verify'? See 'hbr --help'.\n");
    BOOST_TEST(
        world.console.data() ==
        "{\"type\":\"error\",\"schema\":1,\"code\":\"CLI-0001\",\"kind\":\"invalid\",\"message\":\"There "
        "is no command 'verfy'\",\"hint\":\"Did you mean 'verify'? See 'hbr "
        "--help'.\",\"context\":{},\"exitCode\":2}\n");
}

BOOST_AUTO_TEST_CASE(errors_are_coloured_only_where_colours_are_seen) {
    test::World plain;
    plain.run({});
    BOOST_TEST(!contains(plain.console.talk(), "\x1b"));
    test::World coloured;
    coloured.console.coloured = true;
    coloured.run({});
    BOOST_TEST(coloured.console.talk().starts_with("\x1b[31mhbr:\x1b[0m "));
}

BOOST_AUTO_TEST_CASE(help_and_version_go_to_standard_output) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"},
                                                  {"point", "--help"},
                                                  {"backup", "run", "--help"},
                                                  {"version"},
                                                  {"--version"},
                                                  {"man"},
                                                  {"version", "--json"}}) {
        test::World world;
        BOOST_TEST(world.run(words) == app::kDone);
        BOOST_TEST(!world.console.data().empty());
        BOOST_TEST(world.console.talk().empty());
    }
}

BOOST_AUTO_TEST_CASE(without_a_vault_a_command_says_how_to_make_one) {
    test::World world;
    BOOST_TEST(world.run({"point", "list"}) == app::kNotFound);
    BOOST_TEST(contains(world.console.talk(), "hbr vault create"));
    BOOST_TEST(world.run({"point", "list", "--vault", "nowhere"}) == app::kNotFound);
    BOOST_TEST(world.run({"vault", "disconnect", "nowhere"}) == app::kNotFound);
}

BOOST_AUTO_TEST_CASE(what_destroys_asks_and_takes_only_a_yes) {
    const auto answered = [](const std::string& answer) {
        test::TypedCommand typed({"prune"});
        typed.world.console.answers = {answer};
        return typed.command.confirm("Sure?");
    };
    BOOST_TEST(answered("y"));
    BOOST_TEST(answered("yes"));
    for (const char* no : {"", "n", "no", "yolo", " y"}) BOOST_TEST(!answered(no), no);
    test::TypedCommand nobody({"prune"});
    BOOST_CHECK_EXCEPTION(static_cast<void>(nobody.command.confirm("Sure?")), base::Error,
                          test::hasCode("CLI-0007"));
    test::TypedCommand yes({"prune", "--yes"});
    BOOST_TEST(yes.command.confirm("Sure?"));
}

BOOST_AUTO_TEST_CASE(limits_come_from_options_then_from_the_environment) {
    test::TypedCommand typed({"copy", "--to", "b", "--limit-upload", "1.5M"});
    typed.world.environment = {{"HBR_LIMIT_UPLOAD", "7K"}, {"HBR_LIMIT_DOWNLOAD", "500K"}};
    const base::TransferLimits limits = typed.command.limits();
    BOOST_TEST(limits.upload->bytesPerSecond() == 1'572'864U);
    BOOST_TEST(limits.download->bytesPerSecond() == 512'000U);
    // Several stores of a run share them.
    BOOST_TEST(typed.command.limits().upload == limits.upload);
    test::TypedCommand free({"prune"});
    BOOST_TEST(free.command.limits().upload == nullptr);
    BOOST_TEST(free.command.limits().download == nullptr);
}

BOOST_AUTO_TEST_CASE(a_limit_in_the_environment_that_makes_no_sense_is_refused_before_anything_is_made) {
    for (const char* bad : {"0", "-1", "fast", "10X"}) {
        test::World world;
        world.environment = {{"HBR_LIMIT_DOWNLOAD", bad}, {"HBR_PASSWORD", "long enough"}};
        BOOST_TEST(world.run({"vault", "create", world.folder / "vault"}) == app::kUsage);
        BOOST_TEST(world.console.talk().find("HBR_LIMIT_DOWNLOAD (CLI-0004)") != std::string::npos);
        BOOST_TEST(!world.folder.files->status(world.folder / "vault").has_value());
    }
}

BOOST_AUTO_TEST_CASE(workers_are_between_1_and_256) {
    for (const char* bad : {"0", "257", "4294967297"}) {
        const test::TypedCommand typed({"verify", "--workers", bad});
        BOOST_CHECK_EXCEPTION(static_cast<void>(typed.command.workers()), base::Error,
                              test::hasCode("CLI-0004"));
    }
    const test::TypedCommand typed({"verify", "--workers", "256"});
    BOOST_TEST(typed.command.workers() == 256U);
    const test::TypedCommand any({"verify"});
    BOOST_TEST(any.command.workers() >= 1U);
}

BOOST_AUTO_TEST_CASE(numbers_agree_with_their_nouns) {
    BOOST_TEST(app::counted(0, "file") == "0 files");
    BOOST_TEST(app::counted(1, "file") == "1 file");
    BOOST_TEST(app::counted(2, "file") == "2 files");
    BOOST_TEST(app::counted(1, "match") == "1 match");
    BOOST_TEST(app::counted(2, "match") == "2 matches");
}

BOOST_AUTO_TEST_CASE(a_password_command_is_split_at_blanks_outside_of_quotes) {
    const std::vector<std::string> expected = {"pass", "show", "my vault", "it's", ""};
    BOOST_TEST(app::splitWords("pass  show 'my vault' \"it's\" ''") == expected,
               boost::test_tools::per_element());
    for (const char* bad : {"", "  ", "pass 'open", "\""}) {
        BOOST_CHECK_EXCEPTION(app::splitWords(bad), base::Error, test::hasCode("CLI-0018"));
    }
}

BOOST_AUTO_TEST_CASE(a_secret_is_the_first_line_of_its_file) {
    const test::TemporaryFolder folder;
    const auto secretIn = [&](const std::string& text) {
        folder.files->removeFile(folder / "secret");
        test::writeFile(*folder.open(), "secret", text);
        return std::string(base::asText(app::secretFromFile(*folder.files, folder / "secret").view()));
    };
    for (const char* text : {"pass word", "pass word\n", "pass word\r\n", "pass word\nmore\n"}) {
        BOOST_TEST(secretIn(text) == "pass word");
    }
    BOOST_TEST(secretIn("\npass").empty());
    BOOST_CHECK_EXCEPTION(secretIn(std::string(100'000, 'x')), base::Error, test::hasCode("CLI-0016"));
}

BOOST_AUTO_TEST_SUITE_END()
