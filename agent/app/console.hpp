// SPDX-License-Identifier: Apache-2.0
// console.hpp: where commands print and whom they ask: data on standard output, talk on standard error.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/bytes.hpp"

namespace app {

/// The person or program in front of a command. Thread-safe. Tests have one of their own.
class Console {
public:
    virtual ~Console() = default;

    /// Data. May be held back until flush(). Throws Error (Unavailable) when nobody reads it.
    virtual void out(std::string_view data) = 0;
    virtual void flush() = 0;

    /// Talk. Never fails: there is nobody left to tell.
    virtual void err(std::string_view talk) noexcept = 0;

    /// True when somebody sees standard error, on a terminal whose lines can be written over.
    [[nodiscard]] virtual bool isWatched() const = 0;
    /// True when text may be coloured.
    [[nodiscard]] virtual bool isColoured() const = 0;
    [[nodiscard]] virtual unsigned columns() const = 0;

    /// Nothing when there is no terminal to ask on.
    [[nodiscard]] virtual std::optional<base::SecretBytes> askSecret(const std::string& prompt) = 0;
    /// Asks for a line; nothing when there is no terminal.
    [[nodiscard]] virtual std::optional<std::string> askLine(const std::string& prompt) = 0;
};

/// The console of this process.
std::unique_ptr<Console> makeConsole();

}  // namespace app
