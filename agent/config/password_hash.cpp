// SPDX-License-Identifier: Apache-2.0
#include "agent/config/password_hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/random.hpp"

namespace config {

namespace {

/// A file that asks for more is not one of ours, and would only exhaust the machine.
constexpr unsigned kMostLog2N = 20;
constexpr unsigned kMostBlockSize = 32;
constexpr unsigned kMostParallel = 16;
constexpr std::uint64_t kMostScryptBytes = base::kGiB + 64 * base::kMiB;

/// Bytes that are not the first of a character do not count.
std::size_t charactersOf(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
        return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;
    }));
}

void requireUsable(std::string_view password) {
    const bool isShort = charactersOf(password) < kLeastPasswordCharacters;
    if (!isShort && password.size() <= kMostPasswordBytes) return;
    throw base::Error(base::ErrorKind::Invalid, "CONFIG-0004",
                      isShort ? "The logon password is too short" : "The logon password is too long",
                      "Choose one of at least six characters and at most 1,024 bytes; a long sentence is "
                      "best.");
}

std::optional<unsigned> numberUpTo(std::string_view text, unsigned most) {
    const auto number = base::parseUnsigned(text);
    if (!number || *number == 0 || *number > most) return std::nullopt;
    return static_cast<unsigned>(*number);
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
    if (words.size() != 6 || words[0] != "scrypt") return std::nullopt;
    const auto log2N = numberUpTo(words[1], kMostLog2N);
    const auto blockSize = numberUpTo(words[2], kMostBlockSize);
    const auto parallel = numberUpTo(words[3], kMostParallel);
    PasswordHash read;
    if (!log2N || !blockSize || !parallel || !base::decodeHex(words[4], read.salt_) ||
        !base::decodeHex(words[5], read.hash_)) {
        return std::nullopt;
    }
    read.log2N_ = *log2N;
    read.blockSize_ = *blockSize;
    read.parallel_ = *parallel;
    return read;
}

std::string PasswordHash::text() const {
    return "scrypt " + std::to_string(log2N_) + ' ' + std::to_string(blockSize_) + ' ' +
           std::to_string(parallel_) + ' ' + base::encodeHex(salt_) + ' ' + base::encodeHex(hash_);
}

bool PasswordHash::matches(std::string_view password) const {
    Hash tried = hash(password);
    const bool isSame = CRYPTO_memcmp(tried.data(), hash_.data(), kHashBytes) == 0;
    base::wipe(tried.data(), tried.size());
    return isSame;
}

PasswordHash::Hash PasswordHash::hash(std::string_view password) const {
    Hash made{};
    if (EVP_PBE_scrypt(password.data(), password.size(), salt_.data(), salt_.size(),
                       std::uint64_t{1} << log2N_, blockSize_, parallel_, kMostScryptBytes, made.data(),
                       made.size()) != 1) {
        throw base::Error(base::ErrorKind::Exhausted, "CONFIG-0005", "The logon password cannot be checked",
                          "Give the machine some memory, then try again.", base::Retry::Later);
    }
    return made;
}

}  // namespace config
