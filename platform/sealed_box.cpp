// SPDX-License-Identifier: Apache-2.0
#include "platform/sealed_box.hpp"

#include <openssl/evp.h>

#include <cassert>
#include <memory>

#include "platform/base/error.hpp"
#include "platform/random.hpp"

namespace platform {

namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
static_assert(kBoxOverheadBytes == kNonceBytes + kTagBytes);

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

void expectCrypto(bool isDone) {
    if (isDone) return;
    throw base::Error(base::ErrorKind::Internal, "SECRET-0003", "The cryptographic library failed",
                      "Check that OpenSSL 3 is installed whole, then try again.");
}

Cipher makeCipher() {
    Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    expectCrypto(cipher != nullptr);
    return cipher;
}

int lengthOf(base::ByteView bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

base::Bytes sealBox(base::ByteView key, base::ByteView secret, base::ByteView bound) {
    assert(key.size() == kBoxKeyBytes);
    base::Bytes box(kBoxOverheadBytes + secret.size());
    fillRandom(base::MutableBytes(box).first(kNonceBytes));
    base::Byte* const body = box.data() + kNonceBytes;
    const Cipher cipher = makeCipher();
    int count = 0;
    expectCrypto(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), box.data()) == 1 &&
                 EVP_EncryptUpdate(cipher.get(), nullptr, &count, bound.data(), lengthOf(bound)) == 1 &&
                 EVP_EncryptUpdate(cipher.get(), body, &count, secret.data(), lengthOf(secret)) == 1 &&
                 EVP_EncryptFinal_ex(cipher.get(), body + secret.size(), &count) == 1 &&
                 EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, body + secret.size()) ==
                     1);
    return box;
}

std::optional<base::SecretBytes> openBox(base::ByteView key, base::ByteView box, base::ByteView bound) {
    assert(key.size() == kBoxKeyBytes);
    if (box.size() < kBoxOverheadBytes) return std::nullopt;
    const base::ByteView body = box.subspan(kNonceBytes, box.size() - kBoxOverheadBytes);
    base::Bytes tag(box.end() - kTagBytes, box.end());
    // One byte more, so that the buffer is one even for an empty secret.
    base::Bytes opened(body.size() + 1);
    const Cipher cipher = makeCipher();
    int count = 0;
    expectCrypto(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), box.data()) == 1 &&
                 EVP_DecryptUpdate(cipher.get(), nullptr, &count, bound.data(), lengthOf(bound)) == 1 &&
                 EVP_DecryptUpdate(cipher.get(), opened.data(), &count, body.data(), lengthOf(body)) == 1 &&
                 EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1);
    const bool isGenuine = EVP_DecryptFinal_ex(cipher.get(), opened.data() + body.size(), &count) == 1;
    std::optional<base::SecretBytes> secret;
    if (isGenuine) secret.emplace(base::ByteView(opened).first(body.size()));
    base::wipe(opened.data(), opened.size());
    return secret;
}

}  // namespace platform
