// SPDX-License-Identifier: Apache-2.0
#include "agent/app/session_text.hpp"

#include "platform/base/text.hpp"

namespace app {

namespace {

/// Unsigned, because what a journal says may be as far away as numbers go.
std::uint64_t secondsBetween(const platform::Timestamp& earlier, const platform::Timestamp& later) {
    return static_cast<std::uint64_t>(later.seconds) - static_cast<std::uint64_t>(earlier.seconds);
}

}  // namespace

std::string sessionLine(const vault::SessionInfo& session, const platform::Timestamp& now) {
    const bool isAhead = now.seconds < session.lastSeen.seconds;
    const std::uint64_t distance =
        isAhead ? secondsBetween(now, session.lastSeen) : secondsBetween(session.lastSeen, now);
    return base::printable(session.client) + ", last heard of " + base::formatDuration(distance) +
           (isAhead ? " ahead of this clock (" : " ago (") + platform::formatUtc(session.lastSeen) + ")";
}

void addSessions(base::JsonWriter& json, const std::vector<vault::SessionInfo>& sessions,
                 const platform::Timestamp& now) {
    json.key("sessions").beginArray();
    for (const vault::SessionInfo& session : sessions) {
        json.beginObject().member("id", session.id.hex()).member("client", session.client);
        json.member("lastSeen", platform::formatUtc(session.lastSeen));
        json.member("secondsSinceSeen", static_cast<std::int64_t>(secondsBetween(session.lastSeen, now)));
        json.endObject();
    }
    json.endArray();
}

}  // namespace app
