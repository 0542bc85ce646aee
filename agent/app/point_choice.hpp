// SPDX-License-Identifier: Apache-2.0
// point_choice.hpp: finds the restore point that a person means, and places within points.
#pragma once

#include <string>
#include <vector>

#include "agent/app/command.hpp"
#include "agent/vault/point_record.hpp"
#include "agent/vault/vault_state.hpp"

namespace app {

/// Restore points that --client, --plan and --tag let through, oldest first by the time at which their
/// backups began, whenever they came to this vault.
std::vector<vault::PointRecord> selectedPoints(const Command& command, const vault::VaultState& state);

/// The point that a text names: "latest", the last of selectedPoints(), or the beginning of an id.
/// Throws Error: NotFound ("CLI-0030") when there is none, Invalid ("CLI-0031") when there are several.
vault::PointRecord choosePoint(const Command& command, const vault::VaultState& state,
                               const std::string& text);

/// The key that hex digits stand for, as 'browse --json' tells it. Throws Error (Invalid, "CLI-0035").
std::string keyOfHex(const std::string& text);

/// The key of a path that a person typed; a path with a drive is read as one of Windows on every system.
std::string keyOfPath(const platform::FileSystem& fileSystem, const std::string& path);

/// The first digits of an id, enough to name it.
std::string shortId(const vault::PointId& id);

/// All of a point as JSON members of one object.
void addPoint(base::JsonWriter& json, const vault::PointRecord& point);

}  // namespace app
