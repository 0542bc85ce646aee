// SPDX-License-Identifier: Apache-2.0
// http_message.hpp: a request as it came and an answer as it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/bytes.hpp"

namespace web {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Wipes its body and its headers when it goes: passwords and sessions are in them.
struct HttpRequest {
    HttpRequest() = default;
    HttpRequest(const HttpRequest&) = delete;
    HttpRequest& operator=(const HttpRequest&) = delete;
    HttpRequest(HttpRequest&&) noexcept = default;
    HttpRequest& operator=(HttpRequest&&) noexcept = default;
    ~HttpRequest();

    std::string method;
    std::string target;  // as it came, such as "/api/v1/jobs?limit=5"
    Headers headers;     // names in lower case
    std::string body;
    bool keepsAlive = false;

    /// The first of that name (in lower case); empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::size_t headerCount(std::string_view name) const;
};

struct HttpResponse {
    int status = 200;
    Headers headers;
    std::string body;
    bool hasBody = true;  // false for what a HEAD is answered with: the body counts and is not sent
    bool closes = false;  // the connection does not go on after this answer
};

/// Adds a header; control characters, which would begin another one, become blanks.
void addHeader(HttpResponse& response, std::string name, std::string value);

/// The answer's bytes as they go over the wire, head and body.
std::string wireText(const HttpResponse& response, bool keepsAlive);

}  // namespace web
