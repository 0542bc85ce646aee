// SPDX-License-Identifier: Apache-2.0
#include "platform/standard_error_log.hpp"

#include <exception>
#include <mutex>
#include <utility>

#include "platform/base/bytes.hpp"
#include "platform/base/cut_text.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"

namespace platform {

namespace {

/// The journal makes two entries of a line that is longer than its LineMax with all that belongs to it.
constexpr std::size_t kLongestLine = 48 * base::kKiB - 1;

struct Prefixes {
    const char* forJournal;
    const char* forPerson;
};

Prefixes prefixesOf(LogSeverity severity) noexcept {
    switch (severity) {
        case LogSeverity::Error:
            return {"<3>", "error: "};
        case LogSeverity::Warning:
            return {"<4>", "warning: "};
        case LogSeverity::Information:
            break;
    }
    return {"<6>", ""};
}

class StandardErrorLog final : public SystemLog {
public:
    StandardErrorLog(std::string name, LogReader reader) : name_(std::move(name)), reader_(reader) {}

    void write(LogSeverity severity, LogEvent event, std::string_view line) noexcept override {
        try {
            std::string entry = prefix(severity, event);
            entry.append(titleOf(event)).append(": ").append(base::printable(line));
            const std::lock_guard lock(mutex_);
            writeStandard(StandardStream::Error, base::cutToBytes(entry, kLongestLine) + "\n");
        } catch (const std::exception&) {
            // Nobody reads along, or memory ran out; the service works all the same.
        }
    }

private:
    [[nodiscard]] std::string prefix(LogSeverity severity, LogEvent event) const {
        const Prefixes prefixes = prefixesOf(severity);
        if (reader_ == LogReader::Person) return name_ + ": " + prefixes.forPerson;
        return prefixes.forJournal + ("event=" + std::to_string(static_cast<unsigned>(event)) + " ");
    }

    const std::string name_;
    const LogReader reader_;
    std::mutex mutex_;  // held while a line is written: the system may take it in pieces
};

}  // namespace

std::unique_ptr<SystemLog> makeStandardErrorLog(std::string name, LogReader reader) {
    return std::make_unique<StandardErrorLog>(std::move(name), reader);
}

}  // namespace platform
