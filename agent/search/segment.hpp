// SPDX-License-Identifier: Apache-2.0
// segment.hpp: reads what SegmentWriter wrote: the directory at once, blocks as they are asked for.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/search/block.hpp"
#include "agent/search/frame.hpp"
#include "agent/search/segment_writer.hpp"
#include "agent/search/text_match.hpp"
#include "platform/file_system.hpp"

namespace search {

/// An open segment. Thread-safe. Its file is read when blocks are, so it may go from its folder meanwhile.
class Segment final {
public:
    /// Throws Error: NotFound when the file is gone, damagedIndex() when it is not what the manifest says.
    Segment(const platform::FileSystem& fileSystem, const std::string& folder, const SegmentInfo& info);

    [[nodiscard]] const std::vector<BlockInfo>& blocks() const noexcept { return blocks_; }

    /// Fills `to` with these bytes of the file. Throws damagedIndex() when it ends before.
    void read(std::uint64_t offset, std::size_t sizeBytes, base::Bytes& to) const;

    /// The first block that may hold a key not less than this one.
    [[nodiscard]] std::size_t blockOf(std::string_view key) const noexcept;

private:
    void readDirectory(const SegmentInfo& info);

    std::unique_ptr<platform::File> file_;
    std::vector<BlockInfo> blocks_;
};

/// Keys from one up to, but not including, another.
struct KeyRange {
    std::string from;                  // empty: from the first
    std::optional<std::string> until;  // nothing: to the last
};

/// Which versions are looked for.
struct VersionRange {
    std::uint32_t kinds = ~std::uint32_t{0};  // by kindBit()
    std::uint64_t leastSize = 0;
    std::uint64_t mostSize = ~std::uint64_t{0};
    std::int64_t leastModified = INT64_MIN;
    std::int64_t mostModified = INT64_MAX;

    [[nodiscard]] bool contains(const Version& version) const noexcept {
        return (kinds & kindBit(version.kind)) != 0 && version.sizeBytes >= leastSize &&
               version.sizeBytes <= mostSize && version.modified >= leastModified &&
               version.modified <= mostModified;
    }
    [[nodiscard]] bool mayMeet(const BlockInfo& block) const noexcept {
        return (kinds & block.kinds) != 0 && block.mostSize >= leastSize && block.leastSize <= mostSize &&
               block.mostModified >= leastModified && block.leastModified <= mostModified;
    }
};

/// Walks the paths of a segment whose keys match, in their order. A path may come with versions outside of
/// the range, or not come at all when it has none within; what it has within is complete. Not thread-safe.
class SegmentScan final {
public:
    /// References outlive it.
    SegmentScan(const Segment& segment, const TextMatch& text, const VersionRange& versions, KeyRange range);

    /// Moves to the next one; false at the end. Throws damagedIndex().
    bool next();

    [[nodiscard]] const std::string& key() const noexcept { return keys_.key(); }
    /// Valid until the next call of next(). Throws damagedIndex().
    [[nodiscard]] std::span<const Span> spans();

private:
    bool enterBlock();
    [[nodiscard]] bool isWorthReading(const BlockInfo& block);

    const Segment& segment_;
    const TextMatch& text_;
    const VersionRange& versions_;
    const KeyRange range_;
    FrameOpener opener_;
    std::size_t nextBlock_ = 0;
    const BlockInfo* block_ = nullptr;
    base::Bytes frame_;
    base::Bytes filter_;
    base::Bytes names_;
    base::Bytes content_;
    BlockKeys keys_;
    std::size_t path_ = 0;  // in the block, from 1 on
    BlockSpans spans_;
    bool hasSpans_ = false;
    TextMatch::Scratch scratch_;
};

}  // namespace search
