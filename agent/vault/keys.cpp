// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/keys.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>

#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"

namespace vault {

namespace {

struct KdfContextDeleter {
    void operator()(EVP_KDF_CTX* context) const noexcept { EVP_KDF_CTX_free(context); }
};

OSSL_PARAM octets(const char* name, base::ByteView bytes) {
    // OpenSSL only reads through this pointer; its type is not const for historical reasons.
    return OSSL_PARAM_construct_octet_string(name, const_cast<base::Byte*>(bytes.data()), bytes.size());
}

}  // namespace

MasterKey makeMasterKey() {
    MasterKey key;
    fillRandom(key.fill());
    return key;
}

base::Secret<32> hkdf(base::ByteView key, base::ByteView salt, base::ByteView info) {
    static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    const std::unique_ptr<EVP_KDF_CTX, KdfContextDeleter> context(EVP_KDF_CTX_new(kdf));
    std::array<char, 7> digest = {'S', 'H', 'A', '2', '5', '6', 0};
    const std::array<OSSL_PARAM, 5> parameters = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_SALT, salt), octets(OSSL_KDF_PARAM_INFO, info),
        OSSL_PARAM_construct_end()};
    base::Secret<32> derived;
    if (!context || EVP_KDF_derive(context.get(), derived.fill().data(), 32, parameters.data()) != 1) {
        throw base::Error(base::ErrorKind::Internal, "CRYPTO-0003", "A key could not be derived",
                          "Check that the installed OpenSSL is complete.", base::Retry::Never);
    }
    return derived;
}

VaultKeys::VaultKeys(const VaultId& vaultId, const MasterKey& master)
    : vaultId_(vaultId),
      master_(master),
      sealKey_(hkdf(master.view(), vaultId.view(), base::asBytes("hbr 1 seal"))),
      chunkIdKey_(hkdf(master.view(), vaultId.view(), base::asBytes("hbr 1 chunk id"))),
      boundaryKey_(hkdf(master.view(), vaultId.view(), base::asBytes("hbr 1 boundary"))) {}

base::Secret<32> VaultKeys::objectKey(base::ByteView header, base::ByteView salt,
                                      std::string_view name) const {
    base::Bytes info;
    base::append(info, header);
    base::append(info, vaultId_.view());
    base::append(info, base::asBytes(name));
    return hkdf(sealKey_.view(), salt, info);
}

}  // namespace vault
