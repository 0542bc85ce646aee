// SPDX-License-Identifier: Apache-2.0
// poco_transport.cpp: HTTP by POCO's client.
#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/Net.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/Net/SocketStream.h>
#include <Poco/Net/Utility.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <istream>
#include <mutex>
#include <ostream>
#include <vector>

#include "agent/s3/poco_proxy.hpp"
#include "agent/s3/transport.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/trusted_roots.hpp"

namespace s3 {

namespace {

using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

// Servers close idle connections after a minute or less; one that is older is not tried.
constexpr int kKeepAliveSeconds = 20;
constexpr std::size_t kReadBytes = 256 * base::kKiB;
constexpr std::size_t kSendBytes = 256 * base::kKiB;
// Of answers without a length, which are listings or tell of errors.
constexpr std::uint64_t kListingBytes = 16 * base::kKiB;
// The least at which packets of usual sizes still follow one another, and what systems give by themselves.
constexpr std::uint64_t kLeastBufferBytes = 16 * base::kKiB;
constexpr std::uint64_t kMostBufferBytes = 4 * base::kMiB;
constexpr const char* kSentInPart = "the request could not be sent whole";

/// POCO's libraries made ready for as long as it lives.
class PocoReady final {
public:
    PocoReady() {
        Poco::Net::initializeNetwork();
        Poco::Net::initializeSSL();
    }
    ~PocoReady() {
        Poco::Net::uninitializeSSL();
        Poco::Net::uninitializeNetwork();
    }
    PocoReady(const PocoReady&) = delete;
    PocoReady& operator=(const PocoReady&) = delete;
};

/// Trusts the authorities of the file and no others; those of the system when it names none.
void trustAuthorities(X509_STORE* store, const std::string& caFile) {
    if (caFile.empty()) {
        platform::trustSystemRoots(store);
    } else if (X509_STORE_load_file(store, caFile.c_str()) != 1) {
        // Takes UTF-8 on Windows too, which POCO would turn into the letters of the user's region first.
        throw Poco::Net::SSLContextException(Poco::Net::Utility::getLastError());
    }
}

Poco::Net::Context::Ptr makeContext(const std::string& caFile) {
    try {
        Poco::Net::Context::Ptr context = new Poco::Net::Context(
            Poco::Net::Context::TLS_CLIENT_USE, "", "", "", Poco::Net::Context::VERIFY_STRICT, 9, false);
        trustAuthorities(SSL_CTX_get_cert_store(context->sslContext()), caFile);
        context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
        context->enableSessionCache(true);
        context->enableExtendedCertificateVerification(true);
        return context;
    } catch (const Poco::Exception&) {
        throw base::Error(base::ErrorKind::Invalid, "BUCKET-0006",
                          "The certificates in '" + base::printable(caFile) + "' cannot be used",
                          "Give --ca-file a file in PEM form that can be read.", base::Retry::AfterFix);
    }
}

class PocoTransport final : public HttpTransport {
    // First, because their types are worked out from their bodies.
    enum class Stage { Connect, Exchange };

    /// Does a part of the work of send() and turns what POCO throws into Errors.
    template <class Work>
    decltype(auto) translated(Stage stage, Work work) const {
        try {
            return work();
        } catch (const Poco::Net::CertificateValidationException& error) {
            refuseCertificate(error.displayText());
        } catch (const Poco::Net::SSLException& error) {
            // OpenSSL tells of a chain that it does not trust in words only.
            if (error.displayText().find("certificate verify failed") != std::string::npos) {
                refuseCertificate(error.displayText());
            }
            fail(stage, error.displayText());
        } catch (const Poco::Exception& error) {
            fail(stage, error.displayText());
        }
    }

    [[noreturn]] void fail(Stage stage, const std::string& why) const {
        if (stage == Stage::Connect) {
            throw base::Error(
                base::ErrorKind::Unavailable, kUnreachedCode,
                "The server " + settings_.endpoint.url() + " cannot be reached: " + base::printable(why),
                "Check the endpoint, the network and the proxy. What was stored is safe.",
                base::Retry::Later);
        }
        throw base::Error(base::ErrorKind::Unavailable, "BUCKET-0021",
                          "The server " + settings_.endpoint.url() +
                              " was reached, but broke off each time: " + base::printable(why),
                          "Try again later; the server's log, or a proxy on the way, may tell why. What was "
                          "stored is safe.",
                          base::Retry::Later);
    }

