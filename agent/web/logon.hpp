// SPDX-License-Identifier: Apache-2.0
// logon.hpp: logging in and out, and the logon password: /api/v1/session and /api/v1/password.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/config/agent_settings.hpp"
#include "agent/config/token_book.hpp"
#include "agent/web/http_message.hpp"
#include "agent/web/login_limits.hpp"
#include "agent/web/peer.hpp"
#include "agent/web/refusal.hpp"
#include "agent/web/sessions.hpp"

namespace web {

/// Who sent a request, as far as it is known.
struct Visitor {
    std::string sessionId;   // of a session that goes on; else empty
    std::string csrfToken;   // that of the session, or the one that is for whoever has none
    bool mayUse = false;     // the API, but for logging in
    bool isProgram = false;  // has a token: no browser sends that by itself, so it needs no other token
    config::Scope scope = config::Scope::Admin;
};

/// Thread-safe.
class Logon final {
public:
    /// `port` makes the cookie's name: browsers keep one set of cookies for all ports of a host. `changed` is
    /// called after the password was set. `keeper`, if any, learns the unlock key when somebody logs in.
    /// References are not owned and outlive this. Throws Error as
    /// AgentSettingsFile::read() does.
    Logon(config::AgentSettingsFile& file, config::TokenBook tokens, const platform::Clock& clock,
          std::uint16_t port, std::function<void()> changed, config::UnlockKeeper* keeper = nullptr);

    /// While no password is set, whoever sits at this machine may use the API, and nobody else.
    [[nodiscard]] Visitor visitorOf(const HttpRequest& request, const Peer& peer);

    /// The same of whoever sends a bearer token; a refusal when it is wrong, or too many were. Throws Error
    /// when the file of tokens cannot be read.
    [[nodiscard]] std::variant<Visitor, Refusal> programOf(std::string_view token, const Peer& peer);

    /// True for one that is good; nothing counts.
    [[nodiscard]] bool isToken(std::string_view token) const;

    [[nodiscard]] HttpResponse show(const Visitor& visitor) const;
    [[nodiscard]] HttpResponse logIn(const HttpRequest& request, const Peer& peer);
    [[nodiscard]] HttpResponse logOut(const Visitor& visitor, const Peer& peer);
    /// Ends all other sessions. Whoever sets the first password is logged in by that.
    [[nodiscard]] HttpResponse setPassword(const HttpRequest& request, const Visitor& visitor,
                                           const Peer& peer);

    [[nodiscard]] bool hasPassword() const { return password().has_value(); }
    /// Other machines may activate this agent, and do nothing else.
    [[nodiscard]] bool awaitsActivation() const;

    /// Lets `register_` answer a registration, whoever sent it, when its body has the logon password that is
    /// set, if one is. From another machine each one that fails counts as a wrong password.
    [[nodiscard]] HttpResponse whenMayRegister(const HttpRequest& request, const Peer& peer,
                                               const std::function<HttpResponse()>& register_);

    /// Takes over a password that somebody else has written into the file, and ends all sessions then. Throws
    /// Error as AgentSettingsFile::read() does; the password stays as it was then.
    void takeOverFile();

private:
    [[nodiscard]] std::optional<config::PasswordHash> password() const;
    [[nodiscard]] bool replacePassword(const std::optional<config::PasswordHash>& before,
                                       const std::string& current, const std::string& wanted);
    /// With the right password.
    void unlock(const std::string& given);
    [[nodiscard]] std::optional<Refusal> check(const std::string& given, const config::PasswordHash& hash,
                                               const Peer& peer);
    [[nodiscard]] std::string cookie(const std::string& value, const Peer& peer) const;
    [[nodiscard]] HttpResponse sessionAnswer(bool isLoggedIn, const std::string& csrfToken) const;

    config::AgentSettingsFile& file_;
    const config::TokenBook tokens_;
    const platform::Clock& clock_;
    const std::string cookieName_;
    const std::string strangersToken_;
    const std::function<void()> changed_;
    config::UnlockKeeper* const keeper_;
    Sessions sessions_;
    LoginLimits limits_;
    std::mutex changing_;       // held while file and password_ are brought in step; taken before mutex_
    mutable std::mutex mutex_;  // guards password_ and awaitsActivation_
    std::optional<config::PasswordHash> password_;
    bool awaitsActivation_ = false;
};

}  // namespace web
