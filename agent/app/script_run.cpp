// SPDX-License-Identifier: Apache-2.0
#include "agent/app/script_run.hpp"

#include <array>
#include <optional>

#include "agent/app/fault_report.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/child_process.hpp"

namespace app {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

/// How often it is looked whether a script is to stop.
constexpr milliseconds kLook{100};
/// How long one that was asked to stop may take for it.
constexpr std::chrono::seconds kGrace{10};

/// What opens vaults and buckets is no business of a script's.
const std::vector<std::string> kWithheld = {
    "HBR_PASSWORD",         "HBR_NEW_PASSWORD",         "HBR_TO_PASSWORD",
    "HBR_S3_ACCESS_KEY_ID", "HBR_S3_SECRET_ACCESS_KEY", "HBR_S3_SESSION_TOKEN",
    "HBR_S3_PROXY_USER",    "HBR_S3_PROXY_PASSWORD",    "HBR_JOB_RESULT"};

/// Says what a script prints, line by line, up to a bound.
class ScriptOutput final {
public:
    ScriptOutput(Command& command, const std::string& name) : command_(command), name_(name) {}

    void add(std::string_view text) {
        for (const char letter : text) {
            if (letter == '\n') {
                endLine();
            } else if (line_.size() < kLongestScriptLine) {
                line_ += letter;
            }
        }
    }

    void finish() {
        if (!line_.empty()) endLine();
        if (lines_ > kMostScriptLines)
            say(std::to_string(lines_ - kMostScriptLines) + " more lines were left out.");
    }

private:
    void endLine() {
        if (++lines_ <= kMostScriptLines) say(base::trim(line_));
        line_.clear();
    }
    void say(std::string_view line) { command_.say(name_ + ": " + base::printable(line)); }

    Command& command_;
    const std::string name_;
    std::string line_;  // that has not ended
    std::size_t lines_ = 0;
};

/// One run of a script, until it has ended in one way or another.
class ScriptRun final {
public:
    ScriptRun(Command& command, const Script& script)
        : clock_(command.around.clock),
          script_(script),
          output_(command, script.name),
          started_(clock_.steady()),
          child_(platform::startChild(commandOf(script))) {}

    int exitCode() {
        std::array<base::Byte, 4 * base::kKiB> buffer{};
        for (;;) {
            const auto got = child_->readOutput(buffer, kLook);
            if (got == 0U) break;
            if (got) output_.add(base::asText(base::ByteView(buffer).first(*got)));
            stopInTime();
        }
        std::optional<int> code;
        while (!(code = child_->wait(kLook))) stopInTime();
        output_.finish();
        return *code;
    }

    [[nodiscard]] bool wasStopped() const noexcept { return stopped_.has_value(); }

private:
    static platform::ChildCommand commandOf(const Script& script) {
        platform::ChildCommand command;
        command.words = {script.path};
        command.withheld = kWithheld;
        command.environment = script.variables;
        command.inputEnd = platform::ChildCommand::InputEnd::AtOnce;
        command.errors = platform::ChildCommand::Errors::WithOutput;
        return command;
    }

    void stopInTime() {
        const nanoseconds now = clock_.steady();
        if (!stopped_ && (script_.cancel.isCancelled() || now - started_ >= script_.limit)) {
            stopped_ = now;
            child_->askToStop();
        }
        if (stopped_ && now - *stopped_ >= kGrace) child_->kill();
    }

    const platform::Clock& clock_;
    const Script& script_;
    ScriptOutput output_;
    const nanoseconds started_;
    const std::unique_ptr<platform::ChildProcess> child_;
    std::optional<nanoseconds> stopped_;
};

std::string durationOf(std::chrono::seconds time) {
    const bool isLong = time >= std::chrono::minutes(1);
    const auto count = isLong ? std::chrono::floor<std::chrono::minutes>(time).count() : time.count();
    return counted(static_cast<std::uint64_t>(count), isLong ? "minute" : "second");
}

}  // namespace

void runScript(Command& command, const Script& script) {
    ScriptRun run(command, script);
    const int exitCode = run.exitCode();
    script.cancel.throwIfCancelled();
    const std::string name = "The " + script.name + ", '" + base::printable(script.path) + "',";
    if (run.wasStopped()) {
        throw base::Error(base::ErrorKind::Unavailable, "SCRIPT-0002",
                          name + " was ended after " + durationOf(script.limit),
                          "Make it faster, or give it more time with --script-timeout.", base::Retry::Later);
    }
    if (exitCode != 0) {
        throw base::Error(base::ErrorKind::Unavailable, "SCRIPT-0001",
                          name + " ended with exit code " + std::to_string(exitCode),
                          "Its output tells more; run it by hand to see why.", base::Retry::Later);
    }
}

}  // namespace app
