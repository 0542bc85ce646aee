// SPDX-License-Identifier: Apache-2.0
// request_reader.hpp: makes requests out of bytes, however they are cut into pieces.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/web/http_message.hpp"
#include "agent/web/refusal.hpp"
#include "platform/base/bytes.hpp"

namespace web {

inline constexpr std::size_t kMostHeadBytes = 16 * base::kKiB;
inline constexpr std::size_t kMostBodyBytes = base::kMiB;

/// Of a request of whoever is not known: enough to log in, and for a certificate of any size.
inline constexpr std::size_t kMostStrangersBodyBytes = 96 * base::kKiB;

/// Judges a request by its head alone, before its body is read: nothing when the body may come.
using HeadJudge = std::function<std::optional<Refusal>(const HttpRequest& head)>;

/// Collects the bytes of one connection. Holds a head and a body at most, and what came behind them in the
/// same piece. After a refusal the connection is of no more use, for nobody knows where a next request
/// begins. Not thread-safe.
class RequestReader final {
public:
    RequestReader() = default;
    /// Bodies of more than kMostStrangersBodyBytes are read only of requests that pass.
    explicit RequestReader(HeadJudge judge) : judge_(std::move(judge)) {}
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;
    ~RequestReader() { base::wipe(buffer_.data(), buffer_.size()); }

    void add(std::string_view bytes);

    struct Outcome {
        std::optional<HttpRequest> request;
        std::optional<Refusal> refusal;  // neither: more is needed
    };

    /// The next request, once it is whole.
    [[nodiscard]] Outcome next();

    /// True while a part of a request has arrived.
    [[nodiscard]] bool hasBegun() const noexcept { return head_ || !buffer_.empty(); }

    /// True between the head of a request and the end of its body.
    [[nodiscard]] bool awaitsBody() const noexcept { return head_.has_value(); }

    /// True once for each request that waits to be told that its body is welcome.
    [[nodiscard]] bool takeContinue() noexcept;

private:
    [[nodiscard]] std::optional<Refusal> readHead();
    void drop(std::size_t bytes);

    const HeadJudge judge_;
    std::string buffer_;
    std::size_t searched_ = 0;  // no head ends before it
    std::optional<HttpRequest> head_;
    std::size_t bodyBytes_ = 0;  // of the request that head_ begins
    bool wantsContinue_ = false;
    bool mayHaveEmptyLine_ = true;  // one before each request; some clients send it behind a body
};

}  // namespace web
