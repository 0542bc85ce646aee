// SPDX-License-Identifier: Apache-2.0
// block.hpp: some thousand paths of a segment in the order of their keys, as bytes and back.
//
// A block is three frames: its filter, its names and its versions. Most searches look at the filter alone,
// and at the versions only where a name matches.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/search/name_filter.hpp"
#include "agent/search/path_record.hpp"
#include "platform/base/wire.hpp"

namespace search {

/// What the directory of a segment tells of a block.
struct BlockInfo {
    std::string firstKey;
    std::uint64_t offset = 0;  // of its filter; names and versions follow
    std::uint32_t filterBytes = 0;
    std::uint32_t namesBytes = 0;
    std::uint32_t versionsBytes = 0;
    std::uint32_t paths = 0;
    // Of all versions in it:
    std::uint64_t leastSize = 0;
    std::uint64_t mostSize = 0;
    std::int64_t leastModified = 0;
    std::int64_t mostModified = 0;
    std::uint32_t kinds = 0;  // a bit for each, by kindBit()

    [[nodiscard]] std::uint64_t end() const noexcept {
        return offset + filterBytes + namesBytes + versionsBytes;
    }
    bool operator==(const BlockInfo&) const = default;
};

[[nodiscard]] constexpr std::uint32_t kindBit(std::uint8_t kind) noexcept {
    return std::uint32_t{1} << (kind < 31 ? kind : 31U);
}

void encodeBlockInfo(base::Encoder& to, const BlockInfo& block);
/// Throws Error (Corrupt).
BlockInfo decodeBlockInfo(base::Decoder& from);

/// Gathers the paths of one block after another. Not thread-safe.
class BlockBuilder final {
public:
    /// The key is greater than the one before.
    void add(std::string_view key, std::span<const Span> spans);

    [[nodiscard]] bool isEmpty() const noexcept { return info_.paths == 0; }
    [[nodiscard]] bool isFull() const noexcept;

    struct Block {
        BlockInfo info;  // without its place and the sizes of its frames
        base::Bytes filter;
        base::Bytes names;
        base::Bytes versions;
    };
    /// Hands over what was gathered, before compression, and begins anew.
    Block finish();

private:
    void noteVersion(const Version& version);

    BlockInfo info_;
    std::string previousKey_;
    NameFilterBuilder filter_;
    base::Bytes names_;
    // A column for each part of spans, because like goes well with like.
    base::Bytes counts_;
    base::Bytes lines_;
    base::Bytes froms_;
    base::Bytes tos_;
    base::Bytes kinds_;
    base::Bytes sizes_;
    base::Bytes times_;
    std::int64_t previousTime_ = 0;
};

/// The keys of a block, one after the other. Trusts nothing; throws Error (Corrupt).
class BlockKeys final {
public:
    BlockKeys() = default;
    /// `names` outlives it.
    BlockKeys(base::ByteView names, std::uint32_t paths) : decoder_(names), left_(paths) {}

    /// False at the end.
    bool next();
    [[nodiscard]] const std::string& key() const noexcept { return key_; }

private:
    base::Decoder decoder_{base::ByteView()};
    std::uint32_t left_ = 0;
    std::string key_;
};

/// The spans of a block, to be asked for by the place of the path in it.
class BlockSpans final {
public:
    /// Throws Error (Corrupt).
    void decode(base::ByteView versions, std::uint32_t paths);

    [[nodiscard]] std::span<const Span> of(std::size_t path) const noexcept {
        return std::span(spans_).subspan(ends_[path], ends_[path + 1] - ends_[path]);
    }

private:
    std::vector<Span> spans_;
    std::vector<std::size_t> ends_;
};

}  // namespace search
