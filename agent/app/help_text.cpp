// SPDX-License-Identifier: Apache-2.0
#include "agent/app/help_text.hpp"

#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kOptionColumn = 36;
constexpr std::size_t kVerbColumn = 22;

std::string padded(std::string text, std::size_t columns) {
    text.resize(std::max(columns, text.size() + 2), ' ');
    return text;
}

std::string examplesOf(const Verb& verb) {
    std::string text = "Examples:\n";
    for (const std::string_view line : base::split(verb.examples, '\n'))
        text += "  " + std::string(line) + '\n';
    return text + '\n';
}

std::string verbLines(std::string_view noun, bool allNouns) {
    std::string text;
    for (const Verb& verb : verbs()) {
        if (!allNouns && verb.noun != noun) continue;
        text += "  " + padded(verb.fullName(), kVerbColumn) + std::string(verb.summary) + '\n';
    }
    return text;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
    std::string result;
    std::size_t column = 0;
    for (const std::string_view word : base::split(text, ' ')) {
        if (word.empty()) continue;
        if (column != 0 && column + 1 + word.size() > columns) {
            result += '\n';
            column = 0;
        }
        if (column == 0) {
            result.append(indent, ' ');
            column = indent;
        } else {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
    }
    return result + '\n';
}

std::string optionText(const Option& option) {
    std::string text = option.letter != 0 ? std::string("-") + option.letter + ", " : std::string();
    text += "--" + std::string(option.name);
    if (option.kind != ValueKind::None) text += ' ' + std::string(option.valueName);
    return text;
}

std::string usageOf(const Verb& verb) {
    std::string text = "hbr " + verb.fullName() + " [options]";
    for (const Operand& operand : verb.operands) text += ' ' + operandText(operand);
    return text;
}

std::string verbHelp(const Verb& verb) {
    std::string text = examplesOf(verb);
    text += std::string(verb.summary) + ".\n\nUsage: " + usageOf(verb) + "\n\n";
    if (!verb.notes.empty()) text += wrapped(verb.notes, kColumns, 0) + '\n';
    text += "Options:\n";
    forEachOption(verb, [&](const Option& option) {
        std::string line = padded("  " + optionText(option), kOptionColumn);
        if (line.size() > kOptionColumn) line += '\n' + std::string(kOptionColumn, ' ');
        text += line + std::string(option.help) + (option.repeats ? " (may be repeated)" : "") + '\n';
    });
    return text;
}

std::string nounHelp(std::string_view noun) {
    return "Commands:\n" + verbLines(noun, false) + "\n'hbr " + std::string(noun) +
           " VERB --help' tells more.\n";
}

std::string programHelp() {
    return "Examples:\n"
           "  hbr vault create /mnt/disk/vault\n"
           "  hbr backup run /home /etc\n"
           "  hbr point list\n"
           "  hbr restore latest --target /tmp/back\n"
           "\n"
           "hbr backs up files into an encrypted, deduplicated vault and brings them back.\n"
           "\n"
           "Usage: hbr NOUN VERB [options] [operands]\n"
           "\n"
           "Commands:\n" +
           verbLines({}, true) +
           "\n"
           "'hbr NOUN VERB --help' tells more about one; 'hbr man' prints the manual page.\n"
           "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with faults, 4 not found, 5 denied,\n"
           "6 busy, 8 damage found, 130 interrupted.\n";
}

std::string versionText() { return "hbr " HBR_VERSION "\n"; }

}  // namespace app
