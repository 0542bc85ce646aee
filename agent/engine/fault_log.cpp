// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/fault_log.hpp"

#include "connectors/object_text.hpp"
#include "platform/base/json_writer.hpp"
#include "platform/base/text.hpp"

namespace engine {

namespace {

constexpr std::size_t kPieceBytes = 64 * base::kKiB;

}  // namespace

void FaultLog::add(const Fault& fault) {
    const std::lock_guard lock(mutex_);
    ++(fault.isWarning() ? warnings_ : faults_);
    if (first_.size() < kAtHand) first_.push_back(fault);
    if (!storePiece_) return;
    base::JsonWriter line;
    line.beginObject()
        .member("object", fault.object)
        .member("code", fault.code)
        .member("message", fault.sentence);
    line.endObject();
    base::append(pending_, base::asBytes(line.text()));
    pending_.push_back('\n');
    if (pending_.size() >= kPieceBytes) storePending();
}

void FaultLog::addLines(std::string_view lines) {
    const std::lock_guard lock(mutex_);
    base::append(pending_, base::asBytes(lines));
    if (storePiece_ && pending_.size() >= kPieceBytes) storePending();
}

void FaultLog::storePending() {
    content_.add({storePiece_(pending_), pending_.size()}, storePiece_);
    pending_.clear();
}

std::vector<Fault> FaultLog::firstFaults() const {
    const std::lock_guard lock(mutex_);
    return first_;
}

std::uint64_t FaultLog::faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
}

std::uint64_t FaultLog::warnings() const {
    const std::lock_guard lock(mutex_);
    return warnings_;
}

vault::ContentRef FaultLog::finish() {
    const std::lock_guard lock(mutex_);
    if (!storePiece_) return {};
    if (!pending_.empty()) storePending();
    return content_.finish(storePiece_);
}

std::string displayPath(std::string_view key) { return connectors::displayPath(key); }

Fault faultOf(std::string_view key, const base::Error& error) {
    return {displayPath(key), error.code(), error.message()};
}

base::Error lostBehind(const base::Error& cause) {
    return base::Error(base::ErrorKind::Corrupt, cause.code(),
                       "What the restore point lists behind this object is lost in part: " + cause.message(),
                       cause.hint());
}

}  // namespace engine
