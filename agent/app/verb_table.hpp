// SPDX-License-Identifier: Apache-2.0
// verb_table.hpp: every verb and option of the program: the one source of parsing, help, completions and the
// man page.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace app {

class Command;

/// What a value is: how it is checked, and what a shell offers for it.
enum class ValueKind : std::uint8_t {
    None,  // a switch
    Text,
    Number,  // a whole number
    Size,    // "10M", "1.5GiB"
    Rate,    // a size a second, and not 0
    Choice,  // one of the words in `valueName`, joined by '|'
    Path,
    Folder,
    Vault,
    Point,
};

struct Option {
    std::string_view name;  // without dashes
    ValueKind kind = ValueKind::None;
    std::string_view valueName;
    std::string_view help;
    char letter = 0;  // short form, 0 for none
    bool repeats = false;
};

/// A word that is no option.
struct Operand {
    std::string_view name;  // for Choice: the words joined by '|'
    ValueKind kind = ValueKind::Text;
    unsigned atLeast = 1;
    unsigned atMost = 1;
};

inline constexpr unsigned kAnyNumber = UINT32_MAX;

struct Verb {
    std::string_view noun;  // empty for verbs that stand alone
    std::string_view name;
    std::string_view summary;
    std::span<const Operand> operands;
    std::span<const Option> options;
    bool takesVault = false;    // vaultOptions() as well
    std::string_view examples;  // one a line
    std::string_view notes;     // what else one must know
    int (*run)(Command& command) = nullptr;

    /// "vault create", "restore".
    [[nodiscard]] std::string fullName() const {
        return noun.empty() ? std::string(name) : std::string(noun) + ' ' + std::string(name);
    }
};

std::span<const Verb> verbs();

/// Options that every verb takes.
std::span<const Option> commonOptions();

/// Options of verbs that open a vault.
std::span<const Option> vaultOptions();

/// The option with this name that the verb takes, or nullptr.
const Option* findOption(const Verb& verb, std::string_view name) noexcept;
const Option* findLetter(const Verb& verb, char letter) noexcept;

/// Calls back for every option of the verb: its own, the vault's, the common ones.
template <typename Visit>
void forEachOption(const Verb& verb, const Visit& visit) {
    for (const Option& option : verb.options) visit(option);
    if (verb.takesVault) {
        for (const Option& option : vaultOptions()) visit(option);
    }
    for (const Option& option : commonOptions()) visit(option);
}

/// "POINT [PATH]", "PATH...".
std::string operandText(const Operand& operand);

}  // namespace app
