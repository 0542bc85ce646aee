// SPDX-License-Identifier: Apache-2.0
#include "agent/service/job_report.hpp"

#include <utility>

#include "platform/base/cut_text.hpp"
#include "platform/base/text.hpp"
#include "platform/base/wire.hpp"
#include "platform/clock.hpp"
#include "platform/handed_over_program.hpp"

namespace service {

using catalogue::EventLevel;
using catalogue::JobEnd;
using catalogue::JobState;
using std::chrono::sys_seconds;

namespace {

/// What the program's sentences begin with, and what an event of them is.
struct Beginning {
    std::string_view text;
    EventLevel level;
};
constexpr Beginning kBeginnings[] = {
    {"hbr: fault: ", EventLevel::Warning},
    {"hbr: warning: ", EventLevel::Warning},
    {"hbr: ", EventLevel::Error},
};

platform::Timestamp timeOf(const std::optional<std::string>& text) {
    platform::Timestamp time;
    if (!text || !platform::parseUtc(*text, time)) return {};
    return time;
}

JobEnd diedWithout(int exitCode) {
    return failedWith(
        {base::ErrorKind::Unavailable, "JOB-0001",
         "The job's process ended without saying how its work did" +
             (exitCode == platform::kUnknownExitCode ? std::string()
                                                     : " (exit code " + std::to_string(exitCode) + ")"),
         "What it had stored will be reused by the next run.", base::Retry::Later});
}

std::string withHint(const std::string& message, const std::string& hint) {
    return hint.empty() ? message : message + ". " + hint;
}

catalogue::RestoreCounts countsOf(const json::JsonObject& result, const json::JsonObject& steps) {
    const auto number = [&steps](const char* name) { return steps.number(name).value_or(0); };
    catalogue::RestoreCounts counts;
    counts.created = number("create");
    counts.overwritten = number("overwrite");
    counts.keptBoth = number("keepBoth");
    counts.skipped = number("skip");
    counts.alreadyThere = number("alreadyThere");
    counts.bytes = result.number("bytesWanted").value_or(0);
    counts.freeBytes = result.number("freeBytes");
    counts.differences = result.number("differences");
    return counts;
}

JobEnd failedBy(const json::JsonObject& error) {
    JobEnd end;
    end.errorKind = base::errorKindNamed(error.text("kind").value_or(""));
    const bool isCancelled = end.errorKind == base::ErrorKind::Cancelled;
    end.state = isCancelled ? JobState::Cancelled : JobState::Failed;
    end.errorCode = error.text("code").value_or("");
    end.errorText = withHint(error.text("message").value_or(""), error.text("hint").value_or(""));
    return end;
}

}  // namespace

JobEnd failedWith(const base::Error& error) {
    JobEnd end;
    end.state = JobState::Failed;
    end.errorCode = error.code();
    end.errorText = withHint(error.message(), error.hint());
    end.errorKind = error.kind();
    return end;
}

void JobReport::add(std::string_view output, sys_seconds now) {
    while (!output.empty()) {
        const std::size_t end = output.find('\n');
        const std::string_view piece = output.substr(0, end);
        line_ += piece.substr(0, kLongestLineBytes - line_.size());
        if (end == std::string_view::npos) return;
        addLine(line_, now);
        line_.clear();
        output.remove_prefix(end + 1);
    }
}

void JobReport::addLine(const std::string& line, sys_seconds now) {
    const auto value = line.starts_with('{') ? json::JsonObject::parse(line) : std::nullopt;
    const auto type = value ? value->text("type") : std::nullopt;
    if (!type) {
        addSentence(line, now);
    } else if (*type == "progress") {
        progress_ = catalogue::progressFrom(*value);
    } else if (*type == "object") {
        addObject(*value, now);
    } else if (*type == "point") {
        addPoint(*value);
    } else if (*type == "result") {
        result_ = value;
    } else if (*type == "error") {
        error_ = value;
    }
}

void JobReport::addSentence(std::string_view line, sys_seconds now) {
    line = base::trim(line);
    if (line.empty()) return;
    EventLevel level = EventLevel::Info;
    for (const Beginning& beginning : kBeginnings) {
        if (!line.starts_with(beginning.text)) continue;
        line.remove_prefix(beginning.text.size());
        level = beginning.level;
        break;
    }
    addEvent({now, level, base::printable(base::startOf(line, catalogue::kLongestEventBytes))});
}

void JobReport::addEvent(catalogue::JobEvent event) {
    if (events_.size() == static_cast<std::size_t>(catalogue::kMostEvents)) events_.pop_back();
    events_.push_back(std::move(event));
}

/// A dry run says each object. What is there and would not be any more, or not alone, is worth an event.
void JobReport::addObject(const json::JsonObject& value, sys_seconds now) {
    const std::string step = value.text("step").value_or("");
    const bool isReplaced = step == "overwrite" && value.text("kind") != "directory";
    if (!isReplaced && step != "keepBoth") return;
    const std::string path = base::printable(value.text("path").value_or(""));
    addEvent(
        {now, EventLevel::Info, (isReplaced ? "Would replace " : "Would be put beside another: ") + path});
}

/// One that makes no sense is missed at the end, when all are counted.
void JobReport::addPoint(const json::JsonObject& value) {
    const std::string record = value.text("record").value_or("");
    base::Bytes bytes(record.size() / 2);
    if (!base::decodeHex(record, bytes)) return;
    try {
        base::Decoder decoder(bytes);
        points_.push_back(vault::decodePoint(decoder));
        ++listed_;
    } catch (const base::Error&) {
        return;
    }
}

std::vector<vault::PointRecord> JobReport::takePoints() { return std::exchange(points_, {}); }

std::vector<catalogue::JobEvent> JobReport::takeEvents() { return std::exchange(events_, {}); }

std::optional<vault::PointRecord> JobReport::pointOf(const json::JsonObject& point) const {
    const auto id = vault::PointId::fromHex(point.text("id").value_or(""));
    if (!id) return std::nullopt;
    vault::PointRecord record;
    record.id = *id;
    record.client = wanted_.client;
    record.plan = wanted_.plan;
    record.sources = wanted_.sources;
    record.started = timeOf(point.text("started"));
    record.finished = timeOf(point.text("finished"));
    const auto number = [&](const char* name) { return point.number(name).value_or(0); };
    record.objects = number("objects");
    record.logicalBytes = number("logicalBytes");
    record.readBytes = number("readBytes");
    record.newBytes = number("newBytes");
    record.storedBytes = number("storedBytes");
    record.faults = number("faults");
    record.parent = vault::PointId::fromHex(point.text("parent").value_or("")).value_or(vault::PointId());
    return record;
}

JobEnd JobReport::doneBy(const json::JsonObject& result) const {
    if (result.number("listed").value_or(listed_) != listed_) {
        return failedWith({base::ErrorKind::Internal, "JOB-0008",
                           "Not all points of the vault that were listed could be read",
                           "They are listed again later; report it when it happens again.",
                           base::Retry::Later});
    }
    JobEnd end;
    end.faults = result.number("faults").value_or(0);
    if (const auto point = result.object("point")) {
        end.point = pointOf(*point);
        end.objects = point->number("objects").value_or(0);
        end.readBytes = point->number("readBytes").value_or(0);
        end.storedBytes = point->number("storedBytes").value_or(0);
        end.faults = point->number("faults").value_or(0);
    }
    if (const auto steps = result.object("steps")) {
        end.restored = countsOf(result, *steps);
        end.objects = end.restored->created + end.restored->overwritten + end.restored->keptBoth;
        end.readBytes = end.restored->bytes;
    }
    const bool isSame = !end.restored || end.restored->differences.value_or(0) == 0;
    const bool isWhole = end.faults == 0 && isSame && !result.text("scriptFault");
    end.state = isWhole ? JobState::Completed : JobState::PartiallyCompleted;
    return end;
}

JobEnd JobReport::notDone(int exitCode, bool wasAskedToStop) const {
    JobEnd end;
    if (error_) {
        end = failedBy(*error_);
    } else if (wasAskedToStop) {
        end.state = JobState::Cancelled;
    } else {
        end = diedWithout(exitCode);
    }
    end.objects = progress_.objectsDone;
    end.readBytes = progress_.readBytes;
    end.storedBytes = progress_.storedBytes;
    end.faults = progress_.faults;
    return end;
}

JobEnd JobReport::finish(int exitCode, bool wasAskedToStop, sys_seconds now) {
    if (!line_.empty()) addLine(std::exchange(line_, {}), now);
    // A result is said once everything is safe; how the process ended behind it changes nothing.
    return result_ ? doneBy(*result_) : notDone(exitCode, wasAskedToStop);
}

}  // namespace service
