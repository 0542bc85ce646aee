// SPDX-License-Identifier: Apache-2.0
#include "agent/web/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace web {

namespace {

using ContextPointer = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using SslPointer = std::unique_ptr<SSL, decltype(&SSL_free)>;
using BioPointer = std::unique_ptr<BIO, decltype(&BIO_free)>;
using CertificatePointer = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string reason() {
    const unsigned long number = ERR_get_error();
    const char* text = number == 0 ? nullptr : ERR_reason_error_string(number);
    ERR_clear_error();
    return text == nullptr ? "" : std::string(": ") + text;
}

[[noreturn]] void refuse(const std::string& place) {
    throw base::Error(base::ErrorKind::Invalid, "WEB-0003",
                      "The TLS certificate in '" + base::printable(place) + "' cannot be used" + reason(),
                      "Give tls-certificate and tls-key files in PEM form that belong together, the key "
                      "without a password.");
}

BioPointer reading(std::string_view text) {
    return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

/// A key that is locked by a password is refused: nobody is there to be asked.
int noPassword(char* /*to*/, int /*size*/, int /*isWritten*/, void* /*context*/) { return -1; }

}  // namespace

std::string fingerprintOf(const X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &length) != 1) return {};
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        const std::string two = base::encodeHex(base::ByteView(digest).subspan(i, 1));
        text += i == 0 ? "" : ":";
        for (const char letter : two) text += letter >= 'a' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return text;
}

struct TlsContext::Parts {
    ContextPointer context{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
};

TlsContext::TlsContext(const TlsIdentity& identity, const std::string& place)
    : parts_(std::make_unique<Parts>()) {
    ERR_clear_error();
    SSL_CTX* context = parts_->context.get();
    if (context == nullptr) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    // For TLS 1.2: forward secrecy and authenticated encryption alone.
    if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) refuse(place);

    const BioPointer chain = reading(identity.certificates);
    const CertificatePointer own(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr), &X509_free);
    const BioPointer keyText = reading(identity.key);
    const KeyPointer key(PEM_read_bio_PrivateKey(keyText.get(), nullptr, &noPassword, nullptr),
                         &EVP_PKEY_free);
    if (!own || !key || SSL_CTX_use_certificate(context, own.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
        refuse(place);
    }
    while (CertificatePointer next{PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr), &X509_free}) {
        if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) refuse(place);
    }
    ERR_clear_error();
    fingerprint_ = fingerprintOf(own.get());
}

TlsContext::~TlsContext() = default;

struct TlsChannel::Parts {
    explicit Parts(SSL_CTX* context) : ssl(SSL_new(context), &SSL_free) {
        in = BIO_new(BIO_s_mem());
        out = BIO_new(BIO_s_mem());
        if (!ssl || in == nullptr || out == nullptr) {
            BIO_free(in);
            BIO_free(out);
            throw std::bad_alloc();
        }
        SSL_set_bio(ssl.get(), in, out);  // which owns them from here on
        SSL_set_accept_state(ssl.get());
    }

    SslPointer ssl;
    BIO* in = nullptr;
    BIO* out = nullptr;
    bool hasFailed = false;
};

TlsChannel::TlsChannel(const TlsContext& context)
    : parts_(std::make_unique<Parts>(context.parts_->context.get())) {}

TlsChannel::~TlsChannel() = default;

bool TlsChannel::receive(std::string_view wire, std::string& plain) {
    if (parts_->hasFailed) return false;
    if (!wire.empty()) BIO_write(parts_->in, wire.data(), static_cast<int>(wire.size()));
    std::array<char, 16 * base::kKiB> piece;
    for (;;) {
        ERR_clear_error();
        const int count = SSL_read(parts_->ssl.get(), piece.data(), static_cast<int>(piece.size()));
        if (count > 0) {
            plain.append(piece.data(), static_cast<std::size_t>(count));
            continue;
        }
        base::wipe(piece.data(), piece.size());
        const int why = SSL_get_error(parts_->ssl.get(), count);
        ERR_clear_error();
        parts_->hasFailed = why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL;
        // A client that says that nothing follows may still wait for its answer.
        return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_ZERO_RETURN;
    }
}

bool TlsChannel::send(std::string_view plain) {
    constexpr std::size_t kPieceBytes = base::kMiB;
    if (parts_->hasFailed || SSL_is_init_finished(parts_->ssl.get()) != 1) return false;
    while (!plain.empty()) {
        ERR_clear_error();
        const std::size_t wanted = std::min(plain.size(), kPieceBytes);
        const int sent = SSL_write(parts_->ssl.get(), plain.data(), static_cast<int>(wanted));
        if (sent <= 0) {
            ERR_clear_error();
            parts_->hasFailed = true;
            return false;
        }
        plain.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string TlsChannel::takeWire() {
    std::string wire(BIO_ctrl_pending(parts_->out), '\0');
    if (!wire.empty()) {
        const int count = BIO_read(parts_->out, wire.data(), static_cast<int>(wire.size()));
        wire.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    return wire;
}

void TlsChannel::close() {
    if (!parts_->hasFailed && SSL_is_init_finished(parts_->ssl.get()) == 1) SSL_shutdown(parts_->ssl.get());
    ERR_clear_error();
}

}  // namespace web
