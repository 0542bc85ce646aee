// SPDX-License-Identifier: Apache-2.0
// recovery_kit.cpp: the master key as text that survives printing, a drawer, and typing.
//
// Vault id and master key, 48 bytes, are written as twelve numbered groups of four bytes in hex, each
// followed by one check byte (the first byte of SHA-256 over the group's number and its bytes), so a mistyped
// group is named.
#include <openssl/evp.h>

#include <array>

#include "agent/vault/key_store.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace vault {

namespace {

constexpr std::size_t kGroups = 12;
constexpr std::size_t kGroupBytes = 4;
constexpr std::size_t kGroupDigits = 2 * (kGroupBytes + 1);
constexpr std::string_view kMarker = "HBR-KEY";

base::Byte checkByte(std::size_t group, base::ByteView bytes) {
    base::Bytes input = {static_cast<base::Byte>(group)};
    base::append(input, bytes);
    std::array<base::Byte, 32> digest{};
    unsigned digestBytes = 0;
    EVP_Digest(input.data(), input.size(), digest.data(), &digestBytes, EVP_sha256(), nullptr);
    base::wipe(input.data(), input.size());
    return digest[0];
}

[[noreturn]] void throwUnreadable(const std::string& why) {
    throw base::Error(base::ErrorKind::Invalid, "KEY-0005", "The recovery kit cannot be read: " + why,
                      "Compare it with the printed sheet and type it again.");
}

}  // namespace

std::string recoveryKit(const VaultKeys& keys, const std::string& location) {
    base::Bytes secret(keys.vaultId().view().begin(), keys.vaultId().view().end());
    base::append(secret, keys.master().view());
    std::string text =
        "HBR recovery kit\n"
        "\n"
        "Whoever has this sheet can read every backup in the vault. Keep it on paper, locked away,\n"
        "and not on the machine that is backed up.\n"
        "\n"
        "Vault: " +
        base::printable(location) +
        "\n"
        "To use it: hbr vault connect PATH --recovery-kit FILE\n"
        "\n" +
        std::string(kMarker) + "\n";
    for (std::size_t group = 0; group < kGroups; ++group) {
        base::Bytes bytes(secret.begin() + static_cast<std::ptrdiff_t>(group * kGroupBytes),
                          secret.begin() + static_cast<std::ptrdiff_t>((group + 1) * kGroupBytes));
        bytes.push_back(checkByte(group, bytes));
        text += (group + 1 < 10 ? " " : "") + std::to_string(group + 1) + ". " + base::encodeHex(bytes);
        text += group % 3 == 2 ? "\n" : "   ";
    }
    base::wipe(secret.data(), secret.size());
    return text;
}

VaultKeys keysFromRecoveryKit(const std::string& text) {
    const std::size_t marker = text.find(kMarker);
    std::string code = marker == std::string::npos ? text : text.substr(marker + kMarker.size());
    for (char& letter : code) {
        if (letter == '\n' || letter == '\r' || letter == '\t') letter = ' ';
    }
    base::Bytes secret;
    for (const std::string_view word : base::split(code, ' ')) {
        if (word.empty() || word.back() == '.') continue;  // "7." numbers a group
        const std::size_t group = secret.size() / kGroupBytes;
        std::array<base::Byte, kGroupBytes + 1> bytes{};
        const base::ByteView content = base::ByteView(bytes).first(kGroupBytes);
        if (group == kGroups) throwUnreadable("there are more than twelve groups");
        if (word.size() != kGroupDigits || !base::decodeHex(word, bytes) ||
            checkByte(group, content) != bytes[kGroupBytes]) {
            throwUnreadable("group " + std::to_string(group + 1) + " is mistyped");
        }
        base::append(secret, content);
    }
    if (secret.size() != kGroups * kGroupBytes) throwUnreadable("there are fewer than twelve groups");
    const VaultKeys keys(VaultId::fromBytes(secret),
                         MasterKey(base::ByteView(secret).subspan(VaultId::kSizeBytes)));
    base::wipe(secret.data(), secret.size());
    return keys;
}

}  // namespace vault