    [[noreturn]] void refuseCertificate(const std::string& why) const {
        throw base::Error(base::ErrorKind::Denied, "BUCKET-0005",
                          "The certificate of " + settings_.endpoint.url() +
                              " is not to be trusted: " + base::printable(why),
                          "Name the file of the authority that signed it with --ca-file, and check that the "
                          "endpoint is the host that the certificate is for.",
                          base::Retry::AfterFix);
    }

public:
    PocoTransport(const Settings& settings, const std::optional<ProxyLogin>& login,
                  base::TransferLimits limits)
        : settings_(settings),
          limits_(limits),
          host_(settings.addressing == Addressing::Host ? settings.bucket + '.' + settings.endpoint.host
                                                        : settings.endpoint.host) {
        if (settings.endpoint.isTls) context_ = makeContext(settings.caFile);
        if (settings.proxy) proxy_.emplace(*settings.proxy, login);
    }

    HttpAnswer send(const HttpRequest& request, std::size_t limitBytes) override {
        std::unique_ptr<HTTPClientSession> session = takeSession();
        HTTPRequest head(request.method, request.target, HTTPRequest::HTTP_1_1);
        for (const auto& [name, value] : request.headers) head.set(name, value);
        if (proxy_ && !settings_.endpoint.isTls) proxy_->addLogin(head);
        head.setKeepAlive(true);
        const bool carriesBody = request.method == "PUT" || request.method == "POST";
        if (carriesBody) head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
        // Connects, unless it is connected, and keeps the head in a buffer.
        std::ostream& out = translated(Stage::Connect, [&]() -> auto& {
            std::ostream& begun = session->sendRequest(head);
            if (limits_.download != nullptr) keepBufferSmall(session->socket());
            return begun;
        });
        HttpAnswer answer =
            translated(Stage::Exchange, [&] { return exchange(*session, out, request, limitBytes); });
        if (proxy_ && Proxy::isRefusal(answer.status))
            throw proxy_->refusal(answer.header("proxy-authenticate"));
        if (session->connected() && !answer.isTooLarge) giveBack(std::move(session));
        return answer;
    }

    void close() noexcept override { isClosed_ = true; }

private:
    void throwIfClosed() const {
        if (!isClosed_) return;
        throw base::Error(base::ErrorKind::Cancelled, "BASE-0004", "The store was closed during a request",
                          "", base::Retry::Never);
    }

    /// What the server sends ahead of the limit waits in the connection's buffer; so that holds little more
    /// than a piece, and only what waits for longer than round trips last.
    void keepBufferSmall(Poco::Net::StreamSocket& socket) const {
        const std::uint64_t wanted =
            std::max<std::uint64_t>(limits_.download->bytesPerSecond() / 16, kLeastBufferBytes);
        if (wanted < kMostBufferBytes) socket.setReceiveBufferSize(static_cast<int>(wanted));
    }

