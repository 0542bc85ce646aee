// SPDX-License-Identifier: Apache-2.0
// fault_report.hpp: tells a person what went wrong in a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/app/command.hpp"
#include "agent/engine/fault_log.hpp"

namespace app {

/// Lists the first faults, and warnings with --verbose, and says how many more there are and where to see
/// them.
void reportFaults(Command& command, const std::vector<engine::Fault>& faults, std::uint64_t faultCount,
                  const std::string& howToSeeAll);

/// Adds a member "faults" with the first of them.
void addFaults(base::JsonWriter& json, const std::vector<engine::Fault>& faults);

/// True when a fault is damage in the vault and not trouble at the source or target.
bool isVaultDamage(const engine::Fault& fault);

/// "1 file", "2 files", "2 matches".
std::string counted(std::uint64_t number, const std::string& noun);

}  // namespace app
