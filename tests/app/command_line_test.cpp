// SPDX-License-Identifier: Apache-2.0
// command_line_test.cpp: what people type, and what they mistype.
#include "agent/app/command_line.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/app/world.hpp"

namespace {

using Words = std::vector<std::string>;

base::Error refusal(const Words& words) {
    return test::errorOf([&] { app::parseCommandLine(words); });
}

void checkRefused(const Words& words, const char* code, const std::string& saying) {
    const base::Error error = refusal(words);
    BOOST_TEST_CONTEXT(error.describe()) {
        BOOST_TEST(error.code() == code);
        BOOST_TEST((error.kind() == base::ErrorKind::Invalid));
        BOOST_TEST(error.describe().find(saying) != std::string::npos, "does not say: " << saying);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_lines)

BOOST_AUTO_TEST_CASE(a_verb_its_options_and_its_operands_are_told_apart) {
    const auto line = app::parseCommandLine({"backup", "run", "/a", "--tag", "x", "/b", "--json"});
    BOOST_TEST(line.verb->fullName() == "backup run");
    BOOST_TEST(line.operands == Words({"/a", "/b"}), boost::test_tools::per_element());
    BOOST_TEST(line.value("tag").value() == "x");
    BOOST_TEST(line.has("json"));
    BOOST_TEST(!line.has("verbose"));
    BOOST_TEST(!line.value("plan").has_value());
}

BOOST_AUTO_TEST_CASE(a_value_stands_behind_an_equals_sign_or_in_the_next_word) {
    for (const Words& words :
         {Words{"restore", "latest", "--target", "/t"}, Words{"restore", "latest", "--target=/t"},
          Words{"restore", "latest", "-t", "/t"}, Words{"restore", "-t/t", "latest"}}) {
        BOOST_TEST(app::parseCommandLine(words).value("target").value() == "/t");
    }
    BOOST_TEST(app::parseCommandLine({"restore", "x", "--target="}).value("target").value() == "");
    BOOST_TEST(app::parseCommandLine({"restore", "x", "--target=a=b"}).value("target").value() == "a=b");
    BOOST_TEST(app::parseCommandLine({"restore", "x", "--target", "--json"}).value("target").value() ==
               "--json");
}

BOOST_AUTO_TEST_CASE(letters_stand_together_and_the_last_may_take_a_value) {
    const auto line = app::parseCommandLine({"restore", "-vqt", "/t", "latest"});
    BOOST_TEST(line.has("verbose"));
    BOOST_TEST(line.has("quiet"));
    BOOST_TEST(line.value("target").value() == "/t");
    BOOST_TEST(app::parseCommandLine({"restore", "-vt/t", "latest"}).value("target").value() == "/t");
}

BOOST_AUTO_TEST_CASE(options_that_repeat_gather_and_others_are_refused_the_second_time) {
    const auto line = app::parseCommandLine({"restore", "x", "-i", "/a", "--include=/b", "-i/c"});
    BOOST_TEST(line.values("include") == Words({"/a", "/b", "/c"}), boost::test_tools::per_element());
    BOOST_TEST(line.values("exclude").empty());
    checkRefused({"restore", "x", "-t", "/a", "--target", "/b"}, "CLI-0003", "given twice");
    BOOST_TEST(app::parseCommandLine({"verify", "-v", "-v", "--verbose"}).has("verbose"));
}

BOOST_AUTO_TEST_CASE(after_two_dashes_everything_is_an_operand) {
    const auto line = app::parseCommandLine({"backup", "run", "--json", "--", "--quiet", "-x", "--"});
    BOOST_TEST(line.operands == Words({"--quiet", "-x", "--"}), boost::test_tools::per_element());
    BOOST_TEST(line.has("json"));
    BOOST_TEST(!line.has("quiet"));
}

BOOST_AUTO_TEST_CASE(a_single_dash_is_an_operand) {
    BOOST_TEST(app::parseCommandLine({"cat", "latest", "-"}).operands.back() == "-");
}

BOOST_AUTO_TEST_CASE(shared_options_may_stand_before_the_verb_and_others_may_not) {
    const auto line = app::parseCommandLine({"-v", "--vault", "disk", "point", "--json", "list"});
    BOOST_TEST(line.value("vault").value() == "disk");
    BOOST_TEST(line.has("json"));
    checkRefused({"--tag", "x", "backup", "run", "/a"}, "CLI-0002", "before a command");
    checkRefused({"--vault", "disk", "man"}, "CLI-0002", "'hbr man' has no option '--vault'");
}

BOOST_AUTO_TEST_CASE(an_unknown_option_is_refused_with_the_one_perhaps_meant) {
    checkRefused({"backup", "run", "/a", "--tga", "x"}, "CLI-0002", "Did you mean '--tag'?");
    checkRefused({"backup", "run", "/a", "--exclud=x"}, "CLI-0002", "Did you mean '--exclude'?");
    checkRefused({"verify", "--frobnicate"}, "CLI-0002", "See 'hbr verify --help'.");
    checkRefused({"verify", "-vz"}, "CLI-0002", "'-z'");
    checkRefused({"verify", "--\x1b[31m"}, "CLI-0002", "\\x1b[31m");
}

BOOST_AUTO_TEST_CASE(an_unknown_command_is_refused_with_the_one_perhaps_meant) {
    checkRefused({"bakcup", "run"}, "CLI-0001", "Did you mean 'backup'?");
    checkRefused({"backup", "rnu"}, "CLI-0001", "Did you mean 'run'?");
    checkRefused({"verfy"}, "CLI-0001", "Did you mean 'verify'?");
    checkRefused({"point", "zzzzzz"}, "CLI-0001", "See 'hbr point --help'.");
    checkRefused({}, "CLI-0005", "No command");
    checkRefused({"--json"}, "CLI-0005", "No command");
    checkRefused({"vault"}, "CLI-0005", "'vault' needs a verb");
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_named_and_a_switch_takes_none) {
    checkRefused({"restore", "x", "--target"}, "CLI-0003", "'--target' needs a value: DIR");
    checkRefused({"restore", "x", "-t"}, "CLI-0003", "'-t' needs a value");
    checkRefused({"verify", "--json=yes"}, "CLI-0003", "'--json' takes no value");
}

BOOST_AUTO_TEST_CASE(choices_numbers_and_sizes_are_checked) {
    BOOST_TEST(app::parseCommandLine({"verify", "--depth", "data"}).value("depth").value() == "data");
    checkRefused({"verify", "--depth", "dta"}, "CLI-0004", "Did you mean 'data'?");
    checkRefused({"verify", "--depth", "deep"}, "CLI-0004", "structure, seals, data");
    BOOST_TEST(app::parseCommandLine({"point", "forget", "--keep-last", "7"}).number("keep-last").value() ==
               7U);
    for (const char* bad : {"many", "-1", "", "1.5", "99999999999999999999"}) {
        checkRefused({"point", "forget", "--keep-last", bad}, "CLI-0004", "whole number");
    }
    const auto line = app::parseCommandLine({"backup", "run", "/a", "--exclude-larger-than=1.5K"});
    BOOST_TEST(line.size("exclude-larger-than").value() == 1536U);
    checkRefused({"backup", "run", "/a", "--exclude-larger-than", "big"}, "CLI-0004", "size");
    for (const char* bad : {"0", "0K", "0.1", "-5", "fast", "10X", "", " 1M", "1M/s", "1e3"}) {
        checkRefused({"backup", "run", "/a", "--limit-upload", bad}, "CLI-0004", "10M");
        checkRefused({"restore", "latest", "--limit-download", bad}, "CLI-0004", "rate");
    }
    checkRefused({"completion", "cmd"}, "CLI-0004", "powershell");
}

BOOST_AUTO_TEST_CASE(operands_are_counted) {
    checkRefused({"backup", "run"}, "CLI-0006", "needs PATH");
    checkRefused({"point", "diff", "a"}, "CLI-0006", "needs B");
    checkRefused({"cat", "latest"}, "CLI-0006", "needs PATH");
    checkRefused({"verify", "extra"}, "CLI-0006", "'extra' is one word too many");
    checkRefused({"browse", "latest", "/a", "/b"}, "CLI-0006", "'/b' is one word too many");
    checkRefused({"backup", "run", ""}, "CLI-0006", "empty word");
    BOOST_TEST(app::parseCommandLine({"browse", "latest"}).operands.size() == 1U);
    BOOST_TEST(app::parseCommandLine({"point", "forget", "a", "b", "c"}).operands.size() == 3U);
}

BOOST_AUTO_TEST_CASE(help_is_given_for_lines_that_are_not_complete) {
    BOOST_TEST(app::parseCommandLine({"--help"}).verb == nullptr);
    BOOST_TEST(app::parseCommandLine({"help"}).has("help"));
    BOOST_TEST(app::parseCommandLine({"point", "-h"}).helpNoun == "point");
    BOOST_TEST(app::parseCommandLine({"help", "backup", "run"}).verb->name == "run");
    BOOST_TEST(app::parseCommandLine({"backup", "run", "--help"}).has("help"));
    BOOST_TEST(app::parseCommandLine({"--version"}).wantsVersion);
}

BOOST_AUTO_TEST_SUITE_END()
