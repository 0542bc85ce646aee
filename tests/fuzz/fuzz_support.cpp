// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz_support.hpp"

#include <string>

#include "platform/base/text.hpp"

namespace fuzz {

const vault::VaultKeys& testKeys() {
    static const vault::VaultKeys keys = [] {
        base::Bytes master(vault::kMasterKeyBytes, 7);
        return vault::VaultKeys(vault::VaultId(), vault::MasterKey(master));
    }();
    return keys;
}

SealedBytes::SealedBytes(vault::ObjectKind kind, const std::string& name)
    : bytes(vault::makeHeader(kind)), cipher_(vault::objectCipher(testKeys(), kind, name, bytes)) {}

void SealedBytes::add(vault::PartRole role, std::uint64_t number, base::ByteView plain) {
    const std::size_t at = bytes.size();
    bytes.resize(at + plain.size() + vault::kTagBytes);
    cipher_.seal(role, number, {}, plain, base::MutableBytes(bytes).subspan(at));
}

std::vector<std::string_view> wordsOf(base::ByteView input) { return base::split(base::asText(input), '\0'); }

}  // namespace fuzz
