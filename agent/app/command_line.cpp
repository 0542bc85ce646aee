// SPDX-License-Identifier: Apache-2.0
#include "agent/app/command_line.hpp"

#include <algorithm>
#include <set>

#include "agent/app/nearest_name.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

[[noreturn]] void refuse(const char* code, const std::string& message, const std::string& hint) {
    throw base::Error(base::ErrorKind::Invalid, code, message, hint, base::Retry::AfterFix);
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates,
                       const std::string& otherwise) {
    const std::string nearest = nearestName(word, candidates);
    return nearest.empty() ? otherwise : "Did you mean '" + nearest + "'? " + otherwise;
}

std::string helpHint(const Verb* verb) {
    return "See 'hbr " + (verb == nullptr ? std::string() : verb->fullName() + ' ') + "--help'.";
}

bool isNoun(std::string_view word) {
    return std::any_of(verbs().begin(), verbs().end(), [&](const Verb& verb) { return verb.noun == word; });
}

const Verb* findVerb(std::string_view noun, std::string_view name) {
    for (const Verb& verb : verbs()) {
        if (verb.noun == noun && verb.name == name) return &verb;
    }
    return nullptr;
}

/// Takes a line apart, word by word.
class Parser final {
public:
    explicit Parser(const std::vector<std::string>& words) : words_(words) {}

    CommandLine parse() {
        bool onlyOperands = false;
        for (; at_ < words_.size(); ++at_) {
            const std::string& word = words_[at_];
            if (onlyOperands || word.size() < 2 || word[0] != '-') {
                takeWord(word);
            } else if (word == "--") {
                onlyOperands = true;
            } else if (word[1] == '-') {
                takeLong(word.substr(2));
            } else {
                takeShort(word);
            }
        }
        finish();
        return std::move(line_);
    }

private:
    void takeWord(const std::string& word) {
        if (line_.verb != nullptr) {
            line_.operands.push_back(word);
        } else if (noun_.empty() && isNoun(word)) {
            noun_ = word;
        } else if (noun_.empty() && word == "help") {
            line_.options["help"];
        } else {
            chooseVerb(word);
        }
    }

    void chooseVerb(const std::string& word) {
        line_.verb = findVerb(noun_, word);
        if (line_.verb != nullptr) {
            for (const auto& [name, values] : line_.options) {
                if (findOption(*line_.verb, name) == nullptr) refuseOption("--" + name);
            }
            return;
        }
        std::set<std::string> names;
        for (const Verb& verb : verbs()) {
            if (!noun_.empty() && verb.noun != noun_) continue;
            names.emplace(noun_.empty() && !verb.noun.empty() ? verb.noun : verb.name);
        }
        const std::string what = noun_.empty() ? "'" + base::printable(word) + "'"
                                               : "'" + noun_ + " " + base::printable(word) + "'";
        refuse("CLI-0001", "There is no command " + what,
               suggestion(word, {names.begin(), names.end()},
                          noun_.empty() ? "See 'hbr --help'." : "See 'hbr " + noun_ + " --help'."));
    }

    /// What all verbs have in common.
    static Verb anyVerb() noexcept {
        Verb verb;
        verb.takesVault = true;
        return verb;
    }

    /// Before the verb is known, only what stands in the tables of shared options is taken.
    [[nodiscard]] const Option* find(std::string_view name, char letter) const {
        if (line_.verb != nullptr) {
            return letter != 0 ? findLetter(*line_.verb, letter) : findOption(*line_.verb, name);
        }
        const Verb any = anyVerb();
        return letter != 0 ? findLetter(any, letter) : findOption(any, name);
    }

    void takeLong(const std::string& text) {
        const std::size_t equals = text.find('=');
        const std::string name = text.substr(0, equals);
        if (name == "version" && line_.verb == nullptr) {
            line_.wantsVersion = true;
            return;
        }
        const Option* option = find(name, 0);
        if (option == nullptr) refuseOption("--" + name);
        std::optional<std::string> given;
        if (equals != std::string::npos) given = text.substr(equals + 1);
        takeOption(*option, "--" + name, given);
    }

    void takeShort(const std::string& word) {
        // Switches may stand together, and a value may follow its letter at once: -vq, -tDIR.
        for (std::size_t i = 1; i < word.size(); ++i) {
            const std::string shown = {'-', word[i]};
            const Option* option = find({}, word[i]);
            if (option == nullptr) refuseOption(shown);
            if (option->kind == ValueKind::None) {
                takeOption(*option, shown, std::nullopt);
                continue;
            }
            takeOption(*option, shown,
                       i + 1 < word.size() ? std::optional(word.substr(i + 1)) : std::nullopt);
            return;
        }
    }

