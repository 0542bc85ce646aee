// SPDX-License-Identifier: Apache-2.0
// parity_fuzz.cpp: the first byte chooses: a pack as it is stored, one with a descriptor of the fuzzer's own
// whose checksum is right, or a sound one in which the fuzzer changes bytes.
#include <openssl/sha.h>

#include <array>

#include "agent/vault/pack_parity.hpp"
#include "tests/fuzz/fuzz_support.hpp"

namespace {

constexpr std::size_t kFieldBytes = 32;

/// A descriptor lies at a whole block, behind the body.
base::Bytes withDescriptor(base::ByteView fields, base::ByteView around) {
    base::Bytes pack(around.begin(), around.end());
    pack.resize((pack.size() / vault::kParityBlockBytes + 1) * vault::kParityBlockBytes);
    std::array<base::Byte, SHA256_DIGEST_LENGTH> hash{};
    SHA256(fields.data(), fields.size(), hash.data());
    base::append(pack, fields);
    base::append(pack, hash);
    base::append(pack, around);
    return pack;
}

base::Bytes soundPack() {
    base::Bytes body(3 * vault::kLeastPackBytes);
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<base::Byte>(i * i >> 3);
    vault::ParityEncoder encoder(10);
    encoder.add(body);
    base::Bytes pack(body.begin(), body.end() - std::ptrdiff_t{vault::kFooterBytes});
    base::append(pack, encoder.finish());
    base::append(pack, base::ByteView(body).last(vault::kFooterBytes));
    return pack;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    if (size < 1) return 0;
    const base::ByteView rest = input.subspan(1);
    if (data[0] % 3 == 0) {
        vault::healPack(rest);
    } else if (data[0] % 3 == 1 && rest.size() >= kFieldBytes) {
        const auto healed =
            vault::healPack(withDescriptor(rest.first(kFieldBytes), rest.subspan(kFieldBytes)));
        fuzz::require(!healed || healed->object.size() <= vault::kMostPackBytes);
    } else {
        static const base::Bytes sound = soundPack();
        base::Bytes pack = sound;
        for (std::size_t i = 0; i + 2 < rest.size(); i += 3) {
            const std::size_t at = (std::size_t{rest[i]} * 256 + rest[i + 1]) * 7;
            pack[at % pack.size()] = rest[i + 2];
        }
        const auto healed = vault::healPack(pack);
        fuzz::require(!healed || healed->isIntact == (pack == sound));
        if (!healed || !healed->isWhole) return 0;
        fuzz::require(
            std::equal(healed->object.begin(), healed->object.begin() + 3 * 4096 - 32, sound.begin()));
    }
    return 0;
}
