// SPDX-License-Identifier: Apache-2.0
// tcp_ports.hpp: what sockets of servers need of the system and POCO does not have.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace platform {

/// A socket as the system numbers it.
using SocketNumber = std::intptr_t;

struct PortOwner {
    std::uint64_t processId = 0;
    std::string program;  // its name; empty when this user may not know it
};

/// Which process listens on a TCP port of this machine; nothing when none does, or when this user may not
/// know. For messages: by the time that it is read it may be another.
std::optional<PortOwner> listenerOn(std::uint16_t port);

/// Whether a listening socket is to ask for an address that connections of an earlier process may linger at.
/// On Linux that is safe, and without it a restart would have to wait; on Windows it would let programs share
/// a port and take each other's connections.
bool listenersReuseAddress() noexcept;

/// The flags with which send() fails on a connection that is gone, and raises no signal.
int quietSendFlags() noexcept;

/// What is awaited of a socket, and what has come of it.
struct SocketWatch {
    SocketNumber socket = 0;
    bool wantsRead = false;
    bool wantsWrite = false;
    bool isReady = false;  // the next call on it does not wait; also when it was closed or has failed
};

/// Returns once one of the sockets is ready, or after that time, or earlier without a reason. Throws Error
/// (Unavailable, "NET-0001") when the system refuses.
void awaitSockets(std::span<SocketWatch> sockets, std::chrono::milliseconds longest);

}  // namespace platform
