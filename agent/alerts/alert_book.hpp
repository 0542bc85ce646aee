// SPDX-License-Identifier: Apache-2.0
// alert_book.hpp: what is and was wrong, and what became of telling it.
//
// Trouble with one subject is one alert from its first sight until it is over, however often it is seen. Its
// targets hear of it at once, once a day while it goes on, and when it is over: each time a delivery is noted
// for each target, in the same transaction, so a crash neither loses nor doubles one. Deliverer makes them.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/alerts/alert.hpp"
#include "agent/catalogue/database.hpp"

namespace alerts {

using DeliveryId = catalogue::Number<struct DeliveryTag>;

enum class DeliveryState { Waiting, Delivered, Failed };
const char* toString(DeliveryState state) noexcept;

struct Delivery {
    DeliveryId id;
    AlertId alert;
    std::optional<TargetId> target;  // nothing once that is removed
    std::string targetName;          // as it was
    Event event = Event::Raised;
    DeliveryState state = DeliveryState::Waiting;
    std::chrono::sys_seconds made;
    std::int64_t tries = 0;
    std::optional<std::chrono::sys_seconds> tried;
    std::optional<std::chrono::sys_seconds> nextTry;  // while it waits
    std::string answer;                               // what the server said, or why it was not reached
};

/// Which alerts; what is absent does not matter.
struct AlertFilter {
    std::optional<bool> isOpen = std::nullopt;
    std::optional<Kind> kind = std::nullopt;
    std::optional<AlertId> before = std::nullopt;
    std::int64_t most = 1000;
};

/// The tables of alerts and deliveries. Not thread-safe; the Database must outlive it. All functions throw
/// the errors of Database.
class AlertBook final {
public:
    /// Of the same trouble targets hear again after this time.
    static constexpr std::chrono::hours kAgain{24};
    /// How long after the first try a delivery is given up.
    static constexpr std::chrono::hours kGiveUp{72};
    static constexpr std::chrono::minutes kFirstWait{1};
    static constexpr std::chrono::minutes kLongestWait{60};
    /// What is over is forgotten after this time; of more alerts and deliveries the oldest are.
    static constexpr std::chrono::days kKept{90};
    static constexpr std::int64_t kMostEnded = 10'000;
    static constexpr std::int64_t kMostDeliveries = 50'000;

    explicit AlertBook(catalogue::Database& database) : database_(database) {}

    /// Notes trouble; true when somebody is to hear of it now, because it is new, of another kind than
    /// before, or has gone on for a day.
    bool raise(const Trouble& trouble, std::chrono::sys_seconds now);

    /// The trouble with a subject is over; false when there was none. Whoever heard of it hears that.
    bool end(const std::string& subject, const std::string& sentence, std::chrono::sys_seconds now);

    [[nodiscard]] std::optional<Alert> find(AlertId id);
    /// The newest first.
    [[nodiscard]] std::vector<Alert> list(const AlertFilter& filter = {});
    /// The subjects of open alerts of a kind.
    [[nodiscard]] std::vector<std::string> openSubjects(Kind kind);
    /// Of open alerts of plans that are no more.
    [[nodiscard]] std::vector<std::string> subjectsOfGonePlans();
    [[nodiscard]] std::int64_t countOpen() {
        return database_.integer("SELECT count(*) FROM alerts WHERE ended IS NULL");
    }
    /// Of one alert, the newest first.
    [[nodiscard]] std::vector<Delivery> deliveries(AlertId alert, std::int64_t most);

    /// Deliveries whose time has come, the oldest first, all to one target: the one that has waited longest.
    /// What waits for longer than any wait is due, too: the clock was set back since.
    [[nodiscard]] std::vector<Delivery> due(std::chrono::sys_seconds now, std::int64_t most);
    /// When the next is due; nothing when none waits.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> nextDue();

    /// Notes a try of deliveries to one target.
    void delivered(const std::vector<Delivery>& deliveries, const std::string& answer,
                   std::chrono::sys_seconds now);
    /// The same of one that failed; it is tried again later, unless it has failed for kGiveUp. All that waits
    /// for the target waits as long.
    void failed(const std::vector<Delivery>& deliveries, const std::string& answer,
                std::chrono::sys_seconds now);

    /// Forgets what is old or too much.
    void sweep(std::chrono::sys_seconds now);

private:
    void change(AlertId id, const Trouble& trouble, std::chrono::sys_seconds told,
                std::chrono::sys_seconds now);
    void addDeliveries(AlertId id, const std::vector<std::pair<TargetId, std::string>>& targets, Event event,
                       std::chrono::sys_seconds now);
    [[nodiscard]] std::vector<std::pair<TargetId, std::string>> whoHeardOf(AlertId id);

    catalogue::Database& database_;
};

}  // namespace alerts
