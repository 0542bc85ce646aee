// SPDX-License-Identifier: Apache-2.0
// peer.hpp: who is at the other end of a connection.
#pragma once

#include <string>

namespace web {

struct Peer {
    std::string address;       // without the port
    std::string localAddress;  // the address of this machine that was reached
    bool isLocal = true;       // both are loopback addresses: the peer runs on this machine
    bool isTls = false;
};

}  // namespace web
