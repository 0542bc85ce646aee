// SPDX-License-Identifier: Apache-2.0
#include "agent/config/unlock_key.hpp"

#include "platform/base/text.hpp"
#include "platform/random.hpp"
#include "platform/sealed_box.hpp"

namespace config {

namespace {

constexpr std::string_view kSealPurpose = "hbr unlock key";

}  // namespace

UnlockKey UnlockKey::makeNew() {
    UnlockKey key;
    platform::fillRandom(key.key_.fill());
    return key;
}

std::optional<UnlockKey> UnlockKey::fromHex(std::string_view hex) {
    UnlockKey key;
    if (!base::decodeHex(hex, key.key_.fill())) return std::nullopt;
    return key;
}

base::SecretBytes UnlockKey::hex() const {
    std::string text = base::encodeHex(key_.view());
    base::SecretBytes secret{std::string_view(text)};
    base::wipe(text.data(), text.size());
    return secret;
}

base::Bytes UnlockKey::seal(base::ByteView secret, std::string_view purpose) const {
    return platform::sealBox(key_.view(), secret, base::asBytes(purpose));
}

std::optional<base::SecretBytes> UnlockKey::open(base::ByteView sealedSecret,
                                                 std::string_view purpose) const {
    return platform::openBox(key_.view(), sealedSecret, base::asBytes(purpose));
}

UnlockSeal UnlockSeal::of(const UnlockKey& key, std::string_view password) {
    UnlockSeal seal;
    platform::fillRandom(seal.salt_);
    base::Secret<UnlockKey::kKeyBytes> stretched;
    stretch(password, seal.salt_, seal.cost_, stretched.fill());
    seal.sealed_ = platform::sealBox(stretched.view(), key.key_.view(), base::asBytes(kSealPurpose));
    return seal;
}

std::optional<UnlockSeal> UnlockSeal::parse(std::string_view text) {
    const auto words = base::split(text, ' ');
    const auto cost = ScryptCost::parse(words);
    UnlockSeal seal;
    seal.sealed_.resize(platform::kBoxOverheadBytes + UnlockKey::kKeyBytes);
    if (words.size() != 6 || !cost || !base::decodeHex(words[4], seal.salt_) ||
        !base::decodeHex(words[5], seal.sealed_)) {
        return std::nullopt;
    }
    seal.cost_ = *cost;
    return seal;
}

std::string UnlockSeal::text() const {
    return cost_.text() + ' ' + base::encodeHex(salt_) + ' ' + base::encodeHex(sealed_);
}

std::optional<UnlockKey> UnlockSeal::open(std::string_view password) const {
    base::Secret<UnlockKey::kKeyBytes> stretched;
    stretch(password, salt_, cost_, stretched.fill());
    const auto opened = platform::openBox(stretched.view(), sealed_, base::asBytes(kSealPurpose));
    if (!opened) return std::nullopt;
    UnlockKey key;
    key.key_ = base::Secret<UnlockKey::kKeyBytes>(opened->view());
    return key;
}

}  // namespace config
