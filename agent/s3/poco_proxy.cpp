// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/poco_proxy.hpp"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <utility>

#include "agent/s3/signature.hpp"
#include "platform/base/text.hpp"

namespace s3 {

namespace {

using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

constexpr int kConnectSeconds = 10;
constexpr int kSilenceSeconds = 60;  // without a byte from the server

/// What a proxy gets as "Proxy-Authorization"; empty without a login.
base::SecretBytes authorizationOf(const std::optional<ProxyLogin>& login) {
    if (!login) return {};
    base::Bytes plain;
    plain.reserve(login->user.size() + 1 + login->password.view().size());
    base::append(plain, base::asBytes(login->user));
    plain.push_back(':');
    base::append(plain, login->password.view());
    std::string text = "Basic " + encodeBase64(plain);
    base::SecretBytes secret{std::string_view(text)};
    base::wipe(plain.data(), plain.size());
    base::wipe(text.data(), text.size());
    return secret;
}

/// TLS through a proxy. POCO's own session gives a refusal's reason away, so this one asks for the way by
/// itself.
class TunnelSession final : public Poco::Net::HTTPSClientSession {
public:
    TunnelSession(const std::string& host, std::uint16_t port, const Poco::Net::Context::Ptr& context,
                  const Proxy& proxy)
        : HTTPSClientSession(host, port, context), context_(context), proxy_(proxy) {
        proxy.lead(*this);
    }

protected:
    void connect(const Poco::Net::SocketAddress& address) override {
        HTTPClientSession way(address);
        setTimeouts(way);
        way.setKeepAlive(true);  // or the proxy may take its answer for the end
        const std::string target = getHost() + ':' + std::to_string(getPort());
        HTTPRequest request(HTTPRequest::HTTP_CONNECT, target, HTTPRequest::HTTP_1_1);
        request.set(HTTPRequest::HOST, target);
        request.set("Proxy-Connection", "keep-alive");
        proxy_.addLogin(request);
        way.sendRequest(request);
        HTTPResponse answer;
        way.receiveResponse(answer);
        const int status = answer.getStatus();
        if (Proxy::isRefusal(status)) throw proxy_.refusal(answer.get("Proxy-Authenticate", ""));
        if (status < 200 || status > 299) {
            throw Poco::Net::HTTPException("The proxy opens no way", std::to_string(status));
        }
        attachSocket(Poco::Net::SecureStreamSocket::attach(way.detachSocket(), getHost(), context_));
        socket().setReceiveTimeout(Poco::Timespan(kSilenceSeconds, 0));
        socket().setSendTimeout(Poco::Timespan(kSilenceSeconds, 0));
        socket().setNoDelay(true);
    }

private:
    const Poco::Net::Context::Ptr context_;
    const Proxy& proxy_;
};

}  // namespace

void setTimeouts(HTTPClientSession& session) {
    session.setTimeout(Poco::Timespan(kConnectSeconds, 0), Poco::Timespan(kSilenceSeconds, 0),
                       Poco::Timespan(kSilenceSeconds, 0));
}

Proxy::Proxy(Endpoint endpoint, const std::optional<ProxyLogin>& login)
    : endpoint_(std::move(endpoint)), authorization_(authorizationOf(login)) {}

void Proxy::lead(HTTPClientSession& session) const {
    HTTPClientSession::ProxyConfig config;
    config.host = endpoint_.host;
    config.port = endpoint_.port;
    // Or POCO puts a login of its own, an empty one, in the place of ours.
    config.authMethod = HTTPClientSession::PROXY_AUTH_NONE;
    session.setProxyConfig(config);
}

void Proxy::addLogin(HTTPRequest& request) const {
    if (authorization_.empty()) return;
    request.set("Proxy-Authorization", std::string(base::asText(authorization_.view())));
}

bool Proxy::isRefusal(int status) noexcept {
    return status == HTTPResponse::HTTP_PROXY_AUTHENTICATION_REQUIRED;
}

base::Error Proxy::refusal(const std::string& asksFor) const {
    const bool wasGiven = !authorization_.empty();
    std::string what = "The proxy " + endpoint_.url() +
                       (wasGiven ? " refuses the user name and password that it was given"
                                 : " asks for a user name and a password");
    if (!asksFor.empty()) what += " (" + base::printable(asksFor.substr(0, 40)) + ")";
    return {
        base::ErrorKind::Denied, "BUCKET-0022", what,
        std::string(wasGiven ? "Check them and connect" : "Connect") +
            " the vault with --proxy-login-file, or set HBR_S3_PROXY_USER and HBR_S3_PROXY_PASSWORD. Only "
            "Basic is spoken to proxies.",
        base::Retry::AfterFix};
}

std::unique_ptr<HTTPClientSession> Proxy::makeTunnel(const std::string& host, std::uint16_t port,
                                                     const Poco::Net::Context::Ptr& context) const {
    return std::make_unique<TunnelSession>(host, port, context, *this);
}

}  // namespace s3
