// SPDX-License-Identifier: Apache-2.0
// child_process.cpp: what no system can hand over to a child.
#include "platform/child_process.hpp"

#include <string_view>

#include "platform/base/error.hpp"

namespace platform {

namespace {

[[noreturn]] void refuse(const std::string& reason) {
    throw base::Error(base::ErrorKind::Invalid, "PROC-0004", "A program cannot be started: " + reason,
                      "Correct the command.");
}

bool hasZeroByte(std::string_view text) { return text.find('\0') != std::string_view::npos; }

void requireProperName(std::string_view variable) {
    if (variable.empty() || variable.find('=') != std::string_view::npos)
        refuse("a variable's name is empty or holds '='");
    if (hasZeroByte(variable)) refuse("a variable holds a zero byte");
}

}  // namespace

void requireUsable(const ChildCommand& command) {
    if (command.words.empty() || command.words.front().empty()) refuse("it has no name");
    for (const std::string& word : command.words) {
        if (hasZeroByte(word)) refuse("its name or an argument holds a zero byte");
    }
    for (const std::string& name : command.withheld) requireProperName(name);
    for (const auto& [name, value] : command.environment) {
        requireProperName(name);
        // The value may be a secret, and is not told.
        if (hasZeroByte(value)) refuse("a variable holds a zero byte");
    }
    if (command.input.view().size() > ChildCommand::kMostInputBytes) refuse("its input is too long");
}

}  // namespace platform
