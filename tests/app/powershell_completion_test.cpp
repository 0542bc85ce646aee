// SPDX-License-Identifier: Apache-2.0
// powershell_completion_test.cpp: reads the completion script as PowerShell's parser would: quotes, brackets
// and the keys of its table.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "agent/app/completion.hpp"

namespace {

/// What a look through a script found.
struct Reading {
    bool isBalanced = false;
    std::vector<std::string> singleQuoted;  // without the quotes
};

/// Goes through comments, both kinds of strings and brackets.
Reading read(const std::string& script) {
    Reading found;
    std::string open;
    for (std::size_t i = 0; i < script.size(); ++i) {
        const char letter = script[i];
        if (letter == '#') {
            i = std::min(script.find('\n', i), script.size());
        } else if (letter == '\'') {
            std::string text;
            for (++i; i < script.size(); ++i) {
                if (script[i] == '\'' && script[i + 1] == '\'')
                    ++i;  // a quote within
                else if (script[i] == '\'')
                    break;
                text += script[i];
            }
            if (i == script.size()) return found;
            found.singleQuoted.push_back(text);
        } else if (letter == '"') {
            i = script.find('"', i + 1);
            if (i == std::string::npos) return found;
        } else if (std::string("({[").find(letter) != std::string::npos) {
            open += letter == '(' ? ')' : letter == '{' ? '}' : ']';
        } else if (std::string(")}]").find(letter) != std::string::npos) {
            if (open.empty() || open.back() != letter) return found;
            open.pop_back();
        }
    }
    found.isBalanced = open.empty();
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(powershell_completion)

BOOST_AUTO_TEST_CASE(quotes_and_brackets_close) {
    BOOST_TEST(read(app::completionScript("powershell")).isBalanced);
    BOOST_TEST(!read("@{ 'a' = 'b ").isBalanced);
    BOOST_TEST(!read("(}").isBalanced);
    BOOST_TEST(!read("{ \"a").isBalanced);
}

// PowerShell refuses a table with a key twice, and its tables ignore letter case.
BOOST_AUTO_TEST_CASE(no_key_of_the_table_comes_twice) {
    const std::string script = app::completionScript("powershell");
    const std::size_t begin = script.find("$table = @{");
    BOOST_REQUIRE(begin != std::string::npos);
    const std::string table = script.substr(begin, script.find("\n    }\n", begin) - begin);
    const std::vector<std::string> texts = read(table + "\n}").singleQuoted;
    BOOST_REQUIRE(texts.size() > 20U);
    BOOST_TEST(texts.size() % 2 == 0U);
    std::set<std::string> keys;
    for (std::size_t i = 0; i < texts.size(); i += 2) {
        std::string key = texts[i];
        std::ranges::transform(key, key.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        BOOST_TEST(keys.insert(key).second, key << " comes twice");
    }
}

BOOST_AUTO_TEST_CASE(the_program_is_completed_with_and_without_its_ending) {
    const std::string script = app::completionScript("powershell");
    BOOST_TEST(script.find("-CommandName hbr, hbr.exe ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
