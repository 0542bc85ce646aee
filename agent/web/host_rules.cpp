// SPDX-License-Identifier: Apache-2.0
#include "agent/web/host_rules.hpp"

#include <Poco/Net/IPAddress.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "platform/base/text.hpp"

namespace web {

namespace {

std::string lowerCase(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return lower;
}

std::optional<Poco::Net::IPAddress> parsedAddress(const std::string& text) {
    Poco::Net::IPAddress address;
    if (!Poco::Net::IPAddress::tryParse(text, address)) return std::nullopt;
    return address;
}

bool isSameAddress(const std::string& a, const std::string& b) {
    const auto first = parsedAddress(a);
    const auto second = parsedAddress(b);
    return first && second && *first == *second;
}

}  // namespace

Authority splitAuthority(std::string_view text) {
    Authority parts;
    std::string_view rest;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return {};
        parts.host = lowerCase(text.substr(1, end - 1));
        rest = text.substr(end + 1);
    } else {
        const std::size_t colon = text.find(':');
        parts.host = lowerCase(text.substr(0, colon));
        rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    }
    if (rest.empty()) return parts;
    if (rest.front() != ':' || !base::parseUnsigned(rest.substr(1))) return {};
    parts.port = rest.substr(1);
    return parts;
}

bool isLoopbackAddress(const std::string& address) {
    const auto parsed = parsedAddress(address);
    return parsed && parsed->isLoopback();
}

HostRules::HostRules(const std::vector<std::string>& names) {
    for (const std::string& name : names) names_.push_back(lowerCase(name));
}

bool HostRules::knowsHost(std::string_view hostHeader, const Peer& peer) const {
    std::string host = splitAuthority(hostHeader).host;
    if (host.ends_with('.')) host.pop_back();  // "localhost." is the same name
    if (host.empty()) return false;
    if (host == "localhost" || isLoopbackAddress(host)) return true;
    if (std::find(names_.begin(), names_.end(), host) != names_.end()) return true;
    // An address cannot be rebound: the browser takes it as it is.
    return isSameAddress(host, peer.localAddress);
}

bool HostRules::isOwnOrigin(std::string_view origin, std::string_view hostHeader, const Peer& peer) {
    const std::string scheme = peer.isTls ? "https://" : "http://";
    if (!origin.starts_with(scheme)) return false;
    const Authority from = splitAuthority(origin.substr(scheme.size()));
    const Authority own = splitAuthority(hostHeader);
    const std::string usual = peer.isTls ? "443" : "80";
    const auto portOf = [&usual](const Authority& side) { return side.port.empty() ? usual : side.port; };
    return !from.host.empty() && from.host == own.host && portOf(from) == portOf(own);
}

}  // namespace web
