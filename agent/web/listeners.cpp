// SPDX-License-Identifier: Apache-2.0
#include "agent/web/listeners.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/SocketDefs.h>

#include "agent/web/host_rules.hpp"
#include "agent/web/network_use.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/tcp_ports.hpp"

namespace web {

namespace {

using Poco::Net::IPAddress;
using Poco::Net::ServerSocket;

/// Connections that nobody has accepted yet; what is more, clients' systems try again by themselves.
constexpr int kBacklog = 512;
constexpr const char* kLoopback4 = "127.0.0.1";
constexpr const char* kLoopback6 = "::1";

base::Error takenError(std::uint16_t port) {
    const auto owner = platform::listenerOn(port);
    std::string who = "another process";
    if (owner) {
        who = (owner->program.empty() ? std::string("a process")
                                      : "'" + base::printable(owner->program) + "'") +
              " (process " + std::to_string(owner->processId) + ")";
    }
    return {base::ErrorKind::Busy, "WEB-0001",
            "The page cannot be opened: port " + std::to_string(port) + " is taken by " + who,
            "End that one, or choose another port with --port, HBR_PORT or 'port' in agent.conf.",
            base::Retry::AfterFix};
}

/// `why` is what the system refused with.
base::Error refusal(const std::string& address, std::uint16_t port, const Poco::Exception& why) {
    // Windows calls a port that somebody has for himself alone a lack of rights.
    const bool isTaken =
        why.code() == POCO_EADDRINUSE || (why.code() == POCO_EACCES && platform::listenerOn(port));
    if (isTaken) return takenError(port);
    return {
        base::ErrorKind::Unavailable, "WEB-0002",
        "The page cannot be opened at " + base::printable(address) + " port " + std::to_string(port) + " - " +
            base::printable(why.displayText()),
        "Choose an address of this machine with --listen, HBR_LISTEN or 'listen' in agent.conf, and a port "
        "that this user may open.",
        base::Retry::AfterFix};
}

ServerSocket listenOnOne(const std::string& address, std::uint16_t port) {
    ServerSocket socket;
    const Poco::Net::SocketAddress place(IPAddress(address), port);
    const bool reuses = platform::listenersReuseAddress();
    if (place.family() == Poco::Net::SocketAddress::IPv6) {
        // "::" takes clients of IPv4, too.
        socket.bind6(place, reuses, false, !isEveryAddress(address));
    } else {
        socket.bind(place, reuses, false);
    }
    socket.listen(kBacklog);
    socket.setBlocking(false);
    return socket;
}

ServerSocket required(const std::string& address, std::uint16_t port) {
    try {
        return listenOnOne(address, port);
    } catch (const Poco::Exception& why) {
        throw refusal(address, port, why);
    }
}

}  // namespace

bool isEveryAddress(const std::string& address) {
    IPAddress parsed;
    return IPAddress::tryParse(address, parsed) && parsed.isWildcard();
}

std::vector<ServerSocket> listenOn(const std::string& address, std::uint16_t port) {
    const bool isEvery = isEveryAddress(address);
    const bool isLoopback = isLoopbackAddress(address);
    std::vector<ServerSocket> sockets;
    sockets.push_back(required(isEvery || isLoopback ? address : kLoopback4, port));
    const std::uint16_t given = sockets.front().address().port();
    if (!isEvery && !isLoopback) sockets.push_back(required(address, given));
    const bool hasLoopback6 = (isEvery && address != "0.0.0.0") || address == kLoopback6;
    if (!hasLoopback6) {
        try {
            sockets.push_back(listenOnOne(kLoopback6, given));
        } catch (const Poco::Exception&) {
            // The machine has no IPv6, or somebody else has this port there.
        }
    }
    return sockets;
}

void requireFree(std::uint16_t port) {
    const NetworkUse network;
    (void)listenOn(kLoopback4, port);
}

}  // namespace web
