// SPDX-License-Identifier: Apache-2.0
// tls.hpp: TLS as a server speaks it, between bytes and bytes: sockets are somebody else's business.
#pragma once

#include <memory>
#include <string>
#include <string_view>

typedef struct x509_st X509;  // of OpenSSL

namespace web {

/// SHA-256 as "AB:CD:...", which browsers show too; empty when OpenSSL cannot work it out.
std::string fingerprintOf(const X509* certificate);

/// A certificate chain and its key, both in PEM form, the server's own certificate first.
struct TlsIdentity {
    std::string certificates;
    std::string key;
};

/// Thread-safe.
class TlsContext final {
public:
    /// Throws Error (Invalid, "WEB-0003") for what cannot be used; `place` names it in the message.
    TlsContext(const TlsIdentity& identity, const std::string& place);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    /// Of the server's own certificate: SHA-256 as "AB:CD:...", which browsers show too.
    [[nodiscard]] const std::string& fingerprint() const noexcept { return fingerprint_; }

private:
    friend class TlsChannel;
    struct Parts;
    std::unique_ptr<Parts> parts_;
    std::string fingerprint_;
};

/// One connection's TLS. Not thread-safe.
class TlsChannel final {
public:
    explicit TlsChannel(const TlsContext& context);
    ~TlsChannel();
    TlsChannel(const TlsChannel&) = delete;
    TlsChannel& operator=(const TlsChannel&) = delete;

    /// Takes bytes from the wire and appends what they say to `plain`. False when the client does not speak
    /// TLS as it must; takeWire() may hold a last word then.
    [[nodiscard]] bool receive(std::string_view wire, std::string& plain);

    /// Seals what is to be sent. False when the handshake is not done yet or the connection has failed.
    [[nodiscard]] bool send(std::string_view plain);

    /// What has to go over the wire.
    [[nodiscard]] std::string takeWire();

    /// Says that nothing follows.
    void close();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace web
