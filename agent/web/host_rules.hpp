// SPDX-License-Identifier: Apache-2.0
// host_rules.hpp: by which names the agent may be reached, and which pages may use it.
//
// A page of somebody else can let its own name stand for our address ("DNS rebinding"), and is the same
// origin as the agent then, for the browser. The name in the Host header gives it away.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/web/peer.hpp"

namespace web {

/// An authority such as "localhost:8011" or "[::1]:8011" in two parts, the host in lower case and without
/// brackets; the host is empty when it is none.
struct Authority {
    std::string host;
    std::string port;  // empty when none is given
};
Authority splitAuthority(std::string_view text);

/// True for the IPv4 and IPv6 addresses by which a machine reaches itself alone.
bool isLoopbackAddress(const std::string& address);

/// Thread-safe: it never changes.
class HostRules final {
public:
    /// Names in any case; the machine's own, the listen address and those that were configured.
    explicit HostRules(const std::vector<std::string>& names);

    /// Whether a request with this Host header may be meant for us: localhost, a loopback address, one of the
    /// names, or the very address that was reached.
    [[nodiscard]] bool knowsHost(std::string_view hostHeader, const Peer& peer) const;

    /// Whether an Origin header names the page that this server itself sends under that host.
    static bool isOwnOrigin(std::string_view origin, std::string_view hostHeader, const Peer& peer);

private:
    std::vector<std::string> names_;
};

}  // namespace web
