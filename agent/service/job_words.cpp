// SPDX-License-Identifier: Apache-2.0
#include "agent/service/job_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace service {

namespace {

constexpr const char* kRestore = "restore";

std::string hexOf(const std::string& key) { return base::encodeHex(base::asBytes(key)); }

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

std::vector<std::string> restoreWords(const std::string& vault, const catalogue::RestoreRequest& request) {
    std::vector<std::string> words = {kRestore, "--json", "--yes", "--vault=" + vault};
    words.push_back(request.target.empty() ? "--in-place" : "--target=" + request.target);
    for (const std::string& key : request.keys) words.push_back("--key=" + hexOf(key));
    for (const std::string& pattern : request.includes) words.push_back("--include=" + pattern);
    for (const std::string& pattern : request.excludes) words.push_back("--exclude=" + pattern);
    words.push_back(std::string("--conflict=") + toString(request.onConflict));
    if (request.isVerified) words.emplace_back("--verify");
    if (request.isDryRun) words.emplace_back("--dry-run");
    if (request.bytesPerSecond)
        words.push_back("--limit-download=" + std::to_string(*request.bytesPerSecond));
    words.push_back(request.point.hex());
    return words;
}

bool isRestore(const std::vector<std::string>& words) noexcept {
    return !words.empty() && words.front() == kRestore;
}

std::vector<std::string> browseWords(const std::string& vault, const vault::PointId& point,
                                     const std::string& folder, const std::string& after,
                                     std::uint64_t most) {
    std::vector<std::string> words = {"browse", "--json", "--vault=" + vault,
                                      "--most=" + std::to_string(most)};
    if (!folder.empty()) words.push_back("--key=" + hexOf(folder));
    if (!after.empty()) words.push_back("--after=" + hexOf(after));
    words.push_back(point.hex());
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

std::vector<std::string> searchUpdateWords(const std::string& vault) {
    return {"search", "update", "--json", "--vault=" + vault};
}

}  // namespace service
