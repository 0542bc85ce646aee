// SPDX-License-Identifier: Apache-2.0
// prune_run.hpp: a prune as commands make it and tell of it.
#pragma once

#include "agent/app/command.hpp"
#include "agent/vault/prune.hpp"

namespace app {

/// What the command line says of it. Throws Error (Invalid, "CLI-0004").
vault::PruneOptions pruneOptionsOf(const Command& command);

/// Shows how far it is. Throws as vault::prune().
vault::PruneReport runPrune(Command& command, vault::Vault& vault, const vault::PruneOptions& options);

/// The report as JSON members of one object.
void addPruneReport(base::JsonWriter& json, const vault::PruneReport& report);

/// The report in sentences.
void tellPruneReport(Command& command, const vault::PruneReport& report, bool isDryRun);

}  // namespace app
