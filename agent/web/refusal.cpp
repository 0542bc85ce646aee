// SPDX-License-Identifier: Apache-2.0
#include "agent/web/refusal.hpp"

#include "platform/base/text.hpp"

namespace web {

using base::Error;
using base::ErrorKind;
using base::Retry;

Refusal foreignHost(const std::string& host) {
    return {421, Error(ErrorKind::Denied, "WEB-0005",
                       "The agent is not known by the host name '" + base::printable(host) + "'",
                       "Use localhost, this machine's name or its address, or add the name to host-names in "
                       "agent.conf.")};
}

Refusal foreignOrigin(const std::string& origin) {
    return {403, Error(ErrorKind::Denied, "WEB-0006",
                       "The page of '" + base::printable(origin) + "' may not use the agent",
                       "Open the agent's own page.")};
}

Refusal missingCsrfToken() {
    return {403, Error(ErrorKind::Denied, "WEB-0007",
                       "The header X-HBR-CSRF does not hold the token of this session",
                       "Take csrfToken from GET /api/v1/session, and send it with every change.")};
}

Refusal loginNeeded() {
    return {401, Error(ErrorKind::Denied, "WEB-0008", "Nobody is logged in, or the session has ended",
                       "Log in with the logon password.")};
}

Refusal wrongPassword() {
    return {401, Error(ErrorKind::Denied, "WEB-0009", "The logon password is wrong",
                       "Enter it again. 'hbr service password' on the machine sets another one.",
                       Retry::AfterFix)};
}

Refusal wrongToken() {
    return {401, Error(ErrorKind::Denied, "WEB-0024", "The token is wrong, has expired or was revoked",
                       "'hbr token create' on the machine makes another one.", Retry::AfterFix)};
}

Refusal activationAlone() {
    return {403,
            Error(ErrorKind::Denied, "WEB-0025",
                  "This agent has no logon password yet: from other machines it can be activated at most",
                  "Activate it from the console that it trusts, or register it on the machine itself.")};
}

Refusal noPasswordYet() {
    return {409, Error(ErrorKind::Invalid, "WEB-0023", "No logon password is set, so nobody can log in",
                       "Set one first, from this machine: by the page or by 'hbr service password'.")};
}

Refusal tooManyTries(int retryAfterSeconds) {
    return {429,
            Error(ErrorKind::Busy, "WEB-0010", "There were too many wrong passwords",
                  "Try again in " + std::to_string(retryAfterSeconds) + " s.", Retry::Later),
            retryAfterSeconds};
}

Refusal tooManyLoginsAtOnce() {
    return {429,
            Error(ErrorKind::Busy, "WEB-0011", "Others are logging in at this moment", "Try again in 1 s.",
                  Retry::Later),
            1};
}

Refusal unreadableRequest(const std::string& why) {
    return {400, Error(ErrorKind::Invalid, "WEB-0012", "The request cannot be read: " + why,
                       "Use a browser, or a program that speaks HTTP/1.1.")};
}

Refusal bodyTooLarge() {
    return {413, Error(ErrorKind::Invalid, "WEB-0013", "The request's body is larger than 1 MiB",
                       "Send less at once.")};
}

Refusal headTooLarge() {
    return {431, Error(ErrorKind::Invalid, "WEB-0014", "The request's head is larger than 16 KiB",
                       "Delete this site's cookies, or shorten the address.")};
}

Refusal tooSlow() {
    return {408, Error(ErrorKind::Unavailable, "WEB-0015", "The request did not arrive in time",
                       "Send it again.", Retry::Later)};
}

Refusal unknownMethod() {
    return {405, Error(ErrorKind::Unsupported, "WEB-0016", "The method of the request is not known here",
                       "Use GET, HEAD, POST, PUT or DELETE; pages can only be got.")};
}

Refusal lengthNeeded() {
    return {411, Error(ErrorKind::Unsupported, "WEB-0017", "The request's body comes without its length",
                       "Send Content-Length, and no Transfer-Encoding.")};
}

Refusal tooBusy() {
    return {503,
            Error(ErrorKind::Busy, "WEB-0018", "The agent answers too many requests at this moment",
                  "Try again in 1 s.", Retry::Later),
            1};
}

Refusal jsonNeeded(const std::string& why) {
    return {400, Error(ErrorKind::Invalid, "WEB-0019", "The request's body is not what is needed: " + why,
                       "Send a JSON object, with Content-Type application/json.")};
}

Refusal noSuchPage(const std::string& path) {
    return {404, Error(ErrorKind::NotFound, "WEB-0020", "There is no page '" + base::printable(path) + "'",
                       "Begin at /.")};
}

Refusal tlsNeeded() {
    return {400, Error(ErrorKind::Denied, "WEB-0021", "Beyond this machine the agent speaks HTTPS alone",
                       "Use https:// in place of http://.")};
}

}  // namespace web
