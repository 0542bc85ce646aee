// SPDX-License-Identifier: Apache-2.0
// request.hpp: what is asked of the API and what it answers, whoever brought it: the page's server or the
// command line.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "agent/config/token_book.hpp"

namespace api {

enum class Method { Get, Post, Put, Delete };

/// Whoever asks has been let in already.
struct Request {
    Method method = Method::Get;
    std::string path;                            // decoded, without the query: "/api/v1/plans"
    std::map<std::string, std::string> query;    // decoded
    std::string body;                            // JSON; empty when there is none
    config::Scope scope = config::Scope::Admin;  // what whoever asks may do
    std::string ifNoneMatch;                     // the ETag that the caller has; empty for none
};

struct Answer {
    int status = 200;  // as HTTP has it
    std::string contentType = "application/json";
    std::string body;
    std::string location;  // of what was made; else empty
    std::string etag;      // of answers that are worth keeping; else empty
};

}  // namespace api
