// SPDX-License-Identifier: Apache-2.0
#include "agent/web/probe.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/Timespan.h>

#include "agent/config/agent_settings.hpp"
#include "agent/json/json_object.hpp"
#include "agent/web/network_use.hpp"

namespace web {

namespace {

constexpr int kSeconds = 5;
/// More is not read of an answer whose end does not come.
constexpr std::size_t kMostBytes = 64 * 1024;

std::string bodyOf(std::istream& stream) {
    std::string body(kMostBytes, '\0');
    stream.read(body.data(), static_cast<std::streamsize>(body.size()));
    body.resize(static_cast<std::size_t>(stream.gcount()));
    return body;
}

}  // namespace

std::optional<std::string> versionOnPort(std::uint16_t port) {
    using Poco::Net::HTTPRequest;
    using Poco::Net::HTTPResponse;
    const NetworkUse network;
    try {
        Poco::Net::HTTPClientSession session(config::kLoopback, port);
        session.setProxyConfig({});
        session.setTimeout(Poco::Timespan(kSeconds, 0));
        HTTPRequest request(HTTPRequest::HTTP_GET, "/api/v1/version", HTTPRequest::HTTP_1_1);
        session.sendRequest(request);
        HTTPResponse response;
        const auto answer = json::JsonObject::parse(bodyOf(session.receiveResponse(response)));
        if (!answer) return std::nullopt;
        if (response.getStatus() == HTTPResponse::HTTP_OK) return answer->text("version");
        // The page asks for its password, or is busy with others: it answers.
        const bool isOurs = answer->text("code").value_or("").starts_with("WEB-");
        return isOurs ? std::optional<std::string>(std::in_place) : std::nullopt;
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

}  // namespace web
