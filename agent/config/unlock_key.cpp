// SPDX-License-Identifier: Apache-2.0
#include "agent/config/unlock_key.hpp"

#include <openssl/evp.h>

#include <memory>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/random.hpp"

namespace config {

namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::string_view kSealPurpose = "hbr unlock key";

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

void expectCrypto(bool isDone) {
    if (isDone) return;
    throw base::Error(base::ErrorKind::Internal, "SECRET-0003", "The cryptographic library failed",
                      "Check that OpenSSL 3 is installed whole, then try again.");
}

int lengthOf(base::ByteView bytes) { return static_cast<int>(bytes.size()); }

CipherContext makeContext() {
    CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    expectCrypto(context != nullptr);
    return context;
}

/// Nonce, ciphertext, tag. Nonces are random: one key seals a few secrets in its life.
base::Bytes sealedUnder(base::ByteView key, base::ByteView secret, std::string_view purpose) {
    base::Bytes sealed(kNonceBytes + secret.size() + kTagBytes);
    const base::MutableBytes all(sealed);
    platform::fillRandom(all.first(kNonceBytes));
    const auto context = makeContext();
    const base::ByteView about = base::asBytes(purpose);
    int count = 0;
    expectCrypto(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), sealed.data()) ==
                     1 &&
                 EVP_EncryptUpdate(context.get(), nullptr, &count, about.data(), lengthOf(about)) == 1 &&
                 EVP_EncryptUpdate(context.get(), all.subspan(kNonceBytes).data(), &count, secret.data(),
                                   lengthOf(secret)) == 1 &&
                 EVP_EncryptFinal_ex(context.get(), all.last(kTagBytes).data(), &count) == 1 &&
                 EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTagBytes),
                                     all.last(kTagBytes).data()) == 1);
    return sealed;
}

std::optional<base::SecretBytes> openedUnder(base::ByteView key, base::ByteView sealed,
                                             std::string_view purpose) {
    if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
    const base::ByteView body = sealed.subspan(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
    base::Bytes tag(sealed.end() - kTagBytes, sealed.end());
    const base::ByteView about = base::asBytes(purpose);
    const auto context = makeContext();
    base::Bytes secret(body.size() + kTagBytes);
    int count = 0;
    expectCrypto(
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), sealed.data()) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &count, about.data(), lengthOf(about)) == 1 &&
        EVP_DecryptUpdate(context.get(), secret.data(), &count, body.data(), lengthOf(body)) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTagBytes), tag.data()) ==
            1);
    const bool isWhole =
        EVP_DecryptFinal_ex(context.get(), base::MutableBytes(secret).subspan(body.size()).data(), &count) ==
        1;
    std::optional<base::SecretBytes> opened;
    if (isWhole) opened.emplace(base::ByteView(secret).first(body.size()));
    base::wipe(secret.data(), secret.size());
    return opened;
}

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
    return sealedUnder(key_.view(), secret, purpose);
}

std::optional<base::SecretBytes> UnlockKey::open(base::ByteView sealedSecret,
                                                 std::string_view purpose) const {
    return openedUnder(key_.view(), sealedSecret, purpose);
}

UnlockSeal UnlockSeal::of(const UnlockKey& key, std::string_view password) {
    UnlockSeal seal;
    platform::fillRandom(seal.salt_);
    base::Secret<UnlockKey::kKeyBytes> stretched;
    stretch(password, seal.salt_, seal.cost_, stretched.fill());
    seal.sealed_ = sealedUnder(stretched.view(), key.key_.view(), kSealPurpose);
    return seal;
}

std::optional<UnlockSeal> UnlockSeal::parse(std::string_view text) {
    const auto words = base::split(text, ' ');
    const auto cost = ScryptCost::parse(words);
    UnlockSeal seal;
    seal.sealed_.resize(kNonceBytes + UnlockKey::kKeyBytes + kTagBytes);
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
    const auto opened = openedUnder(stretched.view(), sealed_, kSealPurpose);
    if (!opened) return std::nullopt;
    UnlockKey key;
    key.key_ = base::Secret<UnlockKey::kKeyBytes>(opened->view());
    return key;
}

}  // namespace config
