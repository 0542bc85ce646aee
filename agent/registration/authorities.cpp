// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/authorities.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace registration {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Authority = std::unique_ptr<X509, decltype(&X509_free)>;

/// Keeps OpenSSL from asking on the terminal.
int noPassword(char*, int, int, void*) { return -1; }

/// True when reading stopped because no further certificate follows.
bool endedInOrder() {
    const unsigned long reason = ERR_peek_last_error();
    return ERR_GET_LIB(reason) == ERR_LIB_PEM && ERR_GET_REASON(reason) == PEM_R_NO_START_LINE;
}

}  // namespace

std::optional<std::string> certificatesAlone(std::string_view pem) {
    const Bio from(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    const Bio to(BIO_new(BIO_s_mem()), BIO_free);
    bool isWhole = from && to;
    bool hasAny = false;
    ERR_clear_error();
    while (isWhole) {
        const Authority authority(PEM_read_bio_X509(from.get(), nullptr, noPassword, nullptr), X509_free);
        if (!authority) break;
        isWhole = PEM_write_bio_X509(to.get(), authority.get()) == 1;
        hasAny = true;
    }
    isWhole = isWhole && endedInOrder();
    ERR_clear_error();
    if (!isWhole || !hasAny) return std::nullopt;
    char* text = nullptr;
    const long sizeBytes = BIO_get_mem_data(to.get(), &text);
    return std::string(text, static_cast<std::size_t>(sizeBytes));
}

}  // namespace registration
