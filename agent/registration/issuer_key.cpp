// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/issuer_key.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/new_file.hpp"

namespace registration {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr std::size_t kMostFileBytes = 4 * base::kKiB;
constexpr std::size_t kFingerprintBytes = 16;
constexpr std::size_t kGroupBytes = 2;
constexpr std::uint32_t kRightsOfOthers = 077;

[[noreturn]] void throwRefused(const char* what) {
    ERR_clear_error();
    throw base::Error(base::ErrorKind::Internal, "CRYPTO-0002", std::string("OpenSSL could not ") + what,
                      "Check that OpenSSL 3 is installed whole.");
}

[[noreturn]] void throwNoKey() {
    ERR_clear_error();
    throw base::Error(base::ErrorKind::Invalid, "CERT-0010",
                      "The file holds no issuer key: no Ed25519 key in PEM form without a password",
                      "Name the file that 'hbr certificate new-issuer' made.");
}

/// Keeps OpenSSL from asking on the terminal.
int noPassword(char*, int, int, void*) { return -1; }

}  // namespace

struct IssuerKey::Impl {
    Key key;
};

IssuerKey::IssuerKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IssuerKey::~IssuerKey() = default;
IssuerKey::IssuerKey(IssuerKey&&) noexcept = default;
IssuerKey& IssuerKey::operator=(IssuerKey&&) noexcept = default;

IssuerKey IssuerKey::makeNew() {
    Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
    if (!key) throwRefused("make an Ed25519 key");
    return IssuerKey(std::make_unique<Impl>(Impl{std::move(key)}));
}

IssuerKey IssuerKey::fromPem(base::ByteView pem) {
    if (pem.empty() || pem.size() > kMostFileBytes) throwNoKey();
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    if (!bio) throwRefused("read a key");
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassword, nullptr), EVP_PKEY_free);
    if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1) throwNoKey();
    return IssuerKey(std::make_unique<Impl>(Impl{std::move(key)}));
}

IssuerId IssuerKey::id() const {
    IssuerId id;
    std::size_t sizeBytes = IssuerId::kSizeBytes;
    if (EVP_PKEY_get_raw_public_key(impl_->key.get(), id.fill().data(), &sizeBytes) != 1) {
        throwRefused("tell a public key");
    }
    return id;
}

base::SecretBytes IssuerKey::pem() const {
    const Bio bio(BIO_new(BIO_s_mem()), BIO_free);  // wipes what it held when it is freed
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0, nullptr,
                                              nullptr) != 1) {
        throwRefused("write a key");
    }
    char* text = nullptr;
    const long sizeBytes = BIO_get_mem_data(bio.get(), &text);
    return base::SecretBytes(std::string_view(text, static_cast<std::size_t>(sizeBytes)));
}

Signature IssuerKey::sign(base::ByteView message) const {
    const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    Signature signature{};
    std::size_t sizeBytes = signature.size();
    if (!digest || EVP_DigestSignInit(digest.get(), nullptr, nullptr, nullptr, impl_->key.get()) != 1 ||
        EVP_DigestSign(digest.get(), signature.data(), &sizeBytes, message.data(), message.size()) != 1 ||
        sizeBytes != signature.size()) {
        throwRefused("sign with an Ed25519 key");
    }
    return signature;
}

bool isSignedBy(const IssuerId& issuer, base::ByteView message, base::ByteView signature) {
    const Key key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, issuer.view().data(), issuer.view().size()),
        EVP_PKEY_free);
    const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!key || !digest || EVP_DigestVerifyInit(digest.get(), nullptr, nullptr, nullptr, key.get()) != 1) {
        throwRefused("check an Ed25519 signature");
    }
    const int verdict =
        EVP_DigestVerify(digest.get(), signature.data(), signature.size(), message.data(), message.size());
    ERR_clear_error();  // bytes that are no signature at all leave errors behind
    return verdict == 1;
}

namespace {

std::string inGroups(base::ByteView bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += kGroupBytes) {
        text += (at == 0 ? "" : "-") + base::encodeHex(bytes.subspan(at, kGroupBytes));
    }
    return text;
}

}  // namespace

std::string fingerprint(const IssuerId& issuer) {
    std::array<base::Byte, EVP_MAX_MD_SIZE> hash{};
    if (EVP_Digest(issuer.view().data(), issuer.view().size(), hash.data(), nullptr, EVP_sha256(), nullptr) !=
        1) {
        throwRefused("work out a SHA-256");
    }
    return inGroups(base::ByteView(hash).first(kFingerprintBytes));
}

std::optional<std::string> fingerprintFrom(std::string_view text) {
    std::string hex(base::trim(text));
    std::erase(hex, '-');
    if (const auto issuer = IssuerId::fromHex(hex)) return fingerprint(*issuer);
    std::array<base::Byte, kFingerprintBytes> bytes{};
    if (!base::decodeHex(hex, bytes)) return std::nullopt;
    return inGroups(bytes);
}

void saveIssuerKey(const platform::FileSystem& fileSystem, const std::string& path, const IssuerKey& key) {
    platform::writeNewFile(fileSystem, path, key.pem().view());
}

IssuerKey loadIssuerKey(const platform::FileSystem& fileSystem, const std::string& path) {
    const auto file = fileSystem.openForReading(path);
    if ((file->status().mode & kRightsOfOthers) != 0) {
        throw base::Error(
            base::ErrorKind::Denied, "CERT-0011",
            "The issuer key '" + base::printable(path) + "' can be read by other users",
            "Take their rights away ('chmod 600 FILE'); if somebody may have read it, make a new "
            "key and let clients register anew.");
    }
    base::Bytes pem(kMostFileBytes + 1);
    std::size_t sizeBytes = 0;
    while (const std::size_t count = file->read(base::MutableBytes(pem).subspan(sizeBytes))) {
        sizeBytes += count;
    }
    const base::SecretBytes text(base::ByteView(pem).first(sizeBytes));
    base::wipe(pem.data(), pem.size());
    try {
        return IssuerKey::fromPem(text.view());
    } catch (base::Error& error) {
        error.addContext("path", path);
        throw;
    }
}

}  // namespace registration
