// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/trusted_roots.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/trusted_roots.hpp"

namespace platform {

namespace windows {

namespace {

/// True when the properties that Windows keeps beside a certificate allow it to vouch for servers.
bool isForServers(PCCERT_CONTEXT certificate) {
    DWORD size = 0;
    if (CertGetEnhancedKeyUsage(certificate, 0, nullptr, &size) == 0) return false;
    // Room for the structure and, behind it, the texts that it points to.
    std::vector<CERT_ENHKEY_USAGE> room(size / sizeof(CERT_ENHKEY_USAGE) + 1);
    CERT_ENHKEY_USAGE* const usage = room.data();
    if (CertGetEnhancedKeyUsage(certificate, 0, usage, &size) == 0) return false;
    if (usage->cUsageIdentifier == 0) {
        // The two meanings of an empty list: for everything, and for nothing.
        return GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND);
    }
    return std::any_of(
        usage->rgpszUsageIdentifier, usage->rgpszUsageIdentifier + usage->cUsageIdentifier,
        [](const char* purpose) { return std::string_view(purpose) == szOID_PKIX_KP_SERVER_AUTH; });
}

bool isIn(HCERTSTORE store, PCCERT_CONTEXT certificate) {
    if (store == nullptr) return false;
    const PCCERT_CONTEXT found =
        CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_EXISTING, certificate, nullptr);
    if (found == nullptr) return false;
    CertFreeCertificateContext(found);
    return true;
}

struct StoreCloser {
    using pointer = HCERTSTORE;
    void operator()(HCERTSTORE store) const noexcept { CertCloseStore(store, 0); }
};
using StoreOwner = std::unique_ptr<void, StoreCloser>;

}  // namespace

void trustCertificates(HCERTSTORE from, HCERTSTORE distrusted, x509_store_st* to) {
    // Each call frees what the one before has returned.
    PCCERT_CONTEXT certificate = nullptr;
    while ((certificate = CertEnumCertificatesInStore(from, certificate)) != nullptr) {
        if (!isForServers(certificate) || isIn(distrusted, certificate)) continue;
        const unsigned char* bytes = certificate->pbCertEncoded;
        const std::unique_ptr<X509, decltype(&X509_free)> parsed(
            d2i_X509(nullptr, &bytes, static_cast<long>(certificate->cbCertEncoded)), X509_free);
        // The store takes a reference of its own; what is in it already stays.
        if (parsed) X509_STORE_add_cert(to, parsed.get());
    }
    // What one bad certificate left behind must not be taken for a failure of the connection.
    ERR_clear_error();
}

}  // namespace windows

void trustSystemRoots(x509_store_st* store) {
    const windows::StoreOwner roots(CertOpenSystemStoreW(0, L"ROOT"));
    if (!roots) {
        throw base::Error(base::ErrorKind::Unavailable, "TRUST-0001",
                          "The certificate authorities of this system cannot be read (error " +
                              std::to_string(GetLastError()) + ")",
                          "Name a file of authorities with --ca-file.");
    }
    const windows::StoreOwner distrusted(CertOpenSystemStoreW(0, L"Disallowed"));
    windows::trustCertificates(roots.get(), distrusted.get(), store);
}

}  // namespace platform
