// SPDX-License-Identifier: Apache-2.0
// fault_log.hpp: every object that could not be read or written, and why, for people and for the restore
// point.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "agent/vault/content_writer.hpp"
#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"

namespace engine {

/// One line of a fault report.
struct Fault {
    std::string object;  // its path, printable
    std::string code;    // empty for a warning
    std::string sentence;
    [[nodiscard]] bool isWarning() const noexcept { return code.empty(); }
};

/// Collects faults. Thread-safe. Keeps the first ones at hand and all of them as JSON lines, which go to the
/// vault piece by piece, so that a million unreadable files do not fill the memory.
class FaultLog final {
public:
    static constexpr std::size_t kAtHand = 1000;

    /// Stores a piece of the report and names it; without it the report ends after kAtHand lines.
    using StorePiece = std::function<vault::ChunkId(base::ByteView)>;

    explicit FaultLog(StorePiece storePiece = {}) : storePiece_(std::move(storePiece)) {}

    void add(const Fault& fault);

    /// Adds lines of another point's report, or a part of one, as they are. They are not counted.
    void addLines(std::string_view lines);

    [[nodiscard]] std::vector<Fault> firstFaults() const;
    [[nodiscard]] std::uint64_t faults() const;
    [[nodiscard]] std::uint64_t warnings() const;

    /// Stores what is left of the report.
    vault::ContentRef finish();

private:
    void storePending();

    const StorePiece storePiece_;
    mutable std::mutex mutex_;  // guards everything below
    std::vector<Fault> first_;
    std::uint64_t faults_ = 0;
    std::uint64_t warnings_ = 0;
    base::Bytes pending_;
    vault::ContentWriter content_;
};

/// A key as a path for people: components joined by '/', made printable.
std::string displayPath(std::string_view key);

/// A fault from an error.
Fault faultOf(std::string_view key, const base::Error& error);

/// The error of the object behind which a part of a point's list of objects cannot be read.
base::Error lostBehind(const base::Error& cause);

}  // namespace engine
