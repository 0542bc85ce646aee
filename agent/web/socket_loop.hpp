// SPDX-License-Identifier: Apache-2.0
// socket_loop.hpp: the thread that does all that has to do with sockets.
#pragma once

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/ServerSocket.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "agent/web/connection.hpp"
#include "agent/web/limits.hpp"
#include "agent/web/tls.hpp"
#include "agent/web/work_pool.hpp"

namespace web {

/// Accepts, reads, hands requests to workers, and writes their answers. A client that is slow, idle or
/// hostile costs an entry in a table and no thread.
class SocketLoop final {
public:
    /// Where clients arrive, and what those get who speak TLS (nullptr: nothing).
    struct Entrance {
        std::vector<Poco::Net::ServerSocket> listeners;
        std::shared_ptr<const TlsContext> tls;
    };

    /// Listens, and does no more until start(). `review` is called by the loop's thread about once a second,
    /// and after reviewSoon(), with the entrance, which it may change. Neither it nor `answer` may throw.
    SocketLoop(Entrance entrance, const Limits& limits, WorkPool::Answering answer,
               Connection::BodyJudge judge, std::function<void(Entrance& entrance)> review);
    /// Waits for requests that are being worked on, and closes everything.
    ~SocketLoop();
    SocketLoop(const SocketLoop&) = delete;
    SocketLoop& operator=(const SocketLoop&) = delete;

    /// Call once.
    void start();

    /// From any thread.
    void reviewSoon() noexcept;

private:
    using Id = WorkPool::Id;
    using Time = Connection::Time;

    void run() noexcept;
    void round();
    void wake() noexcept;
    void drainWakes() noexcept;
    void deliver(Time now);
    void acceptAll(Time now);
    void accept(Poco::Net::ServerSocket& listener, Time now);
    /// True when an address has so many that one more is not even told so.
    [[nodiscard]] bool isTooMuch(const std::string& address) const;
    /// True when one more of that address may have its requests answered.
    [[nodiscard]] bool makeRoomFor(const std::string& address, Time now);
    void pass(Id id, Connection& connection, Time now);
    void expireAll(Time now);
    [[nodiscard]] std::vector<platform::SocketWatch> watches(Time now) const;

    Entrance entrance_;
    const Limits limits_;
    const Connection::BodyJudge judge_;
    const std::function<void(Entrance& entrance)> review_;
    Poco::Net::DatagramSocket wakeReceiver_;
    Poco::Net::DatagramSocket wakeSender_;  // connected to the other; for all threads
    std::atomic<bool> isEnding_ = false;
    std::atomic<bool> wantsReview_ = true;
    Time reviewed_{};
    Time acceptsAgain_{};
    Id lastId_ = 0;
    std::map<Id, Connection> connections_;
    std::unique_ptr<WorkPool> pool_;
    std::jthread thread_;  // last: it uses all that is above
};

}  // namespace web
