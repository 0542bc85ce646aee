// SPDX-License-Identifier: Apache-2.0
// event_log.hpp: Windows' event log "Application", and the source that our entries have there.
//
// An entry holds an id and a text. Whoever reads it, then or years later, finds the sentence for the id in
// the program that the source names: windows/event_messages.mc becomes a resource of it.
#pragma once

#include <windows.h>

#include <string>
#include <string_view>

#include "platform/system_log.hpp"

namespace platform::windows {

class EventLog final : public SystemLog {
public:
    /// Where Windows does not open it, entries are lost.
    explicit EventLog(const std::string& source);
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;
    ~EventLog() override;

    void write(LogSeverity severity, LogEvent event, std::string_view line) noexcept override;

private:
    const HANDLE source_;
};

/// A line as the event log takes it: printable, with no "%1" that would be taken for the place of another
/// text
/// ("\x251" instead), and not too long.
std::wstring eventText(std::string_view line);

/// Tells Windows that the sentences of this source are in this program, which is a whole path. One that is
/// there is replaced. Throws Error and leaves none behind: Denied ("LOG-0001") without the rights of an
/// Administrator, else Unavailable ("LOG-0002").
void registerEventSource(const std::string& source, const std::string& program);

/// Does nothing when there is none. What was logged stays, without its sentences. Throws as above.
void removeEventSource(const std::string& source);

}  // namespace platform::windows
