// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/job_progress.hpp"

#include "platform/base/error.hpp"
#include "platform/base/json_writer.hpp"
#include "platform/read_fully.hpp"

namespace catalogue {

namespace {

constexpr std::uint64_t kLargestFileBytes = 64 * 1024;

std::string textOf(const JobProgress& progress) {
    base::JsonWriter json;
    json.beginObject().member("stage", progress.stage).member("objectsDone", progress.objectsDone);
    if (progress.objectsTotal) json.member("objectsTotal", *progress.objectsTotal);
    json.member("bytesDone", progress.bytesDone);
    if (progress.bytesTotal) json.member("bytesTotal", *progress.bytesTotal);
    json.member("bytesRead", progress.readBytes).member("bytesNew", progress.newBytes);
    json.member("bytesStored", progress.storedBytes).member("faults", progress.faults);
    json.member("bytesPerSecond", progress.bytesPerSecond);
    if (progress.secondsLeft) json.member("secondsLeft", *progress.secondsLeft);
    json.member("current", progress.current).endObject();
    return json.text();
}

}  // namespace

JobProgress progressFrom(const json::JsonObject& object) {
    const auto number = [&](const char* name) { return object.number(name).value_or(0); };
    JobProgress progress;
    progress.stage = object.text("stage").value_or("");
    progress.objectsDone = number("objectsDone");
    progress.objectsTotal = object.number("objectsTotal");
    progress.bytesDone = number("bytesDone");
    progress.bytesTotal = object.number("bytesTotal");
    progress.readBytes = number("bytesRead");
    progress.newBytes = number("bytesNew");
    progress.storedBytes = number("bytesStored");
    progress.faults = number("faults");
    progress.bytesPerSecond = number("bytesPerSecond");
    progress.secondsLeft = object.number("secondsLeft");
    progress.current = object.text("current").value_or("");
    return progress;
}

std::string ProgressFiles::fileOf(JobId id) const {
    return folder_ + "/" + std::to_string(id.value) + ".progress";
}

void ProgressFiles::write(JobId id, const JobProgress& progress) const {
    const std::string path = fileOf(id);
    const std::string newPath = path + ".new";
    fileSystem_.removeFile(newPath);  // of a writer that was killed
    fileSystem_.createNew(newPath)->write(base::asBytes(textOf(progress)));
    fileSystem_.replace(newPath, path);
}

std::optional<JobProgress> ProgressFiles::read(JobId id) const {
    try {
        const auto file = fileSystem_.openForReading(fileOf(id));
        const std::uint64_t size = file->status().sizeBytes;
        if (size > kLargestFileBytes) return std::nullopt;
        base::Bytes content(static_cast<std::size_t>(size));
        content.resize(platform::readFully(*file, 0, content));
        const auto object = json::JsonObject::parse(std::string(base::asText(content)));
        return object ? std::optional(progressFrom(*object)) : std::nullopt;
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

void ProgressFiles::remove(JobId id) const { fileSystem_.removeFile(fileOf(id)); }

}  // namespace catalogue
