// SPDX-License-Identifier: Apache-2.0
// no_transport.cpp: stands in where the program is built without POCO's HTTP client.
#include "agent/s3/transport.hpp"
#include "platform/base/error.hpp"

namespace s3 {

std::unique_ptr<HttpTransport> makeHttpTransport(const Settings& /*settings*/,
                                                 const std::optional<ProxyLogin>& /*login*/,
                                                 base::TransferLimits /*limits*/) {
    throw base::Error(base::ErrorKind::Unsupported, "BUCKET-0018", "This build cannot reach S3 servers",
                      "Use a build with POCO's NetSSL library, or a vault in a folder.", base::Retry::Never);
}

}  // namespace s3
