// SPDX-License-Identifier: Apache-2.0
// limits.hpp: how much the server takes on, and how long it waits.
#pragma once

#include <chrono>
#include <cstddef>

namespace web {

struct Limits {
    /// Threads that answer; one more does all that has to do with sockets.
    unsigned workers = 8;
    /// Requests that wait for a worker; those beyond are told to come again.
    std::size_t mostWaiting = 256;
    /// Connections whose requests are answered. When there are so many, the one that has been idle for
    /// longest makes room.
    std::size_t mostConnections = 1024;
    /// Of one address that is not this machine's.
    std::size_t mostOfOneAddress = 128;
    /// Connections beyond these, which are told to come again; still others wait in the system's queue.
    std::size_t mostSurplus = 128;
    /// Of these, of one address that is not this machine's; still others of it end without a word, so that it
    /// leaves room in which others are told.
    std::size_t mostSurplusOfOneAddress = 16;

    /// From the first byte of a request, or of a connection, until its head is there.
    std::chrono::milliseconds head = std::chrono::seconds(10);
    /// From then on until its body is there.
    std::chrono::milliseconds body = std::chrono::seconds(30);
    /// Between two requests.
    std::chrono::milliseconds idle = std::chrono::seconds(60);
    /// Without a byte of an answer taken.
    std::chrono::milliseconds stalled = std::chrono::seconds(30);
    /// For an answer as a whole.
    std::chrono::milliseconds answer = std::chrono::minutes(10);
    /// For a client that was refused to read why before its connection ends.
    std::chrono::milliseconds lingering = std::chrono::seconds(2);
};

}  // namespace web
