// SPDX-License-Identifier: Apache-2.0
#include "agent/config/password_hash.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/base/given_name.hpp"
#include "platform/base/text.hpp"
#include "platform/random.hpp"

namespace config {

namespace {

void requireUsable(std::string_view password) {
    const bool isShort = base::countCharacters(password) < kLeastPasswordCharacters;
    if (!isShort && password.size() <= kMostPasswordBytes) return;
    throw base::Error(base::ErrorKind::Invalid, "CONFIG-0004",
                      isShort ? "The logon password is too short" : "The logon password is too long",
                      "Choose one of at least six characters and at most 1,024 bytes; a long sentence is "
                      "best.");
}

}  // namespace

PasswordHash PasswordHash::of(std::string_view password) {
    requireUsable(password);
    PasswordHash made;
    platform::fillRandom(made.salt_);
    made.hash_ = made.hash(password);
    return made;
}

std::optional<PasswordHash> PasswordHash::parse(std::string_view text) {
    const auto words = base::split(text, ' ');
    const auto cost = ScryptCost::parse(words);
    PasswordHash read;
    if (words.size() != 6 || !cost || !base::decodeHex(words[4], read.salt_) ||
        !base::decodeHex(words[5], read.hash_)) {
        return std::nullopt;
    }
    read.cost_ = *cost;
    return read;
}

std::string PasswordHash::text() const {
    return cost_.text() + ' ' + base::encodeHex(salt_) + ' ' + base::encodeHex(hash_);
}

bool PasswordHash::matches(std::string_view password) const {
    Hash tried = hash(password);
    const bool isSame = CRYPTO_memcmp(tried.data(), hash_.data(), kHashBytes) == 0;
    base::wipe(tried.data(), tried.size());
    return isSame;
}

PasswordHash::Hash PasswordHash::hash(std::string_view password) const {
    Hash made{};
    stretch(password, salt_, cost_, made);
    return made;
}

}  // namespace config
