// SPDX-License-Identifier: Apache-2.0
#include "agent/web/agent_client.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/StreamCopier.h>

#include <optional>
#include <utility>

#include "agent/json/json_object.hpp"
#include "agent/web/host_rules.hpp"
#include "agent/web/listeners.hpp"
#include "agent/web/tls.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace web {

namespace {

/// A store that does not answer keeps a registration waiting for some minutes.
constexpr int kMostSeconds = 600;
constexpr std::string_view kApiRoot = "/api/v1";

[[noreturn]] void refuseAddress(std::string_view text) {
    throw base::Error(base::ErrorKind::Invalid, "CLIENT-0007",
                      "'" + base::printable(std::string(text)) + "' is no address of an agent",
                      "Write it like 12.34.56.78, 12.34.56.78:8011 or https://12.34.56.78:8011.");
}

std::uint16_t portFrom(std::string_view text, std::string_view whole) {
    const auto number = base::parseUnsigned(text);
    if (!number || *number == 0 || *number > 65535) refuseAddress(whole);
    return static_cast<std::uint16_t>(*number);
}

/// "[::1]:80" and "host:80"; the port is what stands behind the last colon outside of brackets.
void readHostAndPort(std::string_view text, std::string_view whole, AgentAddress& address) {
    std::string_view host = text;
    std::optional<std::string_view> port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) refuseAddress(whole);
        host = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty() && !rest.starts_with(':')) refuseAddress(whole);
        if (!rest.empty()) port = rest.substr(1);
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (host.empty() || host.find_first_of("/@?#\\ ") != std::string_view::npos) refuseAddress(whole);
    address.host = host;
    if (port) address.port = portFrom(*port, whole);
}

}  // namespace

AgentAddress AgentAddress::parse(std::string_view text) {
    std::string_view rest = text;
    bool saysTls = false;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!rest.starts_with(scheme)) continue;
        rest.remove_prefix(scheme.size());
        saysTls = scheme == "https://";
        break;
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    AgentAddress address;
    readHostAndPort(rest, text, address);
    address.isTls = saysTls || !(address.host == "localhost" || isLoopbackAddress(address.host));
    return address;
}

std::string AgentAddress::url() const {
    const bool isV6 = host.find(':') != std::string::npos;
    return (isTls ? "https://" : "http://") + (isV6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

class AgentClient::Wire final {
public:
    explicit Wire(AgentAddress address) : address_(std::move(address)) {
        if (!address_.isTls) {
            session_ = std::make_unique<Poco::Net::HTTPClientSession>(address_.host, address_.port);
        } else {
            // The agent signs its certificate itself; who it is tells the fingerprint that is compared.
            Poco::Net::Context::Ptr context = new Poco::Net::Context(
                Poco::Net::Context::TLS_CLIENT_USE, "", "", "", Poco::Net::Context::VERIFY_NONE, 9, false);
            context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
            auto session =
                std::make_unique<Poco::Net::HTTPSClientSession>(address_.host, address_.port, context);
            tls_ = session.get();
            session_ = std::move(session);
        }
        session_->setKeepAlive(true);
        session_->setTimeout(Poco::Timespan(kMostSeconds, 0));
    }

    AgentReply exchange(const std::string& method, const std::string& path, const std::string& body,
                        const std::string& token, const std::string& fingerprint) {
        try {
            Poco::Net::HTTPRequest request(method, std::string(kApiRoot) + path, "HTTP/1.1");
            if (!body.empty()) request.setContentType("application/json");
            request.setContentLength(static_cast<std::streamsize>(body.size()));
            if (!token.empty()) request.set("X-HBR-CSRF", token);
            std::ostream& out = session_->sendRequest(request);
            // Before anything secret goes out: each connection may be with somebody else.
            if (!fingerprint.empty()) requireFingerprint(fingerprint);
            out << body;
            out.flush();
            Poco::Net::HTTPResponse response;
            AgentReply reply;
            Poco::StreamCopier::copyToString(session_->receiveResponse(response), reply.body);
            reply.status = response.getStatus();
            return reply;
        } catch (const Poco::Exception& error) {
            session_->reset();
            throw base::Error(base::ErrorKind::Unavailable, "CLIENT-0008",
                              "The agent at " + address_.url() + " does not answer: " + error.displayText(),
                              "Check its address and port, that its service runs, and that it may be reached "
                              "from here: agent/client/README.md tells when it is.",
                              base::Retry::Later);
        }
    }

    [[nodiscard]] std::string fingerprint() const {
        return tls_ == nullptr ? std::string() : fingerprintOf(tls_->serverCertificate().certificate());
    }

private:
    void requireFingerprint(const std::string& wanted) {
        const std::string found = fingerprint();
        if (found == wanted) return;
        session_->reset();
        throw base::Error(
            base::ErrorKind::Denied, "CLIENT-0009",
            "The agent at " + address_.url() + " has another certificate than expected: " + found,
            "Compare it with the fingerprint that 'hbr service run' or 'systemctl status hbr' "
            "shows on that machine. Nothing secret was sent.");
    }

    const AgentAddress address_;
    std::unique_ptr<Poco::Net::HTTPClientSession> session_;
    Poco::Net::HTTPSClientSession* tls_ = nullptr;  // the same, with TLS
};

AgentClient::AgentClient(AgentAddress address) : wire_(std::make_unique<Wire>(std::move(address))) {}
AgentClient::~AgentClient() = default;

std::string AgentClient::fingerprint() {
    static_cast<void>(wire_->exchange("GET", "/session", {}, {}, {}));
    return wire_->fingerprint();
}

AgentReply AgentClient::post(const std::string& path, const std::string& body,
                             const std::string& fingerprint) {
    const AgentReply session = wire_->exchange("GET", "/session", {}, {}, fingerprint);
    const auto told = json::JsonObject::parse(session.body);
    const std::string token = told ? told->text("csrfToken").value_or("") : std::string();
    return wire_->exchange("POST", path, body, token, fingerprint);
}

}  // namespace web
