// SPDX-License-Identifier: Apache-2.0
// plan_check.cpp: what may stand in a plan, with a sentence for each field that is refused.
#include <set>

#include "agent/catalogue/plans.hpp"
#include "platform/base/given_name.hpp"
#include "platform/base/text.hpp"
#include "platform/file_system.hpp"

namespace catalogue {

namespace {

using Fault = std::optional<std::string>;

Fault faultOfSource(const std::string& source, std::set<std::string>& seen) {
    if (source.empty()) return "A source is empty; give its path, or take it away.";
    if (source.find('\0') != std::string::npos)
        return "A source's path holds a byte of value 0, which no path can.";
    if (source.size() > kLongestSourceBytes)
        return "A source's path has " + std::to_string(source.size()) + " bytes; " +
               std::to_string(kLongestSourceBytes) + " are the most.";
    if (!seen.insert(source).second)
        return "The source '" + base::printable(source) + "' is named twice; take one away.";
    return std::nullopt;
}

Fault faultOfSources(const std::vector<std::string>& sources) {
    if (sources.empty()) return "The plan has no source; name 1 to 8 paths.";
    if (sources.size() > kMostSources)
        return "The plan has " + std::to_string(sources.size()) + " sources; 8 are the most.";
    std::set<std::string> seen;
    for (const std::string& source : sources) {
        if (Fault fault = faultOfSource(source, seen)) return fault;
    }
    return std::nullopt;
}

Fault faultOfOptions(const PlanSettings& settings) {
    if (settings.options.size() > kMostOptions)
        return "The plan has " + std::to_string(settings.options.size()) + " options; " +
               std::to_string(kMostOptions) + " are the most.";
    for (const auto& [name, value] : settings.options) {
        if (name.empty()) return "An option of the plan has no name.";
        if (name.size() + value.size() > kLongestOptionBytes)
            return "The option '" + base::printable(name.substr(0, base::kLongestGivenName)) +
                   "' is longer than " + std::to_string(kLongestOptionBytes) + " bytes.";
    }
    return std::nullopt;
}

Fault faultOfScript(const char* which, const std::string& path) {
    const std::string script = std::string("The path of the script ") + which;
    if (!path.empty() && !platform::isAbsolutePath(path))
        return script + " depends on the current folder; give the whole path.";
    if (base::printable(path) != path)
        return script + " holds characters that cannot be shown; name another file.";
    const std::size_t length = base::countCharacters(path);
    if (length <= kLongestScriptPath) return std::nullopt;
    return script + " has " + std::to_string(length) + " characters; 250 are the most.";
}

}  // namespace

std::vector<scheduler::RefusedField> checkPlan(const PlanSettings& settings) {
    std::vector<scheduler::RefusedField> refused;
    const auto judge = [&refused](const char* field, const Fault& fault) {
        if (fault) refused.push_back({field, *fault});
    };
    judge("name", base::faultOfName("plan", settings.name));
    judge("client", base::faultOfName("client", settings.client));
    judge("vault", base::faultOfName("vault", settings.vault));
    judge("sources", faultOfSources(settings.sources));
    judge("options", faultOfOptions(settings));
    judge("scriptBefore", faultOfScript("before the backup", settings.scriptBefore));
    judge("scriptAfter", faultOfScript("after the backup", settings.scriptAfter));
    for (const std::string& fault : scheduler::checkBandwidth(settings.bandwidth)) judge("bandwidth", fault);
    for (const std::string& fault : scheduler::checkRetryRule(settings.retry)) judge("retry", fault);
    return refused;
}

}  // namespace catalogue
