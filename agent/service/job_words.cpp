// SPDX-License-Identifier: Apache-2.0
#include "agent/service/job_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace service {

namespace {

struct PlanOption {
    std::string_view name;
    bool hasValue;
};

constexpr std::array kFilesOptions = {
    PlanOption{"exclude", true},        PlanOption{"exclude-file", true},
    PlanOption{"exclude-type", true},   PlanOption{"exclude-larger-than", true},
    PlanOption{"fixed-pages", true},    PlanOption{"exclude-caches", false},
    PlanOption{"reread", false},        PlanOption{"one-file-system", false},
    PlanOption{"script-timeout", true},
};

std::string optionWord(const std::string& name, const std::string& value) {
    const auto known = std::ranges::find(kFilesOptions, name, &PlanOption::name);
    if (known == kFilesOptions.end() || (!known->hasValue && !value.empty())) {
        throw base::Error(
            base::ErrorKind::Invalid, "JOB-0002",
            "A backup of files has no option '" + base::printable(name) + "' of that kind",
            "Edit the plan's options; they are those of 'hbr backup run', by their names without '--'.");
    }
    return known->hasValue ? "--" + name + "=" + value : "--" + name;
}

void addScripts(std::vector<std::string>& words, const catalogue::PlanSettings& settings) {
    if (settings.scriptBefore.empty() && settings.scriptAfter.empty()) return;
    if (!settings.scriptBefore.empty()) words.push_back("--script-before=" + settings.scriptBefore);
    if (!settings.scriptAfter.empty()) words.push_back("--script-after=" + settings.scriptAfter);
    // The plan's mark means nothing to a person who writes a script.
    words.push_back("--plan-name=" + settings.name);
}

void addBandwidth(std::vector<std::string>& words, const std::vector<scheduler::BandwidthRange>& ranges) {
    std::string text;
    for (const scheduler::BandwidthRange& range : ranges) {
        text += (text.empty() ? "" : ",") + std::to_string(range.fromHour) + "-" +
                std::to_string(range.untilHour) + "=" + std::to_string(range.bytesPerSecond);
    }
    if (!text.empty()) words.push_back("--limit-upload-by-hour=" + text);
}

}  // namespace

std::vector<std::string> backupWords(const catalogue::Plan& plan) {
    const catalogue::PlanSettings& settings = plan.settings;
    std::vector<std::string> words = {"backup",
                                      "run",
                                      "--json",
                                      "--vault=" + settings.vault,
                                      "--client=" + settings.client,
                                      "--plan=" + catalogue::planMark(plan.id)};
    for (const auto& [name, value] : settings.options) words.push_back(optionWord(name, value));
    addScripts(words, settings);
    addBandwidth(words, settings.bandwidth);
    words.emplace_back("--");
    words.insert(words.end(), settings.sources.begin(), settings.sources.end());
    return words;
}

std::vector<std::string> deletionWords(const std::string& vault, const std::vector<vault::PointId>& points) {
    if (points.empty()) return {"prune", "--yes", "--json", "--vault=" + vault};
    std::vector<std::string> words = {"point", "forget", "--skip-missing",  "--prune",
                                      "--yes", "--json", "--vault=" + vault};
    for (const vault::PointId& point : points) words.push_back(point.hex());
    return words;
}

std::vector<std::string> listingWords(const std::string& vault) {
    return {"point", "list", "--records", "--json", "--vault=" + vault};
}

}  // namespace service
