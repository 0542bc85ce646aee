// SPDX-License-Identifier: Apache-2.0
#include "agent/api/api.hpp"

#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/api/call.hpp"
#include "agent/api/problem.hpp"
#include "agent/catalogue/refusal.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

constexpr std::string_view kRoot = "/api/v1";

/// What stands for {...}, in order; nothing when the path is another one.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
    std::vector<std::string> values;
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = pattern.substr(0, pattern.find('/', 1));
        const std::string_view segment = path.substr(0, path.find('/', 1));
        if (wanted.starts_with("/{")) {
            if (segment.size() < 2) return std::nullopt;
            values.emplace_back(segment.substr(1));
        } else if (wanted != segment) {
            return std::nullopt;
        }
        pattern.remove_prefix(wanted.size());
        path.remove_prefix(segment.size());
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return values;
}

struct Found {
    Handler handler;
    std::vector<std::string> fromPath;
    config::Scope scope;
};

/// Routes are in an order in which the first that fits counts. Throws Error (NotFound, "API-0001"),
/// (Unsupported, "API-0002") when the path takes other methods alone.
Found find(const Request& request) {
    bool isPathKnown = false;
    std::string_view path = request.path;
    if (path.starts_with(kRoot)) {
        path.remove_prefix(kRoot.size());
        for (const Route& route : routes()) {
            auto fromPath = match(route.path, path);
            if (!fromPath) continue;
            if (route.method == request.method) return {route.handler, std::move(*fromPath), route.scope};
            isPathKnown = true;
        }
    }
    if (isPathKnown) {
        throw base::Error(base::ErrorKind::Unsupported, "API-0002",
                          "'" + base::printable(request.path) + "' cannot be asked for in this way",
                          "agent/doc/openapi.json tells which methods it takes.", base::Retry::Never);
    }
    throw base::Error(base::ErrorKind::NotFound, "API-0001",
                      "There is nothing at '" + base::printable(request.path) + "'",
                      "agent/doc/openapi.json tells what there is.", base::Retry::Never);
}

void requireScope(config::Scope has, config::Scope needed) {
    if (config::covers(has, needed)) return;
    throw base::Error(base::ErrorKind::Denied, "API-0006",
                      std::string("This token is for '") + toString(has) + "' alone, and this needs '" +
                          toString(needed) + "'",
                      "Use a token that may do it; 'hbr token create' makes one.", base::Retry::AfterFix);
}

/// Whoever has the same answer already is told so instead.
Answer withTag(Answer answer, const Request& request) {
    if (answer.status != 200) return answer;
    std::array<base::Byte, EVP_MAX_MD_SIZE> digest{};
    unsigned digestBytes = 0;
    EVP_Digest(answer.body.data(), answer.body.size(), digest.data(), &digestBytes, EVP_sha256(), nullptr);
    answer.etag = '"' + base::encodeHex(base::ByteView(digest).first(16)) + '"';
    if (answer.etag == request.ifNoneMatch) {
        answer.status = 304;
        answer.body.clear();
    }
    return answer;
}

}  // namespace

class Api::Implementation final {
public:
    explicit Implementation(ApiParts parts) : parts_(std::move(parts)) {}

    Answer answer(const Request& request) {
        const Found found = find(request);
        requireScope(request.scope, found.scope);
        const std::chrono::sys_seconds now{std::chrono::seconds(parts_.clock.now().seconds)};
        const platform::TimeZone zone = timeZone();
        auto catalogue = take();
        Answer answer = found.handler({request, found.fromPath, parts_, *catalogue, now, zone});
        // One with which something went wrong is not used again: its file may have been moved away.
        giveBack(std::move(catalogue));
        return request.method == Method::Get ? withTag(std::move(answer), request) : answer;
    }

private:
    /// As it was at most a minute ago: to find it out takes longer than most answers.
    platform::TimeZone timeZone() {
        const std::lock_guard lock(mutex_);
        const std::chrono::nanoseconds now = parts_.clock.steady();
        if (!zoneFrom_ || now - *zoneFrom_ > std::chrono::minutes(1)) {
            zone_ = parts_.timeZone();
            zoneFrom_ = now;
        }
        return zone_;
    }

    /// A connection to the catalogue for one request: each thread needs its own, and opening takes longer
    /// than most answers.
    std::unique_ptr<catalogue::Catalogue> take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto catalogue = std::move(idle_.back());
                idle_.pop_back();
                return catalogue;
            }
        }
        return std::make_unique<catalogue::Catalogue>(parts_.fileSystem,
                                                      parts_.stateFolder + "/catalogue.db");
    }

    void giveBack(std::unique_ptr<catalogue::Catalogue> catalogue) {
        const std::lock_guard lock(mutex_);
        if (idle_.size() < kMostIdle) idle_.push_back(std::move(catalogue));
    }

    static constexpr std::size_t kMostIdle = 8;

    const ApiParts parts_;
    std::mutex mutex_;  // guards what follows
    std::vector<std::unique_ptr<catalogue::Catalogue>> idle_;
    platform::TimeZone zone_;
    std::optional<std::chrono::nanoseconds> zoneFrom_;
};

Api::Api(ApiParts parts) : implementation_(std::make_unique<Implementation>(std::move(parts))) {}
Api::~Api() = default;

Answer Api::handle(const Request& request) noexcept {
    try {
        return implementation_->answer(request);
    } catch (const catalogue::Refusal& refusal) {
        return refusedFields(refusal, refusal.fields());
    } catch (...) {
        return problem(base::currentError());
    }
}

}  // namespace api
