// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/client.hpp"

#include <algorithm>
#include <optional>

#include "agent/s3/signature.hpp"
#include "agent/s3/xml_answer.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace s3 {

namespace {

// A server that was never reached is more likely misspelt than down, so the first request gives up early.
constexpr std::chrono::milliseconds kUnreachedLimit{15'000};
// One that never answered may speak another language: TLS, or no HTTP at all.
constexpr std::chrono::milliseconds kUnansweredLimit{60'000};
constexpr std::chrono::milliseconds kLimit{300'000};

/// The server's own words, in as far as they are fit to be shown.
std::string wordsOf(const ErrorAnswer& answer, int status) {
    const std::string code = answer.code.empty() ? "HTTP " + std::to_string(status) : answer.code;
    return base::printable(code.substr(0, 100));
}

base::Error denied(const Call& call, const std::string& words) {
    if (call.method == "DELETE" && call.query.empty()) {
        return {
            base::ErrorKind::Denied, "BUCKET-0013",
            "The access key may not delete objects, or a lock holds them (" + words + ")",
            "Nothing that is in use was lost. Prune with a key that has the right s3:DeleteObject, and once "
            "the bucket's object lock has run out.",
            base::Retry::AfterFix};
    }
    return {base::ErrorKind::Denied, "BUCKET-0012",
            "The access key lacks a right for this bucket (" + words + ")",
            "Give it the rights that agent/s3/README.md lists.", base::Retry::AfterFix};
}

bool isRedirection(int status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The server of a URL, fit to be shown: without user, password, path and query. Empty for anything else.
std::string serverOf(std::string_view url) {
    const std::size_t slashes = url.find("://");
    if (slashes == std::string_view::npos) return {};
    const std::string_view scheme = url.substr(0, slashes);
    if (scheme != "http" && scheme != "https") return {};
    std::string_view host = url.substr(slashes + 3);
    host = host.substr(0, host.find_first_of("/?#\\"));
    const std::size_t at = host.rfind('@');
    if (at != std::string_view::npos) host.remove_prefix(at + 1);
    if (host.empty()) return {};
    return std::string(scheme) + "://" + base::printable(std::string(host.substr(0, 200)));
}

/// The Error of an answer that sends us elsewhere: to another region if it says so, or to another server.
std::optional<base::Error> redirectionOf(const Settings& settings, const ErrorAnswer& said,
                                         const HttpAnswer& answer) {
    const auto isAnyOf = [&](std::initializer_list<std::string_view> codes) {
        return std::find(codes.begin(), codes.end(), said.code) != codes.end();
    };
    const bool isRedirected = isRedirection(answer.status);
    const std::string told = said.region.empty() ? answer.header("x-amz-bucket-region") : said.region;
    if ((isRedirected && !told.empty()) || isAnyOf({"PermanentRedirect", "AuthorizationHeaderMalformed",
                                                    "IllegalLocationConstraintException", "InvalidRegion"})) {
        const std::string region = base::printable(told.substr(0, 64));
        return base::Error(base::ErrorKind::Invalid, "BUCKET-0008",
                           "The bucket '" + settings.bucket + "' is not in the region '" + settings.region +
                               "' (" + wordsOf(said, answer.status) + ")",
                           region.empty()
                               ? "Give --region, and the --endpoint that belongs to it."
                               : "Give --region " + region + ", and the --endpoint that belongs to it.");
    }
    if (!isRedirected) return std::nullopt;
    const std::string server = serverOf(answer.header("location"));
    return base::Error(base::ErrorKind::Invalid, "BUCKET-0024",
                       "The server " + settings.endpoint.url() + " sends us to " +
                           (server.empty() ? "another page" : server) + " (" + wordsOf(said, answer.status) +
                           ")",
                       server.empty() ? "Is it an S3 server? Name the one that is with --endpoint."
                                      : "If that is the S3 server, name it with --endpoint.");
}

}  // namespace

base::Error errorOf(const Settings& settings, const Call& call, const HttpAnswer& answer) {
    using base::ErrorKind;
    const ErrorAnswer said = parseErrorAnswer(base::asText(answer.body));
    const std::string words = wordsOf(said, answer.status);
    const auto is = [&](std::string_view code) { return said.code == code; };
    if (is("RequestTimeTooSkewed") || is("RequestExpired")) {
        return {ErrorKind::Denied, "BUCKET-0007",
                "The server's clock and this machine's differ too much (" + words + ")",
                "Set this machine's clock: signatures are good for fifteen minutes only."};
    }
    if (auto error = redirectionOf(settings, said, answer)) return *error;
    if (is("InvalidAccessKeyId") || is("InvalidClientTokenId")) {
        return {ErrorKind::Denied, "BUCKET-0009", "The server does not know the access key (" + words + ")",
                "Check HBR_S3_ACCESS_KEY_ID or the file of --access-key-file, then connect the vault again."};
    }
    if (is("SignatureDoesNotMatch") || is("ExpiredToken") || is("InvalidToken")) {
        return {
            ErrorKind::Denied, "BUCKET-0010",
            "The secret of the access key, or its session token, is wrong or has run out (" + words + ")",
            "Check HBR_S3_SECRET_ACCESS_KEY and HBR_S3_SESSION_TOKEN or the file of --access-key-file, then "
            "connect the vault again."};
    }
    if (is("NoSuchBucket")) {
        return {ErrorKind::NotFound, "BUCKET-0011",
                "There is no bucket '" + settings.bucket + "' on " + settings.endpoint.url(),
                "Make the bucket, or correct its name or the endpoint."};
    }
    if (is("NoSuchUpload") || (answer.status == 404 && call.query.contains("uploadId"))) {
        return {ErrorKind::Unavailable, "BUCKET-0025",
                "Somebody else ended an upload into the bucket '" + settings.bucket +
                    "' before it was whole (" + words + ")",
                "Run it again: what was stored is safe. Does a rule of the bucket remove unfinished uploads "
                "early?"};
    }
    if (answer.status == 401 || answer.status == 403) return denied(call, words);
    if (canRetryStatus(answer.status, said.code)) {
        return {ErrorKind::Unavailable, "BUCKET-0014",
                "The server " + settings.endpoint.url() + " is overloaded or out of order (" + words + ")",
                "Try again later. What was stored is safe.", base::Retry::Later};
    }
    if (answer.status == 507 || is("QuotaExceeded") || is("XMinioStorageFull") ||
        is("QuotaExceededException")) {
        return {ErrorKind::Exhausted, "BUCKET-0015",
                "The bucket '" + settings.bucket + "' is full (" + words + ")",
                "Make room, or raise its quota. What was stored is safe."};
    }
    return {answer.status == 501 ? ErrorKind::Unsupported : ErrorKind::Unavailable, "BUCKET-0016",
            "The server " + settings.endpoint.url() + " refused " + call.method + " with " + words,
            "It may not speak all of S3 that is needed: agent/s3/README.md lists that."};
}

Client::Client(Settings settings, Credentials credentials, std::unique_ptr<HttpTransport> transport,
               const platform::Clock& clock, RetryWorld world)
    : settings_(std::move(settings)),
      credentials_(std::move(credentials)),
      transport_(std::move(transport)),
      clock_(clock),
      world_(std::move(world)) {}

HttpRequest Client::sign(const Call& call) const {
    SignedParts parts;
    parts.method = call.method;
    const bool isPath = settings_.addressing == Addressing::Path;
    parts.path = (isPath ? '/' + settings_.bucket : std::string()) + '/' + encodePath(call.key);
    if (isPath && call.key.empty()) parts.path.pop_back();
    parts.query = call.query;
    parts.headers = call.headers;
    const Sha256 hash = sha256(call.body);
    parts.payloadHash = base::encodeHex(hash.view());
    const std::string dateTime = amzDate(clock_.now());
    parts.headers["host"] = (isPath ? "" : settings_.bucket + '.') + settings_.endpoint.authority();
    parts.headers["x-amz-date"] = dateTime;
    parts.headers["x-amz-content-sha256"] = parts.payloadHash;
    if (call.method == "PUT") parts.headers["x-amz-checksum-sha256"] = encodeBase64(hash.view());
    if (!credentials_.sessionToken.empty()) {
        parts.headers["x-amz-security-token"] = std::string(base::asText(credentials_.sessionToken.view()));
    }
    HttpRequest request{call.method, parts.path, parts.headers, call.body};
    if (!call.query.empty()) request.target += '?' + canonicalQuery(call.query);
    request.headers["authorization"] = authorization(parts, credentials_, dateTime, settings_.region);
    return request;
}

bool Client::isThere(const std::string& key) {
    try {
        return transport_->send(sign({"HEAD", key, {}, {}, {}, 0}), 0).status == 200;
    } catch (const base::Error& error) {
        if (error.retry() != base::Retry::Later) throw;
        return false;  // not known; the creation itself will tell
    }
}

HttpAnswer Client::send(const Call& call, std::initializer_list<int> accepted) {
    RetryPolicy policy(world_);
    for (;;) {
        std::optional<base::Error> failure;
        bool brokeOff = false;
        try {
            // Signed anew each time: a signature that waited may be too old.
            HttpAnswer answer = transport_->send(sign(call), call.limitBytes);
            wasAnswered_ = true;
            const bool isWanted =
                (answer.status >= 200 && answer.status < 300) ||
                std::find(accepted.begin(), accepted.end(), answer.status) != accepted.end();
            // Long work is answered with success before it is done, and may then fail for a while only.
            const bool isLong = call.method == "POST" && answer.status == 200;
            if (isWanted && !isLong) return answer;
            const ErrorAnswer said = parseErrorAnswer(base::asText(answer.body));
            const bool canRetry = canRetryStatus(answer.status, said.code);
            if (isWanted && !canRetry) return answer;
            failure = errorOf(settings_, call, answer);
            if (!canRetry) throw base::Error(*failure);
        } catch (const base::Error& error) {
            if (error.retry() != base::Retry::Later) throw;
            failure = error;
            brokeOff = error.code() != kUnreachedCode;
            if (brokeOff) wasReached_ = true;
        }
        const auto limit = wasAnswered_ ? kLimit : (wasReached_ ? kUnansweredLimit : kUnreachedLimit);
        if (!policy.waitForNext(limit)) throw base::Error(*failure);
        if (brokeOff && call.isCreate && isThere(call.key)) return {412, {}, {}, false};
    }
}

void Client::failOnAnswer(const char* what) const {
    throw base::Error(
        base::ErrorKind::Unavailable, "BUCKET-0017",
        "The server " + settings_.endpoint.url() + " answered " + what + " with what makes no sense",
        "Is it an S3 server, and does no proxy change what it says?", base::Retry::Later);
}

}  // namespace s3
