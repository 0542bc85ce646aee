// SPDX-License-Identifier: Apache-2.0
// poco_proxy.hpp: an HTTP proxy on the way to the server, for POCO's client.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/s3/settings.hpp"
#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"

namespace s3 {

/// The time that a connection may take to be made, and may be silent.
void setTimeouts(Poco::Net::HTTPClientSession& session);

/// A proxy, and the word on which it lets us through. Its functions may be called by several threads at once.
class Proxy final {
public:
    Proxy(Endpoint endpoint, const std::optional<ProxyLogin>& login);

    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }

    /// Makes a session go through the proxy, without a word on who we are.
    void lead(Poco::Net::HTTPClientSession& session) const;

    /// Adds the login, if there is one, to a request that the proxy itself reads.
    void addLogin(Poco::Net::HTTPRequest& request) const;

    /// True for the status of an answer in which the proxy asks for a login, or refuses the one it was given.
    [[nodiscard]] static bool isRefusal(int status) noexcept;

    /// The Error (Denied, "BUCKET-0022") for such an answer, whose header "Proxy-Authenticate" is `asksFor`.
    [[nodiscard]] base::Error refusal(const std::string& asksFor) const;

    /// A session to a server with TLS, through a tunnel that the proxy opens once it connects; connecting
    /// throws refusal() too. The proxy outlives it.
    [[nodiscard]] std::unique_ptr<Poco::Net::HTTPClientSession> makeTunnel(
        const std::string& host, std::uint16_t port, const Poco::Net::Context::Ptr& context) const;

private:
    const Endpoint endpoint_;
    const base::SecretBytes authorization_;  // empty without a login
};

}  // namespace s3
