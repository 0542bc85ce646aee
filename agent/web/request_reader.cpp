// SPDX-License-Identifier: Apache-2.0
#include "agent/web/request_reader.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "platform/base/text.hpp"

namespace web {

namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

bool isTokenLetter(char letter) noexcept {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
}

/// What is wrong with a line of a head behind the first; nothing when all readers read it alike.
const char* faultOfLine(std::string_view line) noexcept {
    const std::string_view name = line.substr(0, line.find(':'));
    if (name.empty() || name.size() == line.size() || !std::ranges::all_of(name, isTokenLetter))
        return "a line is no name with a value";
    return nullptr;
}

/// Lines that readers end, join or pass over in different ways would let a header be seen by one of two
/// alone. `head` ends with kEndOfHead.
const char* faultOfLines(std::string_view head) noexcept {
    bool isFirst = true;
    for (head.remove_suffix(2); !head.empty(); isFirst = false) {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size() + 2);
        const bool isPlain = std::ranges::none_of(
            line, [](unsigned char letter) { return (letter < 0x20 && letter != '\t') || letter == 0x7F; });
        if (!isPlain) return "a line holds control characters";
        if (isFirst) continue;
        if (const char* fault = faultOfLine(line)) return fault;
    }
    return nullptr;
}

/// Throws Poco::Exception for what is no head.
HttpRequest parsedHead(std::string_view text) {
    std::istringstream stream{std::string(text)};
    Poco::Net::HTTPRequest head;
    head.read(stream);
    HttpRequest request;
    request.method = head.getMethod();
    request.target = head.getURI();
    const std::string& version = head.getVersion();
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        throw Poco::SyntaxException("its version is not known");
    request.keepsAlive = head.getKeepAlive();
    for (const auto& [name, value] : head) request.headers.emplace_back(lowerCase(name), value);
    return request;
}

}  // namespace

void RequestReader::add(std::string_view bytes) { buffer_ += bytes; }

RequestReader::Outcome RequestReader::next() {
    if (!head_) {
        if (mayHaveEmptyLine_ && buffer_.starts_with("\r\n")) {
            mayHaveEmptyLine_ = false;
            drop(2);
        }
        if (auto refusal = readHead()) return {std::nullopt, std::move(refusal)};
    }
    if (!head_ || buffer_.size() < bodyBytes_) return {};
    Outcome outcome;
    outcome.request = std::move(head_);
    head_.reset();
    outcome.request->body = buffer_.substr(0, bodyBytes_);
    mayHaveEmptyLine_ = true;
    drop(bodyBytes_);
    wantsContinue_ = false;
    return outcome;
}

bool RequestReader::takeContinue() noexcept { return std::exchange(wantsContinue_, false); }

std::optional<Refusal> RequestReader::readHead() {
    const std::size_t end = buffer_.find(kEndOfHead, searched_);
    const std::size_t headBytes = end == std::string::npos ? buffer_.size() : end;
    if (headBytes > kMostHeadBytes) return headTooLarge();
    if (end == std::string::npos) {
        searched_ = buffer_.size() - std::min(buffer_.size(), kEndOfHead.size() - 1);
        return std::nullopt;
    }
    const auto head = std::string_view(buffer_).substr(0, end + kEndOfHead.size());
    if (const char* fault = faultOfLines(head)) return unreadableRequest(fault);
    try {
        head_ = parsedHead(head);
    } catch (const Poco::Exception& error) {
        return unreadableRequest(base::printable(error.displayText()));
    }
    drop(end + kEndOfHead.size());
    if (head_->headerCount("transfer-encoding") != 0) return lengthNeeded();
    // Two lengths would let two readers disagree on where the next request begins.
    if (head_->headerCount("content-length") > 1) return unreadableRequest("it has two lengths");
    const std::string_view told = head_->header("content-length");
    const auto length = head_->headerCount("content-length") == 0 ? std::optional<std::uint64_t>(0)
                                                                  : base::parseUnsigned(told);
    if (!length) return unreadableRequest("its length is no number");
    if (*length > kMostBodyBytes) return bodyTooLarge();
    if (*length > kMostStrangersBodyBytes && judge_) {
        if (auto refusal = judge_(*head_)) return refusal;
    }
    bodyBytes_ = static_cast<std::size_t>(*length);
    wantsContinue_ =
        bodyBytes_ > buffer_.size() && lowerCase(std::string(head_->header("expect"))) == "100-continue";
    return std::nullopt;
}

void RequestReader::drop(std::size_t bytes) {
    // What moves down leaves a copy behind where it was.
    base::wipe(buffer_.data(), bytes);
    const std::size_t before = buffer_.size();
    buffer_.erase(0, bytes);
    const std::size_t after = buffer_.size();
    buffer_.resize(before);
    base::wipe(buffer_.data() + after, before - after);
    buffer_.resize(after);
    searched_ = 0;
}

}  // namespace web
