// SPDX-License-Identifier: Apache-2.0
// listeners.hpp: the sockets at which clients arrive.
#pragma once

#include <Poco/Net/ServerSocket.h>

#include <cstdint>
#include <string>
#include <vector>

namespace web {

/// True for "0.0.0.0" and "::".
bool isEveryAddress(const std::string& address);

/// Sockets that listen on all of: this machine's loopback addresses, and `address` where that is another
/// one. One that stands for every address takes the loopback's place.
///
/// Port 0 is any that is free, the same for all. IPv6 loopback is left out where it cannot be had: some
/// browsers try it first for "localhost", and all go on to IPv4. Throws Error: Busy ("WEB-0001") when the
/// port is taken, with the process that has it where that can be known, Unavailable ("WEB-0002") when the
/// address cannot be listened on.
///
/// Under a NetworkUse.
std::vector<Poco::Net::ServerSocket> listenOn(const std::string& address, std::uint16_t port);

/// Throws what listenOn() throws when this machine's loopback addresses cannot be listened on at the port
/// now.
void requireFree(std::uint16_t port);

}  // namespace web
