// SPDX-License-Identifier: Apache-2.0
#include "agent/app/asked_secret.hpp"

#include "agent/app/small_input.hpp"
#include "platform/base/error.hpp"

namespace app {

base::SecretBytes askedSecret(Command& command, const SecretWords& words, Typing typing) {
    if (const auto file = command.line.value(words.fileOption))
        return secretFromFile(command.around.fileSystem, *file);
    if (const auto value = command.environment(words.variable)) return base::SecretBytes(*value);
    auto typed = command.around.console.askSecret(std::string(words.name) + ": ");
    if (!typed) {
        throw base::Error(
            base::ErrorKind::Invalid, "CLI-0071",
            std::string(words.name) + " is needed, and there is no terminal to ask on",
            "Give --" + std::string(words.fileOption) + " FILE, or set " + words.variable + ".");
    }
    if (typing == Typing::Once) return std::move(*typed);
    const auto again = command.around.console.askSecret("The same again: ");
    if (!again || base::asText(again->view()) != base::asText(typed->view())) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0015", "The two passwords differ",
                          "Type them again.");
    }
    return std::move(*typed);
}

}  // namespace app
