// SPDX-License-Identifier: Apache-2.0
// session_text.hpp: sessions that are open in a vault, as people and programs read them.
#pragma once

#include <string>
#include <vector>

#include "agent/vault/vault_state.hpp"
#include "platform/base/json_writer.hpp"
#include "platform/clock.hpp"

namespace app {

/// Who it is, and when the vault last heard of it. The time is by that client's clock, so that it may lie in
/// the future of ours. A session that has died is heard of no more; a long silence alone does not prove it.
std::string sessionLine(const vault::SessionInfo& session, const platform::Timestamp& now);

/// Adds "sessions", a list.
void addSessions(base::JsonWriter& json, const std::vector<vault::SessionInfo>& sessions,
                 const platform::Timestamp& now);

}  // namespace app
