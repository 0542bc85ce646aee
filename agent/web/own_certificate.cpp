// SPDX-License-Identifier: Apache-2.0
#include "agent/web/own_certificate.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <Poco/Net/IPAddress.h>

#include <array>
#include <memory>
#include <optional>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/random.hpp"

namespace web {

namespace {

using CertificatePointer = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using BioPointer = std::unique_ptr<BIO, decltype(&BIO_free)>;
using ExtensionPointer = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;

constexpr std::size_t kMostFileBytes = 256 * base::kKiB;
constexpr std::int64_t kDaySeconds = 24 * 60 * 60;
/// Whoever has taken note of the fingerprint is not to be bothered again soon.
constexpr std::int64_t kValidDays = 3650;
constexpr std::int64_t kRenewalDays = 30;
/// Clocks of browsers that are behind.
constexpr std::int64_t kBeforeDays = 2;

[[noreturn]] void fail() {
    ERR_clear_error();
    throw base::Error(base::ErrorKind::Unavailable, "WEB-0004",
                      "The certificate for HTTPS cannot be made: OpenSSL refused",
                      "Name a certificate of your own with tls-certificate and tls-key in agent.conf.");
}

void require(bool holds) {
    if (!holds) fail();
}

std::string readFile(const platform::FileSystem& fileSystem, const std::string& path) {
    const auto file = fileSystem.openForReading(path);
    base::Bytes content(kMostFileBytes);
    std::size_t filled = 0;
    while (const std::size_t count = file->read(base::MutableBytes(content).subspan(filled))) filled += count;
    std::string text(base::asText(base::ByteView(content).first(filled)));
    base::wipe(content.data(), content.size());
    return text;
}

bool isAddress(const std::string& name) {
    Poco::Net::IPAddress address;
    return Poco::Net::IPAddress::tryParse(name, address);
}

std::string alternativeNames(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += text.empty() ? "" : ",";
        text += (isAddress(name) ? "IP:" : "DNS:") + name;
    }
    return text;
}

void addExtension(X509* certificate, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const ExtensionPointer extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()),
                                     &X509_EXTENSION_free);
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void setSerial(X509* certificate) {
    std::array<base::Byte, 16> number{};
    platform::fillRandom(number);
    number[0] = static_cast<base::Byte>((number[0] & 0x7FU) | 0x40U);  // positive, and as long as it looks
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> big(BN_bin2bn(number.data(), number.size(), nullptr),
                                                          &BN_free);
    require(big != nullptr && BN_to_ASN1_INTEGER(big.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void setTimes(X509* certificate, std::int64_t now) {
    require(ASN1_TIME_set(X509_getm_notBefore(certificate),
                          static_cast<time_t>(now - kBeforeDays * kDaySeconds)) != nullptr &&
            ASN1_TIME_set(X509_getm_notAfter(certificate),
                          static_cast<time_t>(now + kValidDays * kDaySeconds)) != nullptr);
}

CertificatePointer makeCertificate(EVP_PKEY* key, const std::vector<std::string>& names, std::int64_t now) {
    CertificatePointer made(X509_new(), &X509_free);
    X509* certificate = made.get();
    require(certificate != nullptr && X509_set_version(certificate, X509_VERSION_3) == 1);
    setSerial(certificate);
    setTimes(certificate, now);
    auto* subject = X509_get_subject_name(certificate);
    // A common name has room for 64 bytes; browsers look at the alternative names alone.
    const std::string common = "HBR agent on " + names.front().substr(0, 50);
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1,
                                       0) == 1 &&
            X509_set_issuer_name(certificate, subject) == 1 && X509_set_pubkey(certificate, key) == 1);
    addExtension(certificate, NID_basic_constraints, "critical,CA:FALSE");
    addExtension(certificate, NID_key_usage, "critical,digitalSignature");
    addExtension(certificate, NID_ext_key_usage, "serverAuth");
    addExtension(certificate, NID_subject_alt_name, alternativeNames(names));
    require(X509_sign(certificate, key, EVP_sha256()) > 0);
    return made;
}

std::string textOf(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

TlsIdentity makeIdentity(const std::vector<std::string>& names, std::int64_t now) {
    const KeyPointer key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    require(key != nullptr);
    const CertificatePointer certificate = makeCertificate(key.get(), names, now);
    const BioPointer certificateText(BIO_new(BIO_s_mem()), &BIO_free);
    const BioPointer keyText(BIO_new(BIO_s_secmem()), &BIO_free);
    require(certificateText && keyText && PEM_write_bio_X509(certificateText.get(), certificate.get()) == 1 &&
            PEM_write_bio_PrivateKey(keyText.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return {textOf(certificateText.get()), textOf(keyText.get())};
}

/// True when it names all of the names and lasts for a while.
bool isGood(const std::string& text, const std::vector<std::string>& names, std::int64_t now) {
    const BioPointer bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
    const CertificatePointer certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
    ERR_clear_error();
    if (!certificate) return false;
    auto latest = static_cast<time_t>(now + kRenewalDays * kDaySeconds);
    if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &latest) != 1) return false;
    for (const std::string& name : names) {
        const int matches = isAddress(name)
                                ? X509_check_ip_asc(certificate.get(), name.c_str(), 0)
                                : X509_check_host(certificate.get(), name.data(), name.size(), 0, nullptr);
        if (matches != 1) return false;
    }
    return true;
}

}  // namespace

TlsIdentity userIdentity(const platform::FileSystem& fileSystem, const std::string& certificateFile,
                         const std::string& keyFile) {
    try {
        return {readFile(fileSystem, certificateFile), readFile(fileSystem, keyFile)};
    } catch (const base::Error& error) {
        throw base::Error(base::ErrorKind::Invalid, "WEB-0003", error.message(),
                          "Correct tls-certificate and tls-key in agent.conf, or remove both.");
    }
}

std::string ownIdentityFile(const std::string& stateFolder) { return stateFolder + "/web-identity.pem"; }

TlsIdentity ownIdentity(const platform::FileSystem& fileSystem, const platform::Clock& clock,
                        const std::string& stateFolder, const std::vector<std::string>& names) {
    const std::string path = ownIdentityFile(stateFolder);
    const std::int64_t now = clock.now().seconds;
    if (fileSystem.status(path)) {
        const std::string text = readFile(fileSystem, path);
        if (isGood(text, names, now)) return {text, text};
    }
    TlsIdentity identity = makeIdentity(names, now);
    fileSystem.createDirectories(stateFolder);
    const std::string temporary = path + ".new";
    fileSystem.removeFile(temporary);
    {
        const auto file = fileSystem.createNew(temporary);
        file->write(base::asBytes(identity.certificates));
        file->write(base::asBytes(identity.key));
        file->sync();
    }
    fileSystem.replace(temporary, path);
    fileSystem.syncDirectory(stateFolder);
    return identity;
}

}  // namespace web
