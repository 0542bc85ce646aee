// SPDX-License-Identifier: Apache-2.0
#include "agent/config/token_book.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "agent/config/settings_text.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/new_file.hpp"
#include "platform/random.hpp"

namespace config {

namespace {

constexpr std::string_view kFirstLine = "hbr-tokens 1";
/// How a token begins, so that people and programs that look for secrets know one.
constexpr std::string_view kBeginning = "hbr_";
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kMostFileBytes = 64 * base::kKiB;
constexpr std::array<std::pair<Scope, const char*>, 4> kScopes = {{{Scope::Read, "read"},
                                                                   {Scope::Operate, "operate"},
                                                                   {Scope::Restore, "restore"},
                                                                   {Scope::Admin, "admin"}}};

std::array<base::Byte, 32> hashOf(std::string_view text) {
    std::array<base::Byte, 32> hash{};
    unsigned bytes = 0;
    EVP_Digest(text.data(), text.size(), hash.data(), &bytes, EVP_sha256(), nullptr);
    return hash;
}

std::string secondsText(std::chrono::sys_seconds moment) {
    return std::to_string(moment.time_since_epoch().count());
}

std::optional<std::chrono::sys_seconds> momentFrom(std::string_view text) {
    const auto number = base::parseUnsigned(text);
    if (!number) return std::nullopt;
    return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(*number)));
}

/// "SCOPE MADE EXPIRES|- HASH NAME"
std::optional<Token> tokenFrom(const std::string& line) {
    const auto parts = base::split(line, ' ');
    if (parts.size() < 5) return std::nullopt;
    Token token;
    const auto scope = scopeNamed(parts[0]);
    const auto made = momentFrom(parts[1]);
    token.expires = momentFrom(parts[2]);
    const bool isWhole = scope && made && (token.expires || parts[2] == "-") &&
                         base::decodeHex(parts[3], base::MutableBytes(token.hash));
    if (!isWhole) return std::nullopt;
    token.scope = *scope;
    token.made = *made;
    token.name = line.substr(static_cast<std::size_t>(parts[4].data() - line.data()));
    return token;
}

std::string lineOf(const Token& token) {
    return std::string(toString(token.scope)) + ' ' + secondsText(token.made) + ' ' +
           (token.expires ? secondsText(*token.expires) : "-") + ' ' +
           base::encodeHex(base::ByteView(token.hash)) + ' ' + token.name;
}

}  // namespace

const char* toString(Scope scope) noexcept {
    for (const auto& [known, word] : kScopes)
        if (known == scope) return word;
    return "read";
}

std::optional<Scope> scopeNamed(std::string_view word) noexcept {
    for (const auto& [scope, known] : kScopes)
        if (word == known) return scope;
    return std::nullopt;
}

bool covers(Scope has, Scope needed) noexcept {
    return has == Scope::Admin || has == needed || needed == Scope::Read;
}

TokenBook::TokenBook(const platform::FileSystem& fileSystem, std::string configFolder)
    : fileSystem_(fileSystem), folder_(std::move(configFolder)), path_(folder_ + "/tokens") {}

std::vector<Token> TokenBook::list() const {
    std::vector<Token> tokens;
    if (!fileSystem_.status(path_)) return tokens;
    std::string text;
    base::Bytes piece(4 * base::kKiB);
    const auto file = fileSystem_.openForReading(path_);
    while (const std::size_t count = file->read(piece)) {
        text += base::asText(base::ByteView(piece).first(count));
        if (text.size() > kMostFileBytes) break;
    }
    const auto lines = parseSettings(kFirstLine, text);
    bool isWhole = lines.has_value();
    for (const auto& [key, value] : lines.value_or(Settings())) {
        auto token = tokenFrom(value);
        isWhole = isWhole && token && key == "token";
        if (token) tokens.push_back(std::move(*token));
    }
    if (!isWhole) {
        throw base::Error(base::ErrorKind::Corrupt, "CONFIG-0020",
                          "'" + base::printable(path_) + "' is not a file of tokens",
                          "Move it away, and make new tokens: 'hbr token create'.", base::Retry::AfterFix);
    }
    std::ranges::sort(tokens, {}, &Token::name);
    return tokens;
}

std::string TokenBook::add(const std::string& name, Scope scope, std::chrono::sys_seconds now,
                           std::optional<std::chrono::sys_seconds> expires) {
    auto tokens = list();
    if (std::ranges::find(tokens, name, &Token::name) != tokens.end()) {
        throw base::Error(base::ErrorKind::Exists, "CONFIG-0021",
                          "There is a token named '" + base::printable(name) + "' already",
                          "Choose another name, or revoke that one.");
    }
    if (tokens.size() >= kMostTokens) {
        throw base::Error(base::ErrorKind::Exhausted, "CONFIG-0022", "There are 100 tokens already",
                          "Revoke those that nobody uses.", base::Retry::AfterFix);
    }
    std::array<base::Byte, kTokenBytes> random{};
    platform::fillRandom(random);
    std::string text = std::string(kBeginning) + base::encodeHex(base::ByteView(random));
    tokens.push_back({name, scope, now, expires, hashOf(text)});
    write(tokens);
    return text;
}

bool TokenBook::remove(const std::string& name) {
    auto tokens = list();
    if (std::erase_if(tokens, [&](const Token& token) { return token.name == name; }) == 0) return false;
    write(tokens);
    return true;
}

std::optional<Token> TokenBook::find(std::string_view text, std::chrono::sys_seconds now) const {
    const auto hash = hashOf(text);
    std::optional<Token> found;
    for (Token& token : list()) {
        const bool isSame = CRYPTO_memcmp(token.hash.data(), hash.data(), hash.size()) == 0;
        if (isSame && (!token.expires || *token.expires > now)) found = std::move(token);
    }
    return found;
}

void TokenBook::write(const std::vector<Token>& tokens) const {
    Settings lines;
    for (const Token& token : tokens) lines.emplace_back("token", lineOf(token));
    fileSystem_.createDirectories(folder_);
    const std::string temporary = path_ + ".new";
    fileSystem_.removeFile(temporary);
    platform::writeNewFile(fileSystem_, temporary, base::asBytes(formatSettings(kFirstLine, lines)));
    fileSystem_.replace(temporary, path_);
    fileSystem_.syncDirectory(folder_);
}

}  // namespace config
