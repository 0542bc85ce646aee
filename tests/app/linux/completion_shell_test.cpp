// SPDX-License-Identifier: Apache-2.0
// completion_shell_test.cpp: shells take their completion scripts, and bash offers the right words. A shell
// that is not installed is passed over.
#include <boost/test/unit_test.hpp>

#include "agent/app/completion.hpp"
#include "platform/base/error.hpp"
#include "platform/process.hpp"

namespace {

/// Nothing when the program is not installed.
std::optional<platform::ChildResult> run(const std::vector<std::string>& words, const std::string& input) {
    try {
        return platform::runProgram(words, base::asBytes(input));
    } catch (const base::Error& error) {
        if (error.kind() == base::ErrorKind::NotFound) return std::nullopt;
        throw;
    }
}

/// What bash offers for the last word of a line, one a line. The words must need no quotes.
std::string offers(const std::string& line) {
    const std::string script =
        app::completionScript("bash") + "COMP_WORDS=(" + line +
        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _hbr; printf '%s\\n' \"${COMPREPLY[@]}\"";
    return run({"bash", "-s"}, script)->output;
}

bool hasBash() { return run({"bash", "-c", "true"}, {}).has_value(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(completion_shells)

BOOST_AUTO_TEST_CASE(shells_can_read_their_scripts) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const auto result = run({shell, "-n", "/dev/stdin"}, app::completionScript(shell));
        BOOST_TEST((!result || result->exitCode == 0), shell);
    }
}

BOOST_AUTO_TEST_CASE(bash_offers_nouns_verbs_options_and_choices) {
    if (!hasBash()) return;
    BOOST_TEST(offers("hbr vau") == "vault\n");
    BOOST_TEST(offers("hbr point f") == "forget\n");
    BOOST_TEST(offers("hbr point forget --keep-w") == "--keep-weekly\n--keep-within\n");
    BOOST_TEST(offers("hbr verify --depth s") == "structure\nseals\n");
    BOOST_TEST(offers("hbr restore --target /tmp/x --conf") == "--conflict\n");
    BOOST_TEST(offers("hbr completion f") == "fish\n");
    BOOST_TEST(offers("hbr browse lat") == "latest\n");
    BOOST_TEST(offers("hbr backup run /etc/host --vaul") == "--vault\n");
}

BOOST_AUTO_TEST_CASE(bash_offers_files_where_paths_are_meant) {
    if (!hasBash()) return;
    BOOST_TEST(offers("hbr backup run /etc/host").find("/etc/hosts\n") != std::string::npos);
    BOOST_TEST(offers("hbr key recovery-kit --output /etc/host").find("/etc/hosts\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
