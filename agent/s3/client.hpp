// SPDX-License-Identifier: Apache-2.0
// client.hpp: signs requests to one bucket, sends them, tries again, and turns refusals into Errors.
#pragma once

#include <atomic>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>

#include "agent/s3/retry_policy.hpp"
#include "agent/s3/settings.hpp"
#include "agent/s3/transport.hpp"
#include "platform/clock.hpp"

namespace s3 {

/// One request to the bucket.
struct Call {
    std::string method;
    std::string key;  // of an object, the prefix included; empty for the bucket itself
    std::map<std::string, std::string> query;
    std::map<std::string, std::string> headers;  // beyond host, date, hash and length
    base::ByteView body;
    std::size_t limitBytes = 16 * base::kMiB;  // most that the answer's body may have
};

/// The Error for an answer that refuses. `call` names what was asked.
base::Error errorOf(const Settings& settings, const Call& call, const HttpAnswer& answer);

/// Thread-safe.
class Client final {
public:
    Client(Settings settings, Credentials credentials, std::unique_ptr<HttpTransport> transport,
           const platform::Clock& clock, RetryWorld world);

    /// Sends until there is an answer that is worth having: any of 2xx, or a status among `accepted`. Throws
    /// errorOf() any other, what the transport throws once the time for tries is over, or Error (Cancelled).
    HttpAnswer send(const Call& call, std::initializer_list<int> accepted = {});

    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

private:
    [[nodiscard]] HttpRequest sign(const Call& call) const;

    const Settings settings_;
    const Credentials credentials_;
    const std::unique_ptr<HttpTransport> transport_;
    const platform::Clock& clock_;
    const RetryWorld world_;
    std::atomic<bool> wasAnswered_ = false;
};

}  // namespace s3
