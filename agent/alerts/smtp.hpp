// SPDX-License-Identifier: Apache-2.0
// smtp.hpp: hands a mail to a mail server (RFC 5321).
#pragma once

#include <string>
#include <string_view>

#include "agent/alerts/targets.hpp"
#include "agent/alerts/wire.hpp"
#include "platform/base/bytes.hpp"

namespace alerts {

/// Returns what the server said when it took the mail. `mail` has lines of CR LF, none of which begins with a
/// dot. Throws Error: what Wire throws, Unavailable ("ALERT-0004") with the server's words when it refuses.
std::string sendMail(Wire& wire, const Target& target, const base::SecretBytes& password,
                     std::string_view mail);

}  // namespace alerts
