// SPDX-License-Identifier: Apache-2.0
// transport.hpp: carries one HTTP request to the server and its answer back.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/s3/settings.hpp"
#include "platform/base/bytes.hpp"
#include "platform/base/rate_limiter.hpp"

namespace s3 {

struct HttpRequest {
    std::string method;
    std::string target;                          // path and query, encoded
    std::map<std::string, std::string> headers;  // names in lower case; without content-length
    base::ByteView body;
};

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    base::Bytes body;                            // whole; empty when isTooLarge
    bool isTooLarge = false;                     // more than the limit was to come

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

/// The code of the Error for a server to which there was no connection.
inline constexpr const char* kUnreachedCode = "BUCKET-0004";

/// Thread-safe. Tries once; who calls decides whether to try again.
class HttpTransport {
public:
    virtual ~HttpTransport() = default;

    /// Throws Error with Retry::Later when no connection was made (kUnreachedCode), or when the request or
    /// its answer did not get through ("BUCKET-0021"), in which case the server may have done what was asked;
    /// and with Retry::AfterFix when the server's certificate is not to be trusted ("BUCKET-0005") or the
    /// proxy does not let us through ("BUCKET-0022").
    virtual HttpAnswer send(const HttpRequest& request, std::size_t limitBytes) = 0;

    /// Lets those who wait in send(), and all who come later, end soon with Error (Cancelled, "BASE-0004").
    virtual void close() noexcept {}
};

/// Over TCP or TLS, with connections kept open and shared by all threads. The bodies of requests and answers
/// keep to the limits, piece by piece, so that a time-out only ever ends a connection that is silent. The
/// login, if any, is told to the proxy and to nobody else.
std::unique_ptr<HttpTransport> makeHttpTransport(const Settings& settings,
                                                 const std::optional<ProxyLogin>& login = {},
                                                 base::TransferLimits limits = {});

}  // namespace s3
