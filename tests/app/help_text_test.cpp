// SPDX-License-Identifier: Apache-2.0
// help_text_test.cpp: help, the man page and completions tell of every verb and every option.
#include "agent/app/help_text.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "agent/app/completion.hpp"
#include "agent/app/man_page.hpp"
#include "platform/base/text.hpp"

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string asRoff(std::string text) {
    for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at + 2)) {
        text.insert(at, 1, '\\');
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(help_texts)

BOOST_AUTO_TEST_CASE(help_of_every_verb_begins_with_an_example_of_it) {
    for (const app::Verb& verb : app::verbs()) {
        BOOST_TEST_CONTEXT(verb.fullName()) {
            const std::string help = app::verbHelp(verb);
            BOOST_TEST(help.starts_with("Examples:\n  hbr " + verb.fullName()));
            BOOST_TEST(contains(help, std::string(verb.summary) + "."));
            BOOST_TEST(contains(help, "Usage: " + app::usageOf(verb)));
            app::forEachOption(verb, [&](const app::Option& option) {
                BOOST_TEST(contains(help, "--" + std::string(option.name)));
                BOOST_TEST(contains(help, std::string(option.help)));
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(examples_are_lines_that_the_program_takes) {
    for (const app::Verb& verb : app::verbs()) {
        for (const std::string_view line : base::split(verb.examples, '\n')) {
            BOOST_TEST(line.starts_with("hbr " + verb.fullName()), line);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_verb_has_an_option_or_a_letter_twice) {
    for (const app::Verb& verb : app::verbs()) {
        std::set<std::string_view> names;
        std::set<char> letters;
        app::forEachOption(verb, [&](const app::Option& option) {
            BOOST_TEST(names.insert(option.name).second, verb.fullName() << ' ' << option.name);
            BOOST_TEST((option.letter == 0 || letters.insert(option.letter).second));
            BOOST_TEST(((option.kind == app::ValueKind::None) == option.valueName.empty()));
        });
        BOOST_TEST(verb.run != nullptr);
    }
}

BOOST_AUTO_TEST_CASE(help_of_the_program_and_of_a_noun_lists_its_verbs) {
    const std::string all = app::programHelp();
    BOOST_TEST(all.starts_with("Examples:\n  hbr "));
    for (const app::Verb& verb : app::verbs()) {
        BOOST_TEST(contains(all, "\n  " + verb.fullName() + " "));
        if (!verb.noun.empty()) BOOST_TEST(contains(app::nounHelp(verb.noun), "  " + verb.fullName() + " "));
    }
    BOOST_TEST(!contains(app::nounHelp("key"), "vault create"));
}

BOOST_AUTO_TEST_CASE(texts_are_wrapped_between_words) {
    BOOST_TEST(app::wrapped("one two three", 8, 0) == "one two\nthree\n");
    BOOST_TEST(app::wrapped("one two three", 9, 2) == "  one two\n  three\n");
    BOOST_TEST(app::wrapped("incomprehensible x", 5, 0) == "incomprehensible\nx\n");
}

BOOST_AUTO_TEST_CASE(the_man_page_tells_of_everything_and_gives_no_stray_instructions) {
    const std::string page = app::manPage();
    for (const app::Verb& verb : app::verbs()) {
        BOOST_TEST(contains(page, ".SS " + asRoff(app::usageOf(verb))), verb.fullName());
        app::forEachOption(verb, [&](const app::Option& option) {
            BOOST_TEST(contains(page, asRoff(app::optionText(option))), option.name);
        });
    }
    static const std::set<std::string_view> kInstructions = {".TH", ".SH", ".SS", ".TP", ".PP",
                                                             ".B",  ".br", ".nf", ".fi", ".I"};
    for (const std::string_view line : base::split(page, '\n')) {
        if (line.starts_with('.')) BOOST_TEST(kInstructions.contains(line.substr(0, line.find(' '))), line);
        BOOST_TEST(!line.starts_with('\''), line);
    }
    for (const char* section : {"EXIT STATUS", "ENVIRONMENT", "FILES"}) BOOST_TEST(contains(page, section));
}

BOOST_AUTO_TEST_CASE(completions_of_every_shell_tell_of_everything) {
    for (const char* shell : {"bash", "zsh", "fish", "powershell"}) {
        const std::string script = app::completionScript(shell);
        for (const app::Verb& verb : app::verbs()) {
            BOOST_TEST(contains(script, std::string(verb.name)), shell << ' ' << verb.fullName());
            app::forEachOption(verb, [&](const app::Option& option) {
                const std::string name(option.name);
                BOOST_TEST((contains(script, "--" + name) || contains(script, "-l " + name)),
                           shell << ' ' << name);
            });
        }
        BOOST_TEST(contains(script, "keep-both"), shell);
    }
}

BOOST_AUTO_TEST_SUITE_END()
