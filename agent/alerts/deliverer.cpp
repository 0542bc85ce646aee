// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/deliverer.hpp"

#include <algorithm>
#include <utility>

#include "agent/alerts/alert_book.hpp"
#include "platform/base/error.hpp"

namespace alerts {

using std::chrono::sys_seconds;

namespace {

/// Others change targets, too, and clocks are set.
constexpr std::chrono::seconds kLongestRest{10};
constexpr std::chrono::hours kBetweenSweeps{24};
constexpr std::size_t kMostUnnoted = 16;

sys_seconds momentOf(const platform::Clock& clock) {
    return sys_seconds(std::chrono::seconds(clock.now().seconds));
}

Message messageOf(AlertBook& book, const std::vector<Delivery>& deliveries, const std::string& client,
                  sys_seconds now) {
    Message message{client, now, {}, static_cast<std::uint64_t>(deliveries.front().id.value)};
    for (const Delivery& delivery : deliveries)
        if (auto alert = book.find(delivery.alert))
            message.told.push_back({std::move(*alert), delivery.event});
    return message;
}

std::string wordsOf(const base::Error& error) {
    return error.message() + " (" + error.code() + "). " + error.hint();
}

}  // namespace

bool deliverSome(catalogue::Catalogue& catalogue, Sender& sender, const std::string& client,
                 const platform::Clock& clock, const std::stop_token& stop) {
    AlertBook book(catalogue.database());
    const auto due = book.due(momentOf(clock), kMostInMessage);
    if (due.empty()) return false;
    const auto target =
        due.front().target ? Targets(catalogue.database()).find(*due.front().target) : std::nullopt;
    const Message message = messageOf(book, due, client, momentOf(clock));
    if (!target || message.told.empty()) {
        book.failed(due, "The target was removed.", momentOf(clock));
        return true;
    }
    // Invariant: no transaction is open while a server is waited for.
    try {
        const std::string answer = sender.send(message, *target, stop);
        book.delivered(due, answer, momentOf(clock));
    } catch (const base::Error& error) {
        if (stop.stop_requested()) return false;  // the next service sends it
        book.failed(due, wordsOf(error), momentOf(clock));
    }
    return true;
}

Deliverer::Deliverer(const platform::FileSystem& fileSystem, const platform::Clock& clock,
                     std::string cataloguePath, Sender& sender, std::string client)
    : fileSystem_(fileSystem),
      clock_(clock),
      cataloguePath_(std::move(cataloguePath)),
      sender_(sender),
      client_(std::move(client)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Deliverer::~Deliverer() {
    thread_.request_stop();
    wake();
    thread_.join();
}

void Deliverer::wake() {
    const std::lock_guard lock(mutex_);
    isWoken_ = true;
    woken_.notify_one();
}

void Deliverer::tellUnnoted(const Trouble& trouble) {
    const std::lock_guard lock(mutex_);
    if (unnoted_.size() < kMostUnnoted) unnoted_.push_back(trouble);
    isWoken_ = true;
    woken_.notify_one();
}

void Deliverer::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            round(stop);
        } catch (...) {
            // Trouble with the catalogue is told by the service, which has it, too. Another connection is
            // opened later: the file may have been moved away.
            catalogue_.reset();
        }
        sendUnnoted(stop);
        std::unique_lock lock(mutex_);
        std::chrono::seconds rest = kLongestRest;
        if (catalogue_ && !isWoken_) {
            lock.unlock();
            try {
                const auto next = AlertBook(catalogue_->database()).nextDue();
                if (next) rest = std::clamp(*next - momentOf(clock_), std::chrono::seconds(0), kLongestRest);
            } catch (...) {
                catalogue_.reset();
            }
            lock.lock();
        }
        woken_.wait_for(lock, rest, [this] { return isWoken_; });
        isWoken_ = false;
    }
}

void Deliverer::round(const std::stop_token& stop) {
    if (!catalogue_) catalogue_.emplace(fileSystem_, cataloguePath_);
    targets_ = Targets(catalogue_->database()).list();
    rules_ = Targets(catalogue_->database()).rules();
    while (!stop.stop_requested() && deliverSome(*catalogue_, sender_, client_, clock_, stop)) {
    }
    sweepSometimes();
}

void Deliverer::sendUnnoted(const std::stop_token& stop) {
    std::vector<Trouble> unnoted;
    {
        const std::lock_guard lock(mutex_);
        unnoted = std::exchange(unnoted_, {});
    }
    const sys_seconds now = momentOf(clock_);
    for (const Trouble& trouble : unnoted) {
        for (const Target& target : targets_) {
            const bool hears = std::ranges::any_of(
                rules_, [&](const Rule& rule) { return rule.target == target.id && rule.takes(trouble); });
            if (!hears || stop.stop_requested()) continue;
            try {
                Alert alert{{}, trouble, now, now, std::nullopt, {}};
                (void)sender_.send({client_, now, {{alert, Event::Raised}}, 0}, target, stop);
            } catch (const base::Error&) {
                // There is nowhere to note it; the system's log has the trouble itself.
            }
        }
    }
}

void Deliverer::sweepSometimes() {
    const auto steady = clock_.steady();
    if (swept_ && steady - *swept_ < kBetweenSweeps) return;
    swept_ = steady;
    AlertBook(catalogue_->database()).sweep(momentOf(clock_));
}

}  // namespace alerts
