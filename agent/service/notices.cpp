// SPDX-License-Identifier: Apache-2.0
#include "agent/service/notices.hpp"

namespace service {

void Notices::tell(const Notice& notice) {
    const auto now = clock_.steady();
    Told& told = told_[notice.subject];
    told.last = now;
    std::erase_if(told.lines, [&](const auto& line) { return now - line.second >= kAgain; });
    if (told.lines.contains(notice.line) || told.lines.size() >= kMostLines) return;
    told.lines[notice.line] = now;
    log_.write(notice.severity, notice.event, notice.line);
}

void Notices::resolve(const std::string& subject, const std::string& line) {
    const auto told = told_.find(subject);
    if (told == told_.end() || clock_.steady() - told->second.last < kQuiet) return;
    told_.erase(told);
    log_.write(platform::LogSeverity::Information, platform::LogEvent::AlertResolved, line);
}

}  // namespace service
