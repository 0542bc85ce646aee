// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/cgroup_limit.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "platform/base/text.hpp"
#include "platform/linux/small_file.hpp"

namespace platform::linux {

namespace {

/// Quota over period, rounded up; 0 for "max", -1 and anything else that is no limit.
unsigned processorsOf(std::string_view quota, std::string_view period) {
    const auto allowed = base::parseUnsigned(base::trim(quota));
    const auto cycle = base::parseUnsigned(base::trim(period));
    if (!allowed || !cycle || *allowed == 0 || *cycle == 0) return 0;
    const std::uint64_t whole = *allowed / *cycle + (*allowed % *cycle != 0 ? 1 : 0);
    return static_cast<unsigned>(std::min<std::uint64_t>(whole, std::numeric_limits<unsigned>::max()));
}

unsigned limitOfGroup(const std::string& folder, bool isVersion2) {
    if (isVersion2) {
        const std::string limit = readSmallFile(folder + "/cpu.max").value_or("");
        const std::vector<std::string_view> words = base::split(limit, ' ');
        return words.size() == 2 ? processorsOf(words[0], words[1]) : 0;
    }
    return processorsOf(readSmallFile(folder + "/cpu.cfs_quota_us").value_or(""),
                        readSmallFile(folder + "/cpu.cfs_period_us").value_or(""));
}

/// The strictest limit of the group and those around it. Inside a container the path may lead nowhere; the
/// mounted root is then the container's own group.
unsigned strictestLimit(const std::string& root, std::string group, bool isVersion2) {
    unsigned strictest = 0;
    for (;;) {
        const unsigned limit = limitOfGroup(root + group, isVersion2);
        if (limit != 0) strictest = strictest == 0 ? limit : std::min(strictest, limit);
        if (group.empty()) return strictest;
        group.resize(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
    }
}

bool controlsProcessors(std::string_view controllers) {
    const std::vector<std::string_view> names = base::split(controllers, ',');
    return std::find(names.begin(), names.end(), "cpu") != names.end();
}

}  // namespace

unsigned cgroupProcessorLimit(const std::string& membershipFile, const std::string& root) {
    const std::string memberships = readSmallFile(membershipFile).value_or("");
    unsigned strictest = 0;
    for (const std::string_view line : base::split(memberships, '\n')) {
        // "hierarchy:controllers:path"; version 2 has the number 0 and no controllers.
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        const bool isVersion2 = controllers.empty();
        if (!isVersion2 && !controlsProcessors(controllers)) continue;
        std::string group(line.substr(second + 1));
        if (group == "/") group.clear();
        const unsigned limit =
            strictestLimit(isVersion2 ? root : root + "/cpu", std::move(group), isVersion2);
        if (limit != 0) strictest = strictest == 0 ? limit : std::min(strictest, limit);
    }
    return strictest;
}

}  // namespace platform::linux