    std::unique_ptr<HTTPClientSession> takeSession() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto session = std::move(idle_.back());
                idle_.pop_back();
                return session;
            }
        }
        const std::uint16_t port = settings_.endpoint.port;
        std::unique_ptr<HTTPClientSession> session;
        if (!settings_.endpoint.isTls) {
            session = std::make_unique<HTTPClientSession>(host_, port);
            if (proxy_) proxy_->lead(*session);
        } else if (proxy_) {
            session = proxy_->makeTunnel(host_, port, context_);
        } else {
            session = std::make_unique<Poco::Net::HTTPSClientSession>(host_, port, context_);
        }
        session->setKeepAlive(true);
        session->setKeepAliveTimeout(Poco::Timespan(kKeepAliveSeconds, 0));
        setTimeouts(*session);
        return session;
    }

    void giveBack(std::unique_ptr<HTTPClientSession> session) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(session));
    }

    HttpAnswer exchange(HTTPClientSession& session, std::ostream& out, const HttpRequest& request,
                        std::size_t limitBytes) const {
        out.flush();
        if (!out) rethrowOr(session, kSentInPart);
        if (!sendBody(session, request.body)) return answerOnBrokenBody(session);
        HTTPResponse incoming;
        std::istream& in = session.receiveResponse(incoming);
        HttpAnswer answer = headOf(incoming);
        const bool hasBody = request.method != "HEAD" && answer.status != 204 && answer.status != 304;
        const bool isChunked = incoming.getChunkedTransferEncoding();
        // POCO takes the end of a connection for the end of a header: without a length it may be a part of
        // one.
        if (hasBody && !isChunked && !incoming.hasContentLength())
            rethrowOr(session, "the answer was cut short");
        if (hasBody) readBody(session, incoming, in, answer, limitBytes);
        if (!hasBody || isChunked) requireOpen(session, incoming);
        return answer;
    }

    static HttpAnswer headOf(const HTTPResponse& incoming) {
        HttpAnswer answer;
        answer.status = static_cast<int>(incoming.getStatus());
        for (const auto& [name, value] : incoming) {
            std::string lower = name;
            std::transform(lower.begin(), lower.end(), lower.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
            answer.headers[lower] = value;
        }
        return answer;
    }

    /// False when the connection takes no more. POCO's stream would make pieces of 4 KiB.
    bool sendBody(HTTPClientSession& session, base::ByteView body) const {
        base::Transfer transfer(limits_.upload, body.size());
        try {
            while (!body.empty()) {
                throwIfClosed();
                const int piece = static_cast<int>(transfer.next(std::min(body.size(), kSendBytes)));
                const int sent = session.socket().sendBytes(body.data(), piece);
                if (sent <= 0) return false;
                body = body.subspan(static_cast<std::size_t>(sent));
            }
            return true;
        } catch (const Poco::Exception&) {
            return false;
        }
    }

    /// A server that refuses a request for its head may answer and close before it has read the body. What it
    /// said has arrived then, mostly, though the connection takes nothing any more. Closes the session.
    static HttpAnswer answerOnBrokenBody(HTTPClientSession& session) {
        HTTPResponse incoming;
        try {
            session.socket().setReceiveTimeout(Poco::Timespan(1, 0));
            Poco::Net::SocketInputStream in(session.socket());
            incoming.read(in);
            HttpAnswer answer = headOf(incoming);
            if (answer.status < 400 || !incoming.hasContentLength()) {
                throw Poco::Net::MessageException(kSentInPart);
            }
            const auto told = static_cast<std::uint64_t>(incoming.getContentLength64());
            answer.body.resize(static_cast<std::size_t>(std::min<std::uint64_t>(told, kReadBytes)));
            in.read(reinterpret_cast<char*>(answer.body.data()),
                    static_cast<std::streamsize>(answer.body.size()));
            answer.body.resize(static_cast<std::size_t>(in.gcount()));
            session.reset();
            return answer;
        } catch (const Poco::Exception&) {
            // That the body did not get through is what matters.
            throw Poco::Net::MessageException(kSentInPart);
        }
    }

    /// Refuses an answer whose end nothing marks but the end of the connection, which the server did not
    /// announce.
    static void requireOpen(HTTPClientSession& session, const HTTPResponse& incoming) {
        if (!incoming.getKeepAlive()) return;
        if (session.socket().poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ)) {
            rethrowOr(session, "the answer was cut short");
        }
    }

    void readBody(HTTPClientSession& session, const HTTPResponse& incoming, std::istream& in,
                  HttpAnswer& answer, std::size_t limitBytes) const {
        const Poco::Int64 told = incoming.hasContentLength() ? incoming.getContentLength64() : -1;
        const auto isTooMuch = [&](std::uint64_t size) { return size > limitBytes; };
        if (told > 0 && isTooMuch(static_cast<std::uint64_t>(told))) {
            answer.isTooLarge = true;
            return;
        }
        if (told > 0) answer.body.reserve(static_cast<std::size_t>(told));
        base::Transfer transfer(limits_.download,
                                told >= 0 ? static_cast<std::uint64_t>(told) : kListingBytes);
        while (in) {
            throwIfClosed();
            const std::size_t before = answer.body.size();
            const std::size_t left = told >= 0 ? static_cast<std::size_t>(told) - before : kReadBytes;
            if (left == 0) break;
            const std::size_t wanted = transfer.next(std::min(left, kReadBytes));
            answer.body.resize(before + wanted);
            in.read(reinterpret_cast<char*>(answer.body.data() + before),
                    static_cast<std::streamsize>(wanted));
            answer.body.resize(before + static_cast<std::size_t>(in.gcount()));
            if (isTooMuch(answer.body.size())) {
                answer.body.clear();
                answer.isTooLarge = true;
                return;
            }
        }
        if (told >= 0 && answer.body.size() != static_cast<std::size_t>(told)) {
            rethrowOr(session, "the answer was cut short");
        }
    }

    /// POCO's streams keep what went wrong below them to themselves.
    [[noreturn]] static void rethrowOr(const HTTPClientSession& session, const char* otherwise) {
        if (const Poco::Exception* error = session.networkException()) error->rethrow();
        throw Poco::Net::MessageException(otherwise);
    }

    const PocoReady ready_;
    const Settings settings_;
    const base::TransferLimits limits_;
    const std::string host_;
    Poco::Net::Context::Ptr context_;
    std::optional<Proxy> proxy_;
    std::atomic<bool> isClosed_ = false;
    std::mutex mutex_;  // guards idle_
    std::vector<std::unique_ptr<HTTPClientSession>> idle_;
};

}  // namespace

std::unique_ptr<HttpTransport> makeHttpTransport(const Settings& settings,
                                                 const std::optional<ProxyLogin>& login,
                                                 base::TransferLimits limits) {
    return std::make_unique<PocoTransport>(settings, login, limits);
}

}  // namespace s3
