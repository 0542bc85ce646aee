// SPDX-License-Identifier: Apache-2.0
#include "agent/app/job_display.hpp"

#include <algorithm>

#include "agent/vault/pack_format.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr auto kScreenPeriod = std::chrono::milliseconds(200);
constexpr auto kJsonPeriod = std::chrono::seconds(1);
constexpr auto kLogPeriod = std::chrono::seconds(30);

std::string ofTotal(const std::string& done, const std::string& total, bool isKnown) {
    return isKnown ? done + "/" + total : done;
}

/// Under a limit a job goes on by whole packs, which may be far apart: the time of four.
std::chrono::nanoseconds leastWindow(const base::TransferLimits& limits) {
    double seconds = 0;
    for (const base::RateLimiter* limiter : {limits.upload, limits.download}) {
        if (limiter == nullptr) continue;
        const auto rate = static_cast<double>(limiter->bytesPerSecond());
        seconds = std::max(seconds, 4 * static_cast<double>(vault::kPackBytes) / rate);
    }
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

JobDisplay::JobDisplay(Command& command, const engine::Progress& progress, Totals totals, std::string stage)
    : command_(command),
      progress_(progress),
      totals_(totals),
      stage_(std::move(stage)),
      meter_(command.around.clock.steady(), leastWindow(command.limits())),
      lastPrinted_(command.around.clock.steady()) {
    const base::TransferLimits limits = command.limits();
    const auto watch = [&](std::optional<Traffic>& traffic, const base::RateLimiter* limiter) {
        if (limiter != nullptr) traffic.emplace(*limiter, limiter->passedBytes(), RateMeter(lastPrinted_));
    };
    watch(sent_, limits.upload);
    watch(received_, limits.download);
    const bool isWatched = command.around.console.isWatched() && !command.isQuiet && !command.isJson;
    if (isWatched) status_.emplace(command.around.console);
    if (isWatched || command.isJson || command.isVerbose) ticker_.emplace(kScreenPeriod, [this] { tick(); });
}

void JobDisplay::tick() {
    const auto now = command_.around.clock.steady();
    meter_.add(now, progress_.bytesDone);
    for (auto* traffic : {&sent_, &received_}) {
        if (*traffic) (*traffic)->meter.add(now, (*traffic)->bytes());
    }
    if (status_) status_->show(lines());
    if (command_.isJson && now - lastPrinted_ >= kJsonPeriod) {
        lastPrinted_ = now;
        printJson();
    } else if (!status_ && !command_.isJson && now - lastPrinted_ >= kLogPeriod) {
        lastPrinted_ = now;
        command_.detail(lines().front());
    }
}

std::string JobDisplay::Traffic::text(const char* verb) const {
    return std::string(", ") + verb + ' ' + base::formatSize(bytes()) + " at " +
           base::formatSize(static_cast<std::uint64_t>(meter.speed())) + "/s";
}

std::string JobDisplay::stage() const {
    const char* const now = progress_.stage.load();
    return now != nullptr ? now : stage_;
}

std::vector<std::string> JobDisplay::lines() const {
    const std::uint64_t total = totals_ == Totals::Known ? progress_.bytesTotal.load() : 0;
    const std::uint64_t done = progress_.bytesDone;
    const auto percent = percentOf(done, total);
    std::string first = stage() + "  ";
    if (percent) first += std::to_string(*percent) + " %  ";
    first += ofTotal(std::to_string(progress_.objectsDone), std::to_string(progress_.objectsTotal),
                     percent && progress_.objectsTotal >= progress_.objectsDone) +
             " files  ";
    first += ofTotal(base::formatSize(done), base::formatSize(total), percent && total >= done);
    first += "  " + base::formatSize(static_cast<std::uint64_t>(meter_.speed())) + "/s";
    if (const auto left = meter_.secondsLeft(total))
        first += "  about " + base::formatDuration(*left) + " left";
    std::string second = "read " + base::formatSize(progress_.bytesRead) + ", new " +
                         base::formatSize(progress_.bytesNew) + ", stored " +
                         base::formatSize(progress_.bytesStored);
    if (sent_) second += sent_->text("sent");
    if (received_) second += received_->text("received");
    if (const std::uint64_t faults = progress_.faults; faults != 0)
        second += "  " + std::to_string(faults) + " faults";
    const std::size_t columns = std::max(20u, command_.around.console.columns()) - 1;
    const std::size_t room = columns > second.size() + 2 ? columns - second.size() - 2 : 0;
    second += "  " + shortened(base::printable(progress_.current()), room);
    return {first, second};
}

void JobDisplay::printJson() {
    const bool isKnown = totals_ == Totals::Known;
    base::JsonWriter json;
    json.beginObject().member("type", "progress").member("schema", 1).member("stage", stage());
    json.member("objectsDone", progress_.objectsDone.load()).key("objectsTotal");
    isKnown ? json.value(progress_.objectsTotal.load()) : json.null();
    json.member("bytesDone", progress_.bytesDone.load()).key("bytesTotal");
    isKnown ? json.value(progress_.bytesTotal.load()) : json.null();
    json.member("bytesRead", progress_.bytesRead.load()).member("bytesNew", progress_.bytesNew.load());
    json.member("bytesStored", progress_.bytesStored.load()).member("faults", progress_.faults.load());
    const auto addTraffic = [&](const char* name, const std::optional<Traffic>& traffic) {
        json.key(name);
        traffic ? json.value(traffic->bytes()) : json.null();
    };
    addTraffic("bytesSent", sent_);
    addTraffic("bytesReceived", received_);
    json.member("bytesPerSecond", static_cast<std::uint64_t>(meter_.speed())).key("secondsLeft");
    const auto left = meter_.secondsLeft(isKnown ? progress_.bytesTotal.load() : 0);
    left ? json.value(*left) : json.null();
    command_.print(json.member("current", progress_.current()).endObject());
}

}  // namespace app
