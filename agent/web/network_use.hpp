// SPDX-License-Identifier: Apache-2.0
// network_use.hpp: Windows lets a process open sockets only once it has said so.
#pragma once

namespace web {

/// POCO's sockets work as long as it lives.
class NetworkUse final {
public:
    NetworkUse();
    ~NetworkUse();
    NetworkUse(const NetworkUse&) = delete;
    NetworkUse& operator=(const NetworkUse&) = delete;
};

}  // namespace web
