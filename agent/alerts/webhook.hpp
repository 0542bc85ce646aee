// SPDX-License-Identifier: Apache-2.0
// webhook.hpp: posts JSON to an address.
#pragma once

#include <string>
#include <string_view>

#include "agent/alerts/targets.hpp"
#include "agent/alerts/wire.hpp"

namespace alerts {

/// Returns the line with which the server took it. `signature` is that of the body; empty: none. Throws
/// Error: what Wire throws, Unavailable ("ALERT-0004") with the server's words for an answer that is none of
/// 200 to 299: nobody is redirected, for what is posted may be meant for this server alone.
std::string post(Wire& wire, const WebAddress& address, const std::string& caFile, std::string_view body,
                 const std::string& signature);

}  // namespace alerts
