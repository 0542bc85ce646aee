// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/cipher.hpp"

#include <openssl/evp.h>

#include <array>

#include "platform/base/error.hpp"

namespace vault {

namespace {

constexpr std::size_t kNonceBytes = 12;

struct ContextDeleter {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

std::array<base::Byte, kNonceBytes> makeNonce(PartRole role, std::uint64_t number) {
    std::array<base::Byte, kNonceBytes> nonce{};
    base::storeLittleEndian(nonce.data(), static_cast<std::uint32_t>(role));
    base::storeLittleEndian(nonce.data() + 4, number);
    return nonce;
}

[[noreturn]] void throwCipherFailure() {
    throw base::Error(base::ErrorKind::Internal, "CRYPTO-0002", "The encryption library refused an operation",
                      "Check that the installed OpenSSL is complete.", base::Retry::Never);
}

void check(int result) {
    if (result != 1) throwCipherFailure();
}

// Fetched once: EVP_CIPHER_fetch searches all providers and costs more than sealing a small part.
const EVP_CIPHER* implementation(CipherKind kind) {
    static const EVP_CIPHER* const aes = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    static const EVP_CIPHER* const chacha = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    const EVP_CIPHER* chosen = kind == CipherKind::Aes256Gcm ? aes : chacha;
    if (chosen == nullptr) throwCipherFailure();
    return chosen;
}

}  // namespace

CipherKind preferredCipher() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul") ? CipherKind::Aes256Gcm
                                                                             : CipherKind::ChaCha20Poly1305;
#else
    return CipherKind::Aes256Gcm;
#endif
}

struct Cipher::State {
    Context seal{EVP_CIPHER_CTX_new()};
    Context open{EVP_CIPHER_CTX_new()};
};

Cipher::Cipher(CipherKind kind, const base::Secret<kCipherKeyBytes>& key)
    : state_(std::make_unique<State>()) {
    if (!state_->seal || !state_->open) throw std::bad_alloc();
    const EVP_CIPHER* cipher = implementation(kind);
    check(EVP_EncryptInit_ex2(state_->seal.get(), cipher, key.view().data(), nullptr, nullptr));
    check(EVP_DecryptInit_ex2(state_->open.get(), cipher, key.view().data(), nullptr, nullptr));
}

Cipher::~Cipher() = default;

void Cipher::seal(PartRole role, std::uint64_t number, base::ByteView prefix, base::ByteView payload,
                  base::MutableBytes to) {
    EVP_CIPHER_CTX* context = state_->seal.get();
    const auto nonce = makeNonce(role, number);
    base::Byte* at = to.data();
    int written = 0;
    check(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr));
    for (const base::ByteView part : {prefix, payload}) {
        if (part.empty()) continue;
        check(EVP_EncryptUpdate(context, at, &written, part.data(), static_cast<int>(part.size())));
        at += written;
    }
    check(EVP_EncryptFinal_ex(context, at, &written));
    at += written;
    check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, at));
}

bool Cipher::open(PartRole role, std::uint64_t number, base::ByteView sealedPart, base::MutableBytes to) {
    if (sealedPart.size() < kTagBytes || to.size() != sealedPart.size() - kTagBytes) return false;
    EVP_CIPHER_CTX* context = state_->open.get();
    const auto nonce = makeNonce(role, number);
    const base::ByteView body = sealedPart.first(to.size());
    std::array<base::Byte, kTagBytes> tag{};
    std::copy_n(sealedPart.end() - kTagBytes, kTagBytes, tag.begin());
    int written = 0;
    check(EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr));
    check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()));
    base::Byte nothing = 0;
    base::Byte* out = to.empty() ? &nothing : to.data();
    if (!body.empty())
        check(EVP_DecryptUpdate(context, out, &written, body.data(), static_cast<int>(body.size())));
    if (EVP_DecryptFinal_ex(context, out + written, &written) != 1) {
        base::wipe(to.data(), to.size());
        return false;
    }
    return true;
}

}  // namespace vault
