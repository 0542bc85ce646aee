// SPDX-License-Identifier: Apache-2.0
#include "agent/app/command.hpp"

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"
#include "platform/time_zone.hpp"

namespace app {

namespace {

constexpr std::uint64_t kMostWorkers = 256;

}  // namespace

Command::Command(const CommandLine& commandLine, Surroundings& surroundings)
    : line(commandLine),
      around(surroundings),
      isJson(commandLine.has("json")),
      isVerbose(commandLine.has("verbose")),
      isQuiet(commandLine.has("quiet")),
      book_(surroundings.fileSystem, surroundings.configFolder) {
    if (around.unlockKey) book_.useUnlockKey(*around.unlockKey);
}

void Command::print(std::string_view text) {
    around.console.out(text);
    around.console.out("\n");
}

void Command::print(const base::JsonWriter& json) {
    around.console.out(json.text() + '\n');
    around.console.flush();
}

void Command::say(std::string_view sentence) {
    if (!isQuiet) around.console.err(std::string(sentence) + '\n');
}

void Command::detail(std::string_view sentence) {
    if (isVerbose) say(sentence);
}

void Command::warn(std::string_view sentence) {
    around.console.err("hbr: warning: " + std::string(sentence) + '\n');
}

bool Command::confirm(const std::string& question) {
    if (line.has("yes")) return true;
    const auto answer = around.console.askLine(question + " [y/N] ");
    if (!answer) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0007",
                          "This needs a yes, and there is no terminal to ask on",
                          "Give --yes if you mean it, or --dry-run to see what would happen.");
    }
    return *answer == "y" || *answer == "Y" || *answer == "yes";
}

std::optional<std::string> Command::environment(const std::string& name) const {
    auto value = around.environment(name);
    return value && !value->empty() ? value : std::nullopt;
}

unsigned Command::workers() const {
    const auto wanted = line.number("workers");
    if (!wanted) return platform::processorCount();
    if (*wanted == 0 || *wanted > kMostWorkers) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0004", "'--workers' must be between 1 and 256",
                          "Leave it out to use every processor.");
    }
    return static_cast<unsigned>(*wanted);
}

base::TransferLimits Command::limits() {
    if (!areLimitsKnown_) {
        if (const auto rates = line.value("limit-upload-by-hour")) {
            limitByHour(*rates);
        } else {
            limitAlways(uploadLimit_, "limit-upload", "HBR_LIMIT_UPLOAD");
        }
        limitAlways(downloadLimit_, "limit-download", "HBR_LIMIT_DOWNLOAD");
        areLimitsKnown_ = true;
    }
    return {uploadLimit_ ? &*uploadLimit_ : nullptr, downloadLimit_ ? &*downloadLimit_ : nullptr};
}

std::optional<std::uint64_t> Command::rateOf(const char* option, const char* variable) {
    auto text = line.value(option);
    if (!text) text = environment(variable);
    if (!text) return std::nullopt;
    const auto rate = parseRate(*text);
    if (!rate) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0004",
                          "'" + base::printable(*text) + "' is no rate for " + variable,
                          std::string(kRateHint));
    }
    return rate;
}

void Command::limitByHour(const std::string& rates) {
    hourlyLimit_.emplace(parseHourlyRates(rates), rateOf("limit-upload", "HBR_LIMIT_UPLOAD"), around.clock,
                         platform::systemTimeZone);
    uploadLimit_.emplace(hourlyLimit_->bytesPerSecond(), around.cancel);
    hourlyLimit_->hold(*uploadLimit_);
    detail("The upload is limited by the hour: " + base::printable(rates) + ".");
}

void Command::limitAlways(std::optional<base::RateLimiter>& limiter, const char* option,
                          const char* variable) {
    const auto rate = rateOf(option, variable);
    if (!rate) return;
    detail("The " + std::string(option).substr(6) + " is limited to " + base::formatSize(*rate) + "/s.");
    limiter.emplace(*rate, around.cancel);
}

}  // namespace app
