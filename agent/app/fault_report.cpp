// SPDX-License-Identifier: Apache-2.0
#include "agent/app/fault_report.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr std::uint64_t kListed = 10;

}  // namespace

void reportFaults(Command& command, const std::vector<engine::Fault>& faults, std::uint64_t faultCount,
                  const std::string& howToSeeAll) {
    std::uint64_t listed = 0;
    for (const engine::Fault& fault : faults) {
        if (fault.isWarning()) {
            command.detail(
                "hbr: note: " + (fault.object.empty() ? "" : base::printable(fault.object) + ": ") +
                fault.sentence);
            continue;
        }
        if (listed == kListed) continue;
        ++listed;
        const std::string line = "hbr: fault: " + base::printable(fault.object) + ": " + fault.sentence +
                                 " (" + fault.code + ")\n";
        command.around.console.err(line);
    }
    if (faultCount > listed) {
        command.around.console.err("hbr: and " + counted(faultCount - listed, "more fault") + "." +
                                   (howToSeeAll.empty() ? "" : " '" + howToSeeAll + "' lists them all.") +
                                   "\n");
    }
}

void addFaults(base::JsonWriter& json, const std::vector<engine::Fault>& faults) {
    json.key("firstFaults").beginArray();
    for (const engine::Fault& fault : faults) {
        json.beginObject().member("object", fault.object).member("code", fault.code);
        json.member("message", fault.sentence).endObject();
    }
    json.endArray();
}

bool isVaultDamage(const engine::Fault& fault) {
    constexpr std::array<std::string_view, 4> kCodes = {"VAULT-0011", "VAULT-0013", "VAULT-0014",
                                                        "VAULT-0022"};
    return std::find(kCodes.begin(), kCodes.end(), fault.code) != kCodes.end();
}

std::string counted(std::uint64_t number, const std::string& noun) {
    const char* const ending = noun.ends_with("ch") ? "es" : "s";
    return std::to_string(number) + ' ' + noun + (number == 1 ? "" : ending);
}

}  // namespace app
