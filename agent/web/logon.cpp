// SPDX-License-Identifier: Apache-2.0
#include "agent/web/logon.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "agent/json/json_object.hpp"
#include "agent/web/answers.hpp"
#include "platform/base/json_writer.hpp"
#include "platform/base/text.hpp"

namespace web {

namespace {

/// A text out of a body, wiped when it goes.
struct SecretText {
    std::string value;
    SecretText() = default;
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() { base::wipe(value.data(), value.size()); }
};

/// The object of a body that has these members and no others.
std::optional<json::JsonObject> objectOf(const HttpRequest& request,
                                         const std::vector<std::string>& members) {
    auto object = json::JsonObject::parse(request.body);
    if (!object) return std::nullopt;
    for (const std::string& name : object->names()) {
        if (std::find(members.begin(), members.end(), name) == members.end()) return std::nullopt;
    }
    return object;
}

/// The value of the cookie; of several that of the first.
std::string cookieNamed(const HttpRequest& request, const std::string& name) {
    for (const auto& [header, value] : request.headers) {
        if (header != "cookie") continue;
        for (const std::string_view part : base::split(value, ';')) {
            const std::string_view pair = base::trim(part);
            if (pair.starts_with(name + '=')) return std::string(pair.substr(name.size() + 1));
        }
    }
    return {};
}

std::optional<Refusal> refusalOf(const LoginLimits::Answer& answer) {
    switch (answer.verdict) {
        case LoginLimits::Verdict::TooManyAtOnce:
            return tooManyLoginsAtOnce();
        case LoginLimits::Verdict::TooEarly:
            return tooManyTries(answer.retryAfterSeconds);
        case LoginLimits::Verdict::Try:
            break;
    }
    return std::nullopt;
}

HttpResponse nothingSaid() {
    HttpResponse response;
    response.status = 204;
    return response;
}

}  // namespace

Logon::Logon(config::AgentSettingsFile& file, config::TokenBook tokens, const platform::Clock& clock,
             std::uint16_t port, std::function<void()> changed, config::UnlockKeeper* keeper)
    : file_(file),
      tokens_(std::move(tokens)),
      clock_(clock),
      cookieName_("hbr-session-" + std::to_string(port)),
      strangersToken_(newToken()),
      changed_(std::move(changed)),
      keeper_(keeper),
      sessions_(clock),
      limits_(clock),
      password_(file.read().password),
      awaitsActivation_(file.read().awaitsActivation()) {}

bool Logon::awaitsActivation() const {
    const std::lock_guard lock(mutex_);
    return awaitsActivation_;
}

HttpResponse Logon::whenMayRegister(const HttpRequest& request, const Peer& peer,
                                    const std::function<HttpResponse()>& register_) {
    const auto hash = password();
    SecretText given;
    if (hash) {
        const auto object = json::JsonObject::parse(request.body);
        if (object) given.value = object->text("password").value_or("");
        if (auto refusal = check(given.value, *hash, peer)) return refused(*refusal);
    }
    HttpResponse response;
    if (hash || peer.isLocal) {
        response = register_();
    } else {
        if (auto refusal = refusalOf(limits_.begin(peer))) return refused(*refusal);
        response = register_();
        limits_.end(peer, response.status < 400   ? LoginLimits::Outcome::Right
                          : response.status < 500 ? LoginLimits::Outcome::Wrong
                                                  : LoginLimits::Outcome::NotLookedAt);
    }
    if (response.status < 400) {
        takeOverFile();
        changed_();
    }
    return response;
}

std::optional<config::PasswordHash> Logon::password() const {
    const std::lock_guard lock(mutex_);
    return password_;
}

Visitor Logon::visitorOf(const HttpRequest& request, const Peer& peer) {
    std::string id = cookieNamed(request, cookieName_);
    if (auto token = sessions_.find(id)) return {std::move(id), std::move(*token), true};
    return {{}, strangersToken_, peer.isLocal && !hasPassword()};
}

std::variant<Visitor, Refusal> Logon::programOf(std::string_view token, const Peer& peer) {
    // Right ones are not slowed down: programs ask often. A wrong one counts as a wrong password does.
    const auto found =
        tokens_.find(token, std::chrono::sys_seconds(std::chrono::seconds(clock_.now().seconds)));
    if (found) return Visitor{{}, {}, true, true, found->scope};
    const LoginLimits::Answer answer = limits_.begin(peer);
    if (answer.verdict == LoginLimits::Verdict::TooManyAtOnce) return tooManyLoginsAtOnce();
    if (answer.verdict == LoginLimits::Verdict::TooEarly) return tooManyTries(answer.retryAfterSeconds);
    limits_.end(peer, LoginLimits::Outcome::Wrong);
    return wrongToken();
}

bool Logon::isToken(std::string_view token) const {
    return tokens_.find(token, std::chrono::sys_seconds(std::chrono::seconds(clock_.now().seconds)))
        .has_value();
}

HttpResponse Logon::sessionAnswer(bool isLoggedIn, const std::string& csrfToken) const {
    base::JsonWriter json;
    json.beginObject()
        .member("isLoggedIn", isLoggedIn)
        .member("needsPassword", hasPassword())
        .member("csrfToken", csrfToken)
        .endObject();
    api::Answer answer;
    answer.body = json.text();
    return apiResponse(answer);
}

HttpResponse Logon::show(const Visitor& visitor) const {
    return sessionAnswer(!visitor.sessionId.empty(), visitor.csrfToken);
}

HttpResponse Logon::logIn(const HttpRequest& request, const Peer& peer) {
    SecretText given;
    const auto object = objectOf(request, {"password"});
    if (object) given.value = object->text("password").value_or("");
    if (!object || !object->text("password")) return refused(jsonNeeded("it has no 'password', or more"));
    const auto hash = password();
    if (!hash) return refused(noPasswordYet());
    if (auto refusal = check(given.value, *hash, peer)) return refused(*refusal);
    const Sessions::Opened opened = sessions_.open();
    // It may have been changed, and all sessions ended, while this one was checked against the old one.
    if (password() != hash) {
        sessions_.end(opened.id);
        return refused(wrongPassword());
    }
    unlock(given.value);
    HttpResponse response = sessionAnswer(true, opened.csrfToken);
    addHeader(response, "Set-Cookie", cookie(opened.id, peer));
    return response;
}

HttpResponse Logon::logOut(const Visitor& visitor, const Peer& peer) {
    sessions_.end(visitor.sessionId);
    HttpResponse response = nothingSaid();
    addHeader(response, "Set-Cookie", cookie({}, peer));
    return response;
}

HttpResponse Logon::setPassword(const HttpRequest& request, const Visitor& visitor, const Peer& peer) {
    if (!visitor.mayUse) return refused(loginNeeded());
    SecretText current;
    SecretText wanted;
    const auto object = objectOf(request, {"current", "new"});
    if (!object || !object->text("new"))
        return refused(jsonNeeded("it has no 'new', or more than 'current'"));
    wanted.value = *object->text("new");
    current.value = object->text("current").value_or("");
    const auto before = password();
    if (before) {
        if (auto refusal = check(current.value, *before, peer)) return refused(*refusal);
    }
    if (!replacePassword(before, current.value, wanted.value)) return refused(wrongPassword());
    sessions_.endOthers(visitor.sessionId);
    HttpResponse response = nothingSaid();
    if (visitor.sessionId.empty()) addHeader(response, "Set-Cookie", cookie(sessions_.open().id, peer));
    changed_();
    return response;
}

/// False when somebody else has set another one meanwhile: who did not know that one may not replace it.
bool Logon::replacePassword(const std::optional<config::PasswordHash>& before, const std::string& current,
                            const std::string& wanted) {
    const auto hash = config::PasswordHash::of(wanted);
    const std::lock_guard changing(changing_);
    bool isChanged = false;
    file_.update([&](config::AgentSettings& settings) {
        isChanged = settings.password == before;
        if (!isChanged) return;
        settings.password = hash;
        // What is encrypted under the password stays readable: one write changes both.
        config::resealUnlockKey(settings, current, wanted);
    });
    if (!isChanged) return false;
    const std::lock_guard lock(mutex_);
    password_ = hash;
    return true;
}

void Logon::unlock(const std::string& given) {
    if (keeper_ == nullptr) return;
    const auto seal = file_.read().unlockSeal;
    if (auto key = seal ? seal->open(given) : std::nullopt) keeper_->take(*key);
}

void Logon::takeOverFile() {
    const std::lock_guard changing(changing_);
    const config::AgentSettings settings = file_.read();
    const auto& found = settings.password;
    {
        const std::lock_guard lock(mutex_);
        awaitsActivation_ = settings.awaitsActivation();
        if (password_ == found) return;
        password_ = found;
    }
    sessions_.endAll();
}

std::optional<Refusal> Logon::check(const std::string& given, const config::PasswordHash& hash,
                                    const Peer& peer) {
    if (auto refusal = refusalOf(limits_.begin(peer))) return refusal;
    LoginLimits::Outcome outcome = LoginLimits::Outcome::NotLookedAt;
    try {
        const bool isRight = given.size() <= config::kMostPasswordBytes && hash.matches(given);
        outcome = isRight ? LoginLimits::Outcome::Right : LoginLimits::Outcome::Wrong;
    } catch (...) {
        limits_.end(peer, outcome);
        throw;
    }
    limits_.end(peer, outcome);
    if (outcome == LoginLimits::Outcome::Right) return std::nullopt;
    return wrongPassword();
}

std::string Logon::cookie(const std::string& value, const Peer& peer) const {
    return cookieName_ + '=' + value + "; Path=/; HttpOnly; SameSite=Strict" +
           (peer.isTls ? "; Secure" : "") + (value.empty() ? "; Max-Age=0" : "");
}

}  // namespace web