    void takeOption(const Option& option, const std::string& shown, std::optional<std::string> given) {
        std::vector<std::string>& values = line_.options[std::string(option.name)];
        if (option.kind == ValueKind::None) {
            if (given) refuse("CLI-0003", "'" + shown + "' takes no value", helpHint(line_.verb));
            return;
        }
        if (!given) {
            if (at_ + 1 == words_.size()) {
                refuse("CLI-0003", "'" + shown + "' needs a value: " + std::string(option.valueName),
                       helpHint(line_.verb));
            }
            given = words_[++at_];
        }
        if (!values.empty() && !option.repeats) {
            refuse("CLI-0003", "'" + shown + "' is given twice", "Give it once.");
        }
        checkValue(option.kind, option.valueName, shown, *given);
        values.push_back(std::move(*given));
    }

    void checkValue(ValueKind kind, std::string_view choices, const std::string& shown,
                    const std::string& given) const {
        const std::string start = "'" + base::printable(given) + "' is no ";
        if (kind == ValueKind::Number && !base::parseUnsigned(given)) {
            refuse("CLI-0004", start + "number for '" + shown + "'", "Give a whole number, such as 7.");
        }
        if (kind == ValueKind::Size && !base::parseSize(given)) {
            refuse("CLI-0004", start + "size for '" + shown + "'",
                   "Give a size such as 512K, 100M or 1.5GiB.");
        }
        if (kind == ValueKind::Rate && !parseRate(given)) {
            refuse("CLI-0004", start + "rate for '" + shown + "'", std::string(kRateHint));
        }
        if (kind != ValueKind::Choice) return;
        std::vector<std::string> words;
        for (const std::string_view word : base::split(choices, '|')) words.emplace_back(word);
        if (std::find(words.begin(), words.end(), given) != words.end()) return;
        std::string listed;
        for (const std::string& word : words) listed += (listed.empty() ? "" : ", ") + word;
        refuse("CLI-0004", start + "choice for '" + shown + "'",
               suggestion(given, words, "Choose one of " + listed + "."));
    }

    [[noreturn]] void refuseOption(const std::string& shown) const {
        std::vector<std::string> names;
        const Verb any = anyVerb();
        forEachOption(line_.verb != nullptr ? *line_.verb : any,
                      [&](const Option& option) { names.push_back("--" + std::string(option.name)); });
        const std::string where = line_.verb != nullptr
                                      ? "'hbr " + line_.verb->fullName() + "' has no option '"
                                      : "There is no such option before a command: '";
        refuse("CLI-0002", where + base::printable(shown) + "'",
               suggestion(shown, names, helpHint(line_.verb)));
    }

    void finish() {
        if (line_.has("help") || line_.wantsVersion) {
            line_.helpNoun = noun_;
            return;
        }
        if (line_.verb == nullptr) {
            if (noun_.empty()) refuse("CLI-0005", "No command is given", "See 'hbr --help'.");
            refuse("CLI-0005", "'" + noun_ + "' needs a verb", "See 'hbr " + noun_ + " --help'.");
        }
        checkOperands();
    }

    void checkOperands() const {
        std::size_t least = 0;
        std::size_t most = 0;
        std::string wanted;
        for (const Operand& operand : line_.verb->operands) {
            if (line_.operands.size() < least + operand.atLeast && wanted.empty()) wanted = operand.name;
            least += operand.atLeast;
            most = operand.atMost == kAnyNumber ? SIZE_MAX : most + operand.atMost;
        }
        if (line_.operands.size() < least) {
            refuse("CLI-0006", "'hbr " + line_.verb->fullName() + "' needs " + wanted, helpHint(line_.verb));
        }
        if (line_.operands.size() > most) {
            refuse("CLI-0006",
                   "'" + base::printable(line_.operands[most]) + "' is one word too many for 'hbr " +
                       line_.verb->fullName() + "'",
                   helpHint(line_.verb));
        }
        if (line_.verb->operands.size() == 1 && line_.verb->operands[0].kind == ValueKind::Choice) {
            checkValue(ValueKind::Choice, line_.verb->operands[0].name, line_.verb->fullName(),
                       line_.operands[0]);
        }
        for (const std::string& operand : line_.operands) {
            if (operand.empty())
                refuse("CLI-0006", "An empty word is given",
                       "Leave it out, or check the variable it comes from.");
        }
    }

    const std::vector<std::string>& words_;
    std::size_t at_ = 0;
    std::string noun_;
    CommandLine line_;
};

}  // namespace

std::optional<std::string> CommandLine::value(std::string_view name) const {
    const auto found = options.find(name);
    if (found == options.end() || found->second.empty()) return std::nullopt;
    return found->second.back();
}

std::vector<std::string> CommandLine::values(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::vector<std::string>() : found->second;
}

std::optional<std::uint64_t> CommandLine::number(std::string_view name) const {
    const auto text = value(name);
    return text ? base::parseUnsigned(*text) : std::nullopt;
}

std::optional<std::uint64_t> CommandLine::size(std::string_view name) const {
    const auto text = value(name);
    return text ? base::parseSize(*text) : std::nullopt;
}

std::optional<std::uint64_t> parseRate(std::string_view text) {
    const auto bytesPerSecond = base::parseSize(text);
    return bytesPerSecond == 0 ? std::nullopt : bytesPerSecond;
}

CommandLine parseCommandLine(const std::vector<std::string>& words) { return Parser(words).parse(); }

}  // namespace app
