// SPDX-License-Identifier: Apache-2.0
#include "agent/web/site.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/api/problem.hpp"
#include "agent/web/answers.hpp"
#include "platform/base/text.hpp"

namespace web {

namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kSession = "/api/v1/session";
constexpr std::string_view kMetrics = "/metrics";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kPassword = "/api/v1/password";
constexpr std::string_view kRegistration = "/api/v1/registration";
constexpr std::string_view kActivation = "/api/v1/activation";

std::optional<api::Method> methodOf(const std::string& name) {
    if (name == "GET" || name == "HEAD") return api::Method::Get;
    if (name == "POST") return api::Method::Post;
    if (name == "PUT") return api::Method::Put;
    if (name == "DELETE") return api::Method::Delete;
    return std::nullopt;
}

bool isPlainText(std::string_view text) {
    return base::isUtf8(text) && std::none_of(text.begin(), text.end(), [](unsigned char letter) {
               return letter < 0x20 || letter == 0x7F;
           });
}

/// Path and query of a target such as "/x%20y?a=b"; false for anything else.
bool readTarget(const std::string& target, api::Request& asked) {
    if (!target.starts_with('/') || target.find('#') != std::string::npos) return false;
    const std::size_t mark = target.find('?');
    try {
        Poco::URI::decode(target.substr(0, mark), asked.path);
        Poco::URI uri;
        if (mark != std::string::npos) uri.setRawQuery(target.substr(mark + 1));
        for (auto& [name, value] : uri.getQueryParameters()) asked.query[name] = value;
    } catch (const Poco::Exception&) {
        return false;
    }
    return isPlainText(asked.path);
}

/// What browsers tell of the page that a request comes from; other programs tell nothing.
bool isFromElsewhere(const HttpRequest& request) {
    const std::string_view site = request.header("sec-fetch-site");
    return !site.empty() && site != "same-origin" && site != "none";
}

/// A console is a program, and has no page from which something could be sent by accident; browsers tell of
/// theirs with each change.
bool isFromBrowser(const HttpRequest& request) {
    return request.headerCount("origin") != 0 || !request.header("sec-fetch-site").empty();
}

/// Forms of other pages can send some types without being asked, but not this one.
bool isJson(const HttpRequest& request) {
    return request.body.empty() || request.header("content-type").starts_with("application/json");
}

}  // namespace

Site::Site(ApiHandler handler, std::span<const PageFile> files, HostRules hosts, Logon& logon)
    : handler_(std::move(handler)), files_(files), hosts_(std::move(hosts)), logon_(logon) {}

HttpResponse Site::answer(const HttpRequest& request, const Peer& peer) noexcept {
    HttpResponse response;
    try {
        response = judge(request, peer);
    } catch (...) {
        response = apiResponse(api::problem(base::currentError()));
    }
    response.hasBody = request.method != "HEAD";
    addSafetyHeaders(response);
    return response;
}

std::optional<Refusal> Site::judgeHead(const HttpRequest& head, const Peer& peer) noexcept {
    try {
        const std::string_view host = head.header("host");
        if (head.headerCount("host") != 1 || !hosts_.knowsHost(host, peer))
            return foreignHost(std::string(host));
        const std::string_view authorization = head.header("authorization");
        const bool isProgram =
            authorization.starts_with(kBearer) && logon_.isToken(authorization.substr(kBearer.size()));
        if (isProgram || logon_.visitorOf(head, peer).mayUse) return std::nullopt;
        return loginNeeded();
    } catch (...) {
        return loginNeeded();
    }
}

HttpResponse Site::judge(const HttpRequest& request, const Peer& peer) {
    const auto method = methodOf(request.method);
    if (!method) return refused(unknownMethod());
    const std::string_view host = request.header("host");
    if (request.headerCount("host") != 1 || !hosts_.knowsHost(host, peer)) {
        return refused(foreignHost(std::string(host)));
    }
    const std::string_view origin = request.header("origin");
    if (request.headerCount("origin") != 0 && !HostRules::isOwnOrigin(origin, host, peer)) {
        return refused(foreignOrigin(std::string(origin)));
    }
    api::Request asked;
    asked.method = *method;
    if (!readTarget(request.target, asked)) return refused(unreadableRequest("its address makes no sense"));
    const bool activates = asked.path == kActivation && asked.method == api::Method::Post;
    if (!peer.isLocal && !logon_.hasPassword() && activates != logon_.awaitsActivation())
        return refused(activationAlone());
    // Where scrapers look for them.
    if (asked.path == kMetrics) asked.path = std::string("/api/v1") + std::string(kMetrics);
    if (asked.path.starts_with(kApi)) return answerApi(request, asked, peer);
    if (asked.method != api::Method::Get) return refused(unknownMethod());
    return files_.get(asked.path, request);
}

HttpResponse Site::answerApi(const HttpRequest& request, api::Request& asked, const Peer& peer) {
    if (isFromElsewhere(request))
        return refused(foreignOrigin(std::string(request.header("sec-fetch-site"))));
    const std::string_view authorization = request.header("authorization");
    Visitor visitor;
    if (request.headerCount("authorization") == 0) {
        visitor = logon_.visitorOf(request, peer);
    } else {
        if (!authorization.starts_with(kBearer) || request.headerCount("authorization") != 1)
            return refused(wrongToken());
        auto judged = logon_.programOf(authorization.substr(kBearer.size()), peer);
        if (const auto* refusal = std::get_if<Refusal>(&judged)) return refused(*refusal);
        visitor = std::get<Visitor>(std::move(judged));
        // They are for people: a token begins no session and changes no password.
        if (asked.path == kSession || asked.path == kPassword) return refused(loginNeeded());
    }
    const bool activates = asked.path == kActivation && asked.method == api::Method::Post;
    const bool needsToken = !visitor.isProgram && !(activates && !isFromBrowser(request));
    if (needsToken && asked.method != api::Method::Get &&
        !isSameSecret(request.header("x-hbr-csrf"), visitor.csrfToken)) {
        // Who has no session learns that first: the token is told to whoever has one.
        return refused(visitor.mayUse || asked.path == kSession ? missingCsrfToken() : loginNeeded());
    }
    if (!isJson(request)) return refused(jsonNeeded("its Content-Type is not application/json"));
    if (asked.path == kSession) {
        if (asked.method == api::Method::Get) return logon_.show(visitor);
        if (asked.method == api::Method::Post) return logon_.logIn(request, peer);
        if (asked.method == api::Method::Delete) return logon_.logOut(visitor, peer);
        return refused(unknownMethod());
    }
    if (asked.path == kPassword) {
        if (asked.method == api::Method::Put) return logon_.setPassword(request, visitor, peer);
        return refused(unknownMethod());
    }
    if (!visitor.mayUse && !activates) return refused(loginNeeded());
    asked.scope = visitor.scope;
    const bool registers = asked.path == kRegistration && asked.method == api::Method::Post;
    if (activates || registers)
        return logon_.whenMayRegister(request, peer, [&] { return handOn(request, asked); });
    return handOn(request, asked);
}

HttpResponse Site::handOn(const HttpRequest& request, api::Request& asked) {
    asked.body = request.body;
    asked.ifNoneMatch = request.header("if-none-match");
    HttpResponse response = apiResponse(handler_(asked));
    base::wipe(asked.body.data(), asked.body.size());
    return response;
}

}  // namespace web
