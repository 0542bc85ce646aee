// SPDX-License-Identifier: Apache-2.0
// refusal.hpp: a request that is refused: its error, and the status of HTTP that goes with it.
#pragma once

#include <string>

#include "platform/base/error.hpp"

namespace web {

struct Refusal {
    int status = 500;
    base::Error error;
    int retryAfterSeconds = 0;  // 0: not told
};

/// Hosts: a name by which this server is not known, as pages that rebind their own names send it.
Refusal foreignHost(const std::string& host);
Refusal foreignOrigin(const std::string& origin);
Refusal missingCsrfToken();
Refusal loginNeeded();
Refusal wrongPassword();
Refusal wrongToken();
Refusal noPasswordYet();
Refusal tooManyTries(int retryAfterSeconds);
/// Neither right nor wrong: others are being checked.
Refusal tooManyLoginsAtOnce();
Refusal unreadableRequest(const std::string& why);
Refusal bodyTooLarge();
Refusal headTooLarge();
Refusal tooSlow();
Refusal unknownMethod();
Refusal lengthNeeded();
Refusal tooBusy();
Refusal jsonNeeded(const std::string& why);
Refusal noSuchPage(const std::string& path);
Refusal tlsNeeded();
/// Another machine asks an agent that can be activated and nothing else.
Refusal activationAlone();

}  // namespace web
