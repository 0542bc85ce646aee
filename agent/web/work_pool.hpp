// SPDX-License-Identifier: Apache-2.0
// work_pool.hpp: the threads that answer requests, and what waits for them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "agent/web/http_message.hpp"
#include "agent/web/peer.hpp"

namespace web {

/// Thread-safe.
class WorkPool final {
public:
    using Id = std::uint64_t;  // of a connection
    /// Must not throw.
    using Answering = std::function<HttpResponse(const HttpRequest&, const Peer&)>;

    struct Done {
        Id id = 0;
        HttpResponse response;
    };

    /// `wake` is called by any thread once something is done. Throws Error (Exhausted) when the system starts
    /// no thread.
    WorkPool(unsigned threads, std::size_t mostWaiting, Answering answer, std::function<void()> wake);
    /// Waits for what is being worked on; what waits is dropped.
    ~WorkPool();
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;

    /// False when too many wait already.
    [[nodiscard]] bool offer(Id id, HttpRequest request, const Peer& peer);

    /// What was done since the last call.
    [[nodiscard]] std::vector<Done> takeDone();

private:
    struct Task {
        Id id = 0;
        HttpRequest request;
        Peer peer;
    };

    void work() noexcept;

    const std::size_t mostWaiting_;
    const Answering answer_;
    const std::function<void()> wake_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::deque<Task> waiting_;
    std::vector<Done> done_;
    bool isEnding_ = false;
    std::vector<std::jthread> threads_;  // last: they use what is above
};

}  // namespace web
