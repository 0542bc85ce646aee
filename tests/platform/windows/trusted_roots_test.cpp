// SPDX-License-Identifier: Apache-2.0
// trusted_roots_test.cpp: which certificates of a store of Windows vouch for servers. The stores are in
// memory.
#include "platform/windows/trusted_roots.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/bytes.hpp"
#include "platform/trusted_roots.hpp"

namespace {

template <class Type, void (*Free)(Type*)>
struct Freer {
    void operator()(Type* object) const noexcept { Free(object); }
};
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Trust = std::unique_ptr<X509_STORE, Freer<X509_STORE, X509_STORE_free>>;

/// An authority that has signed itself.
Certificate makeAuthority(const std::string& called) {
    const std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
    Certificate certificate(X509_new());
    BOOST_REQUIRE(key && certificate);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    // From 1970 to 2120, so that no clock makes it wrong.
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), 0);
    ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), "21200101000000Z");
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(called.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_set_pubkey(certificate.get(), key.get());
    BOOST_REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    return certificate;
}

/// A store of Windows in memory.
class MemoryStore final {
public:
    MemoryStore() : store_(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr)) {
        BOOST_REQUIRE(store_ != nullptr);
    }
    ~MemoryStore() { CertCloseStore(store_, 0); }
    MemoryStore(const MemoryStore&) = delete;
    MemoryStore& operator=(const MemoryStore&) = delete;

    void add(X509* certificate) {
        unsigned char* encoded = nullptr;
        const int size = i2d_X509(certificate, &encoded);
        BOOST_REQUIRE(size > 0);
        BOOST_REQUIRE(CertAddEncodedCertificateToStore(store_, X509_ASN_ENCODING, encoded,
                                                       static_cast<DWORD>(size), CERT_STORE_ADD_ALWAYS,
                                                       nullptr) != 0);
        OPENSSL_free(encoded);
    }

    /// Adds it with purposes as a property, which is how Windows limits an authority.
    void addFor(X509* certificate, std::vector<std::string> purposes) {
        add(certificate);
        std::vector<char*> texts;
        for (std::string& purpose : purposes) texts.push_back(purpose.data());
        CERT_ENHKEY_USAGE usage{static_cast<DWORD>(texts.size()), texts.data()};
        const PCCERT_CONTEXT added = CertEnumCertificatesInStore(store_, nullptr);
        BOOST_REQUIRE(CertSetEnhancedKeyUsage(added, &usage) != 0);
        CertFreeCertificateContext(added);
    }

    [[nodiscard]] HCERTSTORE get() const { return store_; }

private:
    HCERTSTORE store_;
};

bool isTrusted(const MemoryStore& from, HCERTSTORE distrusted, X509* certificate) {
    const Trust trust(X509_STORE_new());
    platform::windows::trustCertificates(from.get(), distrusted, trust.get());
    const std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX, X509_STORE_CTX_free>> check(
        X509_STORE_CTX_new());
    BOOST_REQUIRE(X509_STORE_CTX_init(check.get(), trust.get(), certificate, nullptr) == 1);
    return X509_verify_cert(check.get()) == 1;
}

BOOST_AUTO_TEST_SUITE(WindowsTrustedRoots)

BOOST_AUTO_TEST_CASE(an_authority_without_named_purposes_vouches_for_servers) {
    const Certificate one = makeAuthority("one");
    const Certificate two = makeAuthority("two");
    MemoryStore roots;
    BOOST_TEST(!isTrusted(roots, nullptr, one.get()));
    roots.add(one.get());
    BOOST_TEST(isTrusted(roots, nullptr, one.get()));
    BOOST_TEST(!isTrusted(roots, nullptr, two.get()));
    roots.add(two.get());
    BOOST_TEST(isTrusted(roots, nullptr, one.get()));
    BOOST_TEST(isTrusted(roots, nullptr, two.get()));
}

BOOST_AUTO_TEST_CASE(an_authority_for_other_purposes_does_not_vouch_for_servers) {
    const Certificate authority = makeAuthority("authority");
    MemoryStore forCode;
    forCode.addFor(authority.get(), {szOID_PKIX_KP_CODE_SIGNING, szOID_PKIX_KP_EMAIL_PROTECTION});
    BOOST_TEST(!isTrusted(forCode, nullptr, authority.get()));
    MemoryStore forNothing;
    forNothing.addFor(authority.get(), {});
    BOOST_TEST(!isTrusted(forNothing, nullptr, authority.get()));
    MemoryStore forServersToo;
    forServersToo.addFor(authority.get(), {szOID_PKIX_KP_CODE_SIGNING, szOID_PKIX_KP_SERVER_AUTH});
    BOOST_TEST(isTrusted(forServersToo, nullptr, authority.get()));
}

BOOST_AUTO_TEST_CASE(an_authority_that_is_distrusted_does_not_vouch_for_servers) {
    const Certificate authority = makeAuthority("authority");
    const Certificate other = makeAuthority("other");
    MemoryStore roots;
    roots.add(authority.get());
    roots.add(other.get());
    MemoryStore distrusted;
    distrusted.add(authority.get());
    BOOST_TEST(!isTrusted(roots, distrusted.get(), authority.get()));
    BOOST_TEST(isTrusted(roots, distrusted.get(), other.get()));
}

BOOST_AUTO_TEST_CASE(the_store_of_the_system_can_be_read) {
    const Trust trust(X509_STORE_new());
    BOOST_CHECK_NO_THROW(platform::trustSystemRoots(trust.get()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
