// SPDX-License-Identifier: Apache-2.0
#include "agent/web/login_limits.hpp"

#include <Poco/Net/IPAddress.h>

#include <algorithm>
#include <cmath>

#include "platform/base/bytes.hpp"
#include "platform/base/text.hpp"

namespace web {

using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

/// Of an IPv6 address: what is the same for all machines of one household.
constexpr std::size_t kHouseholdBytes = 8;

seconds waitAfter(unsigned errors) {
    if (errors < LoginLimits::kFreeErrors) return seconds(0);
    const unsigned doublings = std::min(errors - LoginLimits::kFreeErrors, 16U);
    return std::min(seconds(std::int64_t{1} << doublings), LoginLimits::kLongestWait);
}

int wholeSeconds(nanoseconds time) { return static_cast<int>(std::chrono::ceil<seconds>(time).count()); }

}  // namespace

LoginLimits::LoginLimits(const platform::Clock& clock) : clock_(clock), sharedAt_(clock.steady()) {}

std::string LoginLimits::keyOf(const Peer& peer) {
    Poco::Net::IPAddress address;
    if (!Poco::Net::IPAddress::tryParse(peer.address, address)) return peer.address;
    if (address.family() == Poco::Net::IPAddress::IPv4 || address.isIPv4Mapped() || address.isLoopback()) {
        return address.toString();
    }
    return base::encodeHex({static_cast<const base::Byte*>(address.addr()), kHouseholdBytes});
}

LoginLimits::Answer LoginLimits::begin(const Peer& peer) {
    const auto now = clock_.steady();
    const std::string key = keyOf(peer);
    const std::lock_guard lock(mutex_);
    makeRoom(now);
    Record& record = records_[key];
    if (now - record.last >= kForgotten) record.errors = 0;
    if (record.next > now) return {Verdict::TooEarly, wholeSeconds(record.next - now)};
    if (running_ >= kMostAtOnce) return {Verdict::TooManyAtOnce, 1};
    if (!peer.isLocal && !record.hasLoggedIn) {
        if (const int wait = takeShared(now); wait > 0) return {Verdict::TooEarly, wait};
    }
    ++running_;
    ++record.errors;
    record.last = now;
    record.next = now + waitAfter(record.errors);
    return {};
}

void LoginLimits::end(const Peer& peer, Outcome outcome) {
    const std::lock_guard lock(mutex_);
    --running_;
    if (outcome == Outcome::Wrong) return;
    const auto found = records_.find(keyOf(peer));
    if (found == records_.end()) return;
    Record& record = found->second;
    if (outcome == Outcome::Right) {
        record.errors = 0;
        record.hasLoggedIn = true;
    } else if (record.errors > 0) {
        --record.errors;
    }
    record.next = {};
}

void LoginLimits::makeRoom(nanoseconds now) {
    if (records_.size() < kMostAddresses) return;
    std::erase_if(records_, [now](const auto& entry) { return now - entry.second.last >= kForgotten; });
    if (records_.size() < kMostAddresses) return;
    // Who has logged in stays longest, and who waits longest goes last of the others.
    const auto isLess = [](const auto& a, const auto& b) {
        if (a.second.hasLoggedIn != b.second.hasLoggedIn) return b.second.hasLoggedIn;
        return a.second.next < b.second.next;
    };
    records_.erase(std::min_element(records_.begin(), records_.end(), isLess));
}

int LoginLimits::takeShared(nanoseconds now) {
    const double passed = std::chrono::duration<double>(now - sharedAt_).count();
    shared_ = std::min<double>(kBurst, shared_ + passed);
    sharedAt_ = now;
    if (shared_ < 1) return std::max(1, static_cast<int>(std::ceil(1 - shared_)));
    shared_ -= 1;
    return 0;
}

}  // namespace web
