// SPDX-License-Identifier: Apache-2.0
#include "agent/search/block.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "agent/search/frame.hpp"

namespace search {

namespace {

constexpr std::size_t kFullNames = 64 * base::kKiB;
constexpr std::size_t kFullVersions = 256 * base::kKiB;

constexpr std::size_t kSpanColumns = 6;

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

std::uint32_t number32(base::Decoder& from) { return static_cast<std::uint32_t>(from.numberUpTo(kMost32)); }

/// The difference may pass over the ends of its type and comes back the same way.
std::int64_t difference(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t sum(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace

void encodeBlockInfo(base::Encoder& to, const BlockInfo& block) {
    to.string(block.firstKey);
    to.number(block.offset);
    for (const std::uint32_t number : {block.filterBytes, block.namesBytes, block.versionsBytes, block.paths})
        to.number(number);
    to.number(block.leastSize);
    to.number(block.mostSize);
    to.signedNumber(block.leastModified);
    to.signedNumber(block.mostModified);
    to.number(block.kinds);
}

BlockInfo decodeBlockInfo(base::Decoder& from) {
    BlockInfo block;
    block.firstKey.assign(from.string());
    block.offset = from.numberUpTo(std::uint64_t{1} << 48U);
    for (std::uint32_t* number : {&block.filterBytes, &block.namesBytes, &block.versionsBytes, &block.paths})
        *number = number32(from);
    block.leastSize = from.number();
    block.mostSize = from.number();
    block.leastModified = from.signedNumber();
    block.mostModified = from.signedNumber();
    block.kinds = number32(from);
    return block;
}

void BlockBuilder::noteVersion(const Version& version) {
    if (info_.kinds == 0) {
        info_.leastSize = info_.mostSize = version.sizeBytes;
        info_.leastModified = info_.mostModified = version.modified;
    }
    info_.leastSize = std::min(info_.leastSize, version.sizeBytes);
    info_.mostSize = std::max(info_.mostSize, version.sizeBytes);
    info_.leastModified = std::min(info_.leastModified, version.modified);
    info_.mostModified = std::max(info_.mostModified, version.modified);
    info_.kinds |= kindBit(version.kind);
}

void BlockBuilder::add(std::string_view key, std::span<const Span> spans) {
    if (isEmpty()) info_.firstKey.assign(key);
    const auto [here, there] = std::ranges::mismatch(key, previousKey_);
    const auto shared = static_cast<std::size_t>(here - key.begin());
    base::Encoder names(names_);
    names.number(shared);
    names.string(key.substr(shared));
    filter_.add(nameOfKey(key));
    previousKey_.assign(key);
    ++info_.paths;
    base::Encoder(counts_).number(spans.size());
    for (const Span& span : spans) {
        noteVersion(span.version);
        base::Encoder(lines_).number(span.line);
        base::Encoder(froms_).number(span.from);
        base::Encoder(tos_).number(span.to);
        base::Encoder(kinds_).byte(span.version.kind);
        base::Encoder(sizes_).number(span.version.sizeBytes);
        base::Encoder(times_).signedNumber(difference(span.version.modified, previousTime_));
        previousTime_ = span.version.modified;
    }
}

bool BlockBuilder::isFull() const noexcept {
    return names_.size() >= kFullNames || sizes_.size() + times_.size() >= kFullVersions;
}

BlockBuilder::Block BlockBuilder::finish() {
    Block block;
    base::Encoder versions(block.versions);
    for (base::Bytes* column : {&counts_, &lines_, &froms_, &tos_, &kinds_, &sizes_, &times_}) {
        versions.blob(*column);
        column->clear();
    }
    block.info = std::exchange(info_, {});
    block.filter = filter_.finish();
    block.names = std::exchange(names_, {});
    previousKey_.clear();
    previousTime_ = 0;
    return block;
}

bool BlockKeys::next() {
    if (left_ == 0) {
        decoder_.expectEnd();
        return false;
    }
    --left_;
    key_.resize(static_cast<std::size_t>(decoder_.numberUpTo(key_.size())));
    key_ += decoder_.string();
    return true;
}

void BlockSpans::decode(base::ByteView versions, std::uint32_t paths) {
    base::Decoder from(versions);
    base::Decoder counts(from.blob());
    base::Decoder lines(from.blob());
    base::Decoder froms(from.blob());
    base::Decoder tos(from.blob());
    base::Decoder kinds(from.blob());
    base::Decoder sizes(from.blob());
    base::Decoder times(from.blob());
    from.expectEnd();
    // Every path takes a byte of one column at least, and every span one of each of the others.
    if (paths > counts.rest().size()) throw damagedIndex("a block has more paths than room for them");
    if (kinds.rest().size() > versions.size() / kSpanColumns)
        throw damagedIndex("a block has more versions than room for them");
    spans_.clear();
    spans_.reserve(kinds.rest().size());
    ends_.assign(1, 0);
    ends_.reserve(paths + std::size_t{1});
    std::int64_t time = 0;
    for (std::uint32_t path = 0; path < paths; ++path) {
        const std::uint64_t count = counts.numberUpTo(kinds.rest().size());
        for (std::uint64_t i = 0; i < count; ++i) {
            Span span;
            span.line = number32(lines);
            span.from = number32(froms);
            span.to = number32(tos);
            span.version.kind = kinds.byte();
            span.version.sizeBytes = sizes.number();
            time = sum(time, times.signedNumber());
            span.version.modified = time;
            spans_.push_back(span);
        }
        ends_.push_back(spans_.size());
    }
    for (base::Decoder* column : {&counts, &lines, &froms, &tos, &kinds, &sizes, &times}) column->expectEnd();
}

}  // namespace search
