// SPDX-License-Identifier: Apache-2.0
// token_book.hpp: tokens by which programs use the API without a session.
//
// They lie in "<config folder>/tokens", readable by its owner only, as hashes: a token is shown once, when it
// is made. It is 32 random bytes, so a plain hash is as good as a slow one.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.hpp"
#include "platform/file_system.hpp"

namespace config {

/// What whoever asks may do. Admin may do all, Operate and Restore also what Read may.
enum class Scope { Read, Operate, Restore, Admin };

const char* toString(Scope scope) noexcept;
std::optional<Scope> scopeNamed(std::string_view word) noexcept;
/// True when whoever has the one may do what needs the other.
bool covers(Scope has, Scope needed) noexcept;

inline constexpr std::size_t kMostTokens = 100;

struct Token {
    std::string name;
    Scope scope = Scope::Read;
    std::chrono::sys_seconds made;
    std::optional<std::chrono::sys_seconds> expires;
    std::array<base::Byte, 32> hash{};  // SHA-256
};

/// The tokens of one config folder. Each call reads the file. Not thread-safe.
class TokenBook final {
public:
    /// The file system is not owned and outlives this.
    TokenBook(const platform::FileSystem& fileSystem, std::string configFolder);

    /// By name. Throws Error (Corrupt, "CONFIG-0020") when the file is none of tokens.
    [[nodiscard]] std::vector<Token> list() const;

    /// Makes a token and returns its text. Throws Error: Exists ("CONFIG-0021") for a name that is taken,
    /// Exhausted ("CONFIG-0022") when there are too many. Durable on return.
    std::string add(const std::string& name, Scope scope, std::chrono::sys_seconds now,
                    std::optional<std::chrono::sys_seconds> expires);

    /// False when there is none with this name.
    bool remove(const std::string& name);

    /// The token with this text that has not expired. Compares with all of them, each in constant time.
    [[nodiscard]] std::optional<Token> find(std::string_view text, std::chrono::sys_seconds now) const;

private:
    void write(const std::vector<Token>& tokens) const;

    const platform::FileSystem& fileSystem_;
    const std::string folder_;
    const std::string path_;
};

}  // namespace config
