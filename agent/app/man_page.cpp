// SPDX-License-Identifier: Apache-2.0
#include "agent/app/man_page.hpp"

#include "agent/app/help_text.hpp"
#include "agent/app/verb_table.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

/// Text that roff prints as it is.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char letter : text) {
        if (letter == '\\') {
            result += "\\e";
        } else if (letter == '-') {
            result += "\\-";
        } else {
            result += letter;
        }
    }
    // A line that begins with one of these would be an instruction.
    if (!result.empty() && (result[0] == '.' || result[0] == '\'')) result.insert(0, "\\&");
    return result;
}

std::string describe(const Option& option) {
    return ".TP\n.B " + escaped(optionText(option)) + '\n' + escaped(option.help) +
           (option.repeats ? " (may be repeated)" : "") + ".\n";
}

std::string describe(const Verb& verb) {
    std::string text = ".SS " + escaped(usageOf(verb)) + '\n' + escaped(verb.summary) + ".\n";
    if (!verb.notes.empty()) text += ".PP\n" + escaped(verb.notes) + '\n';
    for (const Option& option : verb.options) text += describe(option);
    text += ".PP\nExamples:\n.PP\n.nf\n";
    for (const std::string_view line : base::split(verb.examples, '\n'))
        text += "    " + escaped(line) + '\n';
    return text + ".fi\n";
}

constexpr std::string_view kEnding =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nDone.\n"
    ".TP\n.B 1\nFailed.\n"
    ".TP\n.B 2\nThe command line, or something it names, makes no sense.\n"
    ".TP\n.B 3\nDone with faults: something could not be read or written, all else is done.\n"
    ".TP\n.B 4\nSomething named does not exist.\n"
    ".TP\n.B 5\nDenied: a wrong password, or rights that are missing.\n"
    ".TP\n.B 6\nBusy: try again later.\n"
    ".TP\n.B 8\nDamage was found in the vault.\n"
    ".TP\n.B 130\nInterrupted; what was stored is kept and reused by the next run.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B HBR_VAULT\nName or path of the vault to use.\n"
    ".TP\n.B HBR_PASSWORD\nPassword of a vault that is not remembered, or of a new one.\n"
    ".TP\n.B HBR_NEW_PASSWORD\nPassword to add with 'hbr key add'.\n"
    ".TP\n.B HBR_CLIENT\nThis machine's name in the vault.\n"
    ".TP\n.B HBR_LIMIT_UPLOAD, HBR_LIMIT_DOWNLOAD\nBandwidth to and from vaults where no option tells it.\n"
    ".TP\n.B HBR_CONFIG_DIR\nFolder of the settings; else /etc/hbr for root and ~/.config/hbr for others.\n"
    ".TP\n.B NO_COLOR\nPrint without colours.\n"
    ".SH FILES\n"
    ".TP\n.I CONFIG/vaults/NAME\nA remembered vault: its path, and its key sealed for this machine.\n";

}  // namespace

std::string manPage() {
    std::string text = ".TH HBR 1 \"\" \"hbr " HBR_VERSION "\" \"User Commands\"\n";
    text += ".SH NAME\nhbr \\- back up files into an encrypted, deduplicated vault and bring them back\n";
    text += ".SH SYNOPSIS\n";
    for (const Verb& verb : verbs()) text += ".B " + escaped(usageOf(verb)) + "\n.br\n";
    text += ".SH OPTIONS OF EVERY COMMAND\n";
    for (const Option& option : commonOptions()) text += describe(option);
    text += ".SH OPTIONS OF COMMANDS THAT OPEN A VAULT\n";
    for (const Option& option : vaultOptions()) text += describe(option);
    text += ".SH COMMANDS\n";
    for (const Verb& verb : verbs()) text += describe(verb);
    return text + std::string(kEnding);
}

}  // namespace app
