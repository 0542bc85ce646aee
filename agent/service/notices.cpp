// SPDX-License-Identifier: Apache-2.0
#include "agent/service/notices.hpp"

#include "agent/alerts/alert_book.hpp"

namespace service {

namespace {

alerts::Severity severityOf(platform::LogSeverity severity) {
    switch (severity) {
        case platform::LogSeverity::Error:
            return alerts::Severity::Error;
        case platform::LogSeverity::Warning:
            return alerts::Severity::Warning;
        case platform::LogSeverity::Information:
            break;
    }
    return alerts::Severity::Information;
}

}  // namespace

alerts::Trouble troubleOf(const Notice& notice) {
    return {notice.subject, notice.kind,     severityOf(notice.severity),
            notice.plan,    notice.planName, notice.vault,
            notice.line,    notice.hint};
}

bool Notices::tell(const Notice& notice) {
    const auto steady = clock_.steady();
    Told& told = told_[notice.subject];
    told.last = steady;
    std::erase_if(told.lines, [&](const auto& line) { return steady - line.second >= kAgain; });
    const bool isNews = !told.lines.contains(notice.line) && told.lines.size() < kMostLines;
    if (isNews) {
        told.lines[notice.line] = steady;
        log_.write(notice.severity, notice.event, notice.line);
    }
    if (alerts_.catalogue != nullptr &&
        alerts::AlertBook(alerts_.catalogue->database()).raise(troubleOf(notice), now()))
        alerts_.wake();
    return isNews;
}

void Notices::forget(const std::string& subject, const std::string& line) {
    told_.erase(subject);
    endAlert(subject, line);
}

bool Notices::endAlert(const std::string& subject, const std::string& line) {
    if (alerts_.catalogue == nullptr) return false;
    const bool wasOpen = alerts::AlertBook(alerts_.catalogue->database()).end(subject, line, now());
    if (wasOpen) alerts_.wake();
    return wasOpen;
}

void Notices::resolve(const std::string& subject, const std::string& line) {
    const auto told = told_.find(subject);
    const bool wasTold = told != told_.end();
    // What an earlier service told is over, too, when this one has seen nothing of it for as long.
    if (clock_.steady() - (wasTold ? told->second.last : begun_) < kQuiet) return;
    const bool wasOpen = endAlert(subject, line);
    if (wasTold) told_.erase(told);
    if (wasTold || wasOpen)
        log_.write(platform::LogSeverity::Information, platform::LogEvent::AlertResolved, line);
}

}  // namespace service
