// SPDX-License-Identifier: Apache-2.0
#include "agent/app/stage_display.hpp"

#include "agent/app/rate_meter.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr auto kScreenPeriod = std::chrono::milliseconds(200);
constexpr auto kJsonPeriod = std::chrono::seconds(1);
constexpr auto kLogPeriod = std::chrono::seconds(30);

}  // namespace

StageDisplay::StageDisplay(Command& command)
    : command_(command), lastPrinted_(command.around.clock.steady()) {
    const bool isWatched = command.around.console.isWatched() && !command.isQuiet && !command.isJson;
    if (isWatched) status_.emplace(command.around.console);
    if (isWatched || command.isJson || command.isVerbose) ticker_.emplace(kScreenPeriod, [this] { tick(); });
}

vault::StageProgress StageDisplay::callback() {
    return [this](const std::string& stage, std::uint64_t done, std::uint64_t total) {
        const std::lock_guard lock(mutex_);
        stage_.name = stage;
        stage_.done = done;
        stage_.total = total;
    };
}

void StageDisplay::tick() {
    Stage stage;
    {
        const std::lock_guard lock(mutex_);
        stage = stage_;
    }
    if (stage.name.empty()) return;
    const auto now = command_.around.clock.steady();
    const auto percent = percentOf(stage.done, stage.total);
    const std::string line = stage.name + (percent ? "  " + std::to_string(*percent) + " %" : "");
    if (status_) status_->show({line});
    if (command_.isJson && now - lastPrinted_ >= kJsonPeriod) {
        lastPrinted_ = now;
        base::JsonWriter json;
        json.beginObject().member("type", "progress").member("schema", 1).member("stage", stage.name);
        command_.print(json.member("done", stage.done).member("total", stage.total).endObject());
    } else if (!status_ && !command_.isJson && now - lastPrinted_ >= kLogPeriod) {
        lastPrinted_ = now;
        command_.detail(line);
    }
}

}  // namespace app
