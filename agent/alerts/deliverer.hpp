// SPDX-License-Identifier: Apache-2.0
// deliverer.hpp: takes what is to be told to its targets, in a thread of its own, so that no server that is
// slow or gone holds up anything else.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "agent/alerts/sender.hpp"
#include "agent/alerts/targets.hpp"
#include "agent/catalogue/catalogue.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace alerts {

/// What one message holds at most; what is left goes into the next.
inline constexpr std::int64_t kMostInMessage = 100;

/// Sends to one target what is due for it, as one message, and notes what became of it. False when nothing
/// was due. Throws Error when the catalogue cannot be used.
bool deliverSome(catalogue::Catalogue& catalogue, Sender& sender, const std::string& client,
                 const platform::Clock& clock, const std::stop_token& stop);

/// Delivers until it is destroyed. Its functions may be called from any thread.
class Deliverer final {
public:
    /// References are not owned and outlive it. It opens the catalogue itself.
    Deliverer(const platform::FileSystem& fileSystem, const platform::Clock& clock, std::string cataloguePath,
              Sender& sender, std::string client);
    ~Deliverer();
    Deliverer(const Deliverer&) = delete;
    Deliverer& operator=(const Deliverer&) = delete;

    /// Something is to be delivered.
    void wake();

    /// Trouble that could not be noted, such as a full disk: it is sent once, to whom the rules last read say
    /// so, and not tried again.
    void tellUnnoted(const Trouble& trouble);

private:
    void work(const std::stop_token& stop);
    void round(const std::stop_token& stop);
    void sendUnnoted(const std::stop_token& stop);
    void sweepSometimes();

    const platform::FileSystem& fileSystem_;
    const platform::Clock& clock_;
    const std::string cataloguePath_;
    Sender& sender_;
    const std::string client_;
    // Of the thread alone.
    std::optional<catalogue::Catalogue> catalogue_;
    std::vector<Target> targets_;  // as last read
    std::vector<Rule> rules_;
    std::optional<std::chrono::nanoseconds> swept_;
    std::mutex mutex_;  // guards what follows
    // Not the kind that takes a stop_token: gcc 12's loses wake-ups on Windows.
    std::condition_variable woken_;
    bool isWoken_ = false;
    std::vector<Trouble> unnoted_;
    std::jthread thread_;  // last: it uses the rest
};

}  // namespace alerts
