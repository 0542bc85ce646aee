// SPDX-License-Identifier: Apache-2.0
#include "agent/web/http_message.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timestamp.h>

#include <algorithm>

namespace web {

HttpRequest::~HttpRequest() {
    base::wipe(body.data(), body.size());
    for (auto& [name, value] : headers) base::wipe(value.data(), value.size());
}

std::string_view HttpRequest::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [name](const auto& field) { return field.first == name; });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::size_t HttpRequest::headerCount(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(),
                                                  [name](const auto& field) { return field.first == name; }));
}

void addHeader(HttpResponse& response, std::string name, std::string value) {
    std::replace_if(
        value.begin(), value.end(), [](unsigned char letter) { return letter < 0x20 || letter == 0x7F; },
        ' ');
    response.headers.emplace_back(std::move(name), std::move(value));
}

std::string wireText(const HttpResponse& response, bool keepsAlive) {
    using Poco::Net::HTTPResponse;
    const std::string reason =
        HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(response.status));
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ' + reason + "\r\n";
    text += "Date: " + Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT);
    text += "\r\n";
    for (const auto& [name, value] : response.headers) text.append(name).append(": ").append(value) += "\r\n";
    const bool mayHaveBody = response.status != 204 && response.status != 304;
    if (mayHaveBody) text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    text += keepsAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    if (mayHaveBody && response.hasBody) text += response.body;
    return text;
}

}  // namespace web
