// SPDX-License-Identifier: Apache-2.0
// signature.hpp: AWS Signature Version 4: proves a request's origin without sending the secret.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "agent/s3/settings.hpp"
#include "platform/base/bytes.hpp"
#include "platform/clock.hpp"

namespace s3 {

/// What a signature covers.
struct SignedParts {
    std::string method;
    std::string path;                            // encoded, begins with '/'
    std::map<std::string, std::string> query;    // not encoded
    std::map<std::string, std::string> headers;  // names in lower case
    std::string payloadHash;                     // hex SHA-256 of the body
};

/// The value of the Authorization header. `dateTime` is what amzDate() makes and the header x-amz-date says.
std::string authorization(const SignedParts& parts, const Credentials& credentials, std::string_view dateTime,
                          std::string_view region, std::string_view service = "s3");

/// "20261124T015045Z".
std::string amzDate(platform::Timestamp time);

/// Percent-encodes everything but letters, digits, "-._~" and, in a path, '/'.
std::string encodePath(std::string_view path);
std::string encodeQueryPart(std::string_view text);

/// "a=1&b=2", encoded and sorted.
std::string canonicalQuery(const std::map<std::string, std::string>& query);

using Sha256 = base::Secret<32>;
Sha256 sha256(base::ByteView bytes);
std::string encodeBase64(base::ByteView bytes);

}  // namespace s3
