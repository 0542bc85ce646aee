// SPDX-License-Identifier: Apache-2.0
// error.hpp: the one exception of the program: what happened, why, and what to do about it.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

/// What sort of trouble it is; decides exit codes and HTTP statuses.
enum class ErrorKind {
    NotFound,
    Exists,
    Invalid,
    Denied,
    Unavailable,
    Busy,
    Exhausted,
    Corrupt,
    Unsupported,
    Cancelled,
    Internal,
};

/// Whether trying the same again can help.
enum class Retry { Never, Later, AfterFix };

/// Ends an operation. Carries a stable code (listed in agent/doc/errors.md), one sentence about what
/// happened, a hint about what to do, and context added on the way up.
class Error : public std::exception {
public:
    using Context = std::vector<std::pair<std::string, std::string>>;

    Error(ErrorKind kind, std::string code, std::string message, std::string hint = {},
          Retry retry = Retry::AfterFix);

    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& code() const noexcept { return code_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    [[nodiscard]] Retry retry() const noexcept { return retry_; }
    [[nodiscard]] const Context& context() const noexcept { return context_; }

    /// Adds what the caller knows, such as {"path", "/srv/data"}.
    Error& addContext(std::string key, std::string value);

    /// One line for a person: message, code, context, hint.
    [[nodiscard]] std::string describe() const;

    /// Same as describe().
    [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

private:
    void compose();

    ErrorKind kind_;
    Retry retry_;
    std::string code_;
    std::string message_;
    std::string hint_;
    Context context_;
    std::string what_;
};

/// The stable lower-case name of a kind, as JSON output shows it.
std::string_view toString(ErrorKind kind) noexcept;

/// The kind of that name; nothing when there is none.
std::optional<ErrorKind> errorKindNamed(std::string_view name) noexcept;

/// Turns the exception in flight into an Error: an Error stays itself, anything else becomes Internal
/// (or Exhausted when memory ran out). Call inside a catch block only.
Error currentError() noexcept;

}  // namespace base
