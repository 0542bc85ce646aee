// SPDX-License-Identifier: Apache-2.0
// agent_client.hpp: asks an agent over its page's port, as a console does, and 'hbr service unlock'.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agent/config/agent_settings.hpp"

namespace web {

/// Where an agent is reached. Beyond this machine it speaks TLS alone, whatever was written.
struct AgentAddress {
    std::string host = config::kLoopback;
    std::uint16_t port = config::kDefaultPort;
    bool isTls = false;

    /// Reads "HOST", "HOST:PORT", "http://HOST:PORT" or "https://HOST:PORT", an IPv6 address in brackets.
    /// Throws Error (Invalid, "CLIENT-0007") for anything else.
    static AgentAddress parse(std::string_view text);

    [[nodiscard]] std::string url() const;
};

struct AgentReply {
    int status = 0;
    std::string body;
};

/// A connection to an agent. Not thread-safe.
class AgentClient final {
public:
    explicit AgentClient(AgentAddress address);
    ~AgentClient();
    AgentClient(const AgentClient&) = delete;
    AgentClient& operator=(const AgentClient&) = delete;

    /// What the agent's certificate is known by, "AB:CD:..."; empty without TLS. Sends nothing secret. Throws
    /// Error (Unavailable, "CLIENT-0008") when nobody answers.
    [[nodiscard]] std::string fingerprint();

    /// Sends a request below /api/v1, with the token that changes need; only to the agent of this
    /// fingerprint, where there is one. Throws as fingerprint() does, and Error (Denied, "CLIENT-0009") for
    /// another.
    AgentReply post(const std::string& path, const std::string& body, const std::string& fingerprint);

private:
    class Wire;
    std::unique_ptr<Wire> wire_;
};

}  // namespace web
