// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/object_store.hpp"

#include <algorithm>

#include "platform/base/text.hpp"

namespace vault {

namespace {

constexpr const char* kUnreadablePart = "STORE-0009";

}  // namespace

base::Error unreadablePart(const std::string& name) {
    return base::Error(base::ErrorKind::Corrupt, kUnreadablePart,
                       "The disk has lost a part of the vault object '" + name + "'",
                       "Run 'hbr verify' to see what is affected, then 'hbr repair'; and move the vault to a "
                       "sound disk soon.");
}

bool isUnreadablePart(const base::Error& error) noexcept { return error.code() == kUnreadablePart; }

bool isValidName(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.back() == '/') return false;
    for (const std::string_view part : base::split(name, '/')) {
        if (part.empty() || part == "." || part == "..") return false;
        const bool isPlain = std::all_of(part.begin(), part.end(), [](char letter) {
            return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
                   letter == '.';
        });
        if (!isPlain) return false;
    }
    return true;
}

void requireValidName(const std::string& name) {
    if (isValidName(name)) return;
    throw base::Error(base::ErrorKind::Invalid, "STORE-0004",
                      "'" + base::printable(name) + "' is no name of a vault object", "Please report it.",
                      base::Retry::Never);
}

}  // namespace vault
