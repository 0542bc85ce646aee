// SPDX-License-Identifier: Apache-2.0
// message.hpp: alerts as the text of a mail and as the body of a webhook's request.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "agent/alerts/alert.hpp"
#include "agent/alerts/targets.hpp"
#include "platform/base/bytes.hpp"

namespace alerts {

/// One thing to tell.
struct Told {
    Alert alert;
    Event event = Event::Raised;
};

/// What goes to one target at once.
struct Message {
    std::string client;  // this machine
    std::chrono::sys_seconds time;
    std::vector<Told> told;  // at least one; the oldest first
    std::uint64_t id = 0;    // of the first delivery; the same when it is tried again
};

/// An alert that nobody need do anything about.
Message testMessage(const std::string& client, std::chrono::sys_seconds now);

/// A whole mail as RFC 5322 has it, with lines of CR LF, without the dot that ends it. Names may hold
/// anything: none of it gets into a header but as an encoded word.
std::string mailOf(const Message& message, const Target& target, std::string_view uniquePart);

/// The text of a header as RFC 2047 encodes it, folded; plain text that is short stays as it is.
std::string encodedHeader(std::string_view text);

/// As agent/alerts/README.md describes it.
std::string jsonOf(const Message& message);

/// "sha256=" and the HMAC-SHA256 of the body in hex.
std::string signatureOf(std::string_view body, base::ByteView key);

}  // namespace alerts
