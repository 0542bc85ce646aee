// SPDX-License-Identifier: Apache-2.0
#include "agent/search/manifest.hpp"

#include <algorithm>

#include "agent/search/frame.hpp"
#include "platform/base/wire.hpp"
#include "platform/timestamp_wire.hpp"

namespace search {

namespace {

/// Changes when segments or this file change. Another one is no damage: the index is made anew.
constexpr std::string_view kFormat = "HBR paths 1\n";

template <typename Id>
Id decodeId(base::Decoder& from) {
    return Id::fromBytes(from.raw(Id::kSizeBytes));
}

/// Every item takes a byte at least, so a count can be no larger than what is left.
std::uint64_t decodeCount(base::Decoder& from) { return from.numberUpTo(from.rest().size()); }

void encodeLine(base::Encoder& to, const Line& line) {
    to.number(line.id);
    to.string(line.client);
    to.string(line.plan);
    to.number(line.sources.size());
    for (const std::string& source : line.sources) to.string(source);
    to.number(line.points.size());
    for (const IndexedPoint& point : line.points) {
        to.byte(point.isForgotten ? 1 : 0);
        if (point.isForgotten) continue;  // nobody asks for it any more
        to.raw(point.id.view());
        platform::encodeTimestamp(to, point.started);
    }
}

Line decodeLine(base::Decoder& from) {
    Line line;
    line.id = static_cast<std::uint32_t>(from.numberUpTo(UINT32_MAX));
    line.client.assign(from.string());
    line.plan.assign(from.string());
    line.sources.resize(static_cast<std::size_t>(decodeCount(from)));
    for (std::string& source : line.sources) source.assign(from.string());
    line.points.resize(static_cast<std::size_t>(decodeCount(from)));
    for (IndexedPoint& point : line.points) {
        point.isForgotten = from.byte() != 0;
        if (point.isForgotten) continue;
        point.id = decodeId<vault::PointId>(from);
        point.started = platform::decodeTimestamp(from);
    }
    return line;
}

SegmentInfo decodeSegment(base::Decoder& from) {
    SegmentInfo segment;
    segment.id = decodeId<SegmentId>(from);
    segment.directoryOffset = from.number();
    segment.fileBytes = from.number();
    segment.paths = from.number();
    return segment;
}

Manifest decodeContent(base::ByteView content) {
    base::Decoder from(content);
    if (base::asText(from.raw(kFormat.size())) != kFormat) throw damagedIndex("it has another format");
    Manifest manifest;
    manifest.vault = decodeId<vault::VaultId>(from);
    manifest.updated = platform::decodeTimestamp(from);
    manifest.nextLine = static_cast<std::uint32_t>(from.numberUpTo(UINT32_MAX));
    for (auto left = decodeCount(from); left > 0; --left) manifest.lines.push_back(decodeLine(from));
    for (auto left = decodeCount(from); left > 0; --left)
        manifest.unreadable.push_back({decodeId<vault::PointId>(from)});
    for (auto left = decodeCount(from); left > 0; --left) manifest.segments.push_back(decodeSegment(from));
    manifest.forgottenPoints = from.number();
    from.expectEnd();
    return manifest;
}

}  // namespace

bool Line::hasPoints() const noexcept { return !std::ranges::all_of(points, &IndexedPoint::isForgotten); }

bool Line::hasPointIn(const Span& span) const noexcept {
    const std::size_t begin = span.from - std::size_t{1};
    const std::size_t end = span.to == kStillThere
                                ? points.size()
                                : std::min<std::size_t>(span.to - std::size_t{1}, points.size());
    for (std::size_t i = begin; i < end; ++i)
        if (!points[i].isForgotten) return true;
    return false;
}

const Line* Manifest::findLine(std::uint32_t id) const noexcept {
    const auto found = std::ranges::lower_bound(lines, id, std::ranges::less(), &Line::id);
    return found != lines.end() && found->id == id ? &*found : nullptr;
}

std::uint64_t Manifest::livePoints() const noexcept {
    std::uint64_t count = 0;
    for (const Line& line : lines)
        count +=
            static_cast<std::uint64_t>(std::ranges::count(line.points, false, &IndexedPoint::isForgotten));
    return count;
}

base::Bytes encodeManifest(const Manifest& manifest) {
    base::Bytes content;
    base::Encoder to(content);
    to.raw(base::asBytes(kFormat));
    to.raw(manifest.vault.view());
    platform::encodeTimestamp(to, manifest.updated);
    to.number(manifest.nextLine);
    to.number(manifest.lines.size());
    for (const Line& line : manifest.lines) encodeLine(to, line);
    to.number(manifest.unreadable.size());
    for (const UnreadablePoint& point : manifest.unreadable) to.raw(point.id.view());
    to.number(manifest.segments.size());
    for (const SegmentInfo& segment : manifest.segments) {
        to.raw(segment.id.view());
        to.number(segment.directoryOffset);
        to.number(segment.fileBytes);
        to.number(segment.paths);
    }
    to.number(manifest.forgottenPoints);
    FramePacker packer;
    const base::ByteView frame = packer.pack(content);
    return {frame.begin(), frame.end()};
}

Manifest decodeManifest(base::ByteView bytes) {
    base::Bytes content;
    FrameOpener().open(bytes, content);
    try {
        return decodeContent(content);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt || error.code() == "SEARCH-0001") throw;
        throw damagedIndex("its list of points and segments cannot be read");
    }
}

}  // namespace search
