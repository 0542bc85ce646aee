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
#include "platform/base/text.hpp"
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
    bool isCreate = false;                     // a PUT that must find its name free, or else gets 412
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
    ///
    /// A creation that broke off is tried again only if the name is still free; if not, the answer is 412. A
    /// server that knows so from the header may close the connection on the body, and whether its answer
    /// gets through is left to chance: with a large body it may be lost each time.
    HttpAnswer send(const Call& call, std::initializer_list<int> accepted = {});

    /// The same for an answer that must be read: `parse` gives nothing for one that is cut or makes no
    /// sense, which is asked for again a few times. `what` names the request in Error (Unavailable,
    /// "BUCKET-0017").
    template <class Parse>
    auto sendAndParse(const Call& call, const char* what, Parse parse) {
        RetryPolicy policy(world_);
        for (;;) {
            const HttpAnswer answer = send(call);
            if (auto parsed = parse(base::asText(answer.body))) return std::move(*parsed);
            if (!policy.waitForNext(std::chrono::milliseconds::zero())) failOnAnswer(what);
        }
    }

    [[noreturn]] void failOnAnswer(const char* what) const;

    /// Lets all requests end soon with Error (Cancelled).
    void close() noexcept { transport_->close(); }

    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

private:
    [[nodiscard]] HttpRequest sign(const Call& call) const;
    [[nodiscard]] bool isThere(const std::string& key);

    const Settings settings_;
    const Credentials credentials_;
    const std::unique_ptr<HttpTransport> transport_;
    const platform::Clock& clock_;
    const RetryWorld world_;
    std::atomic<bool> wasAnswered_ = false;  // any request so far
    std::atomic<bool> wasReached_ = false;   // by any request so far
};

}  // namespace s3
