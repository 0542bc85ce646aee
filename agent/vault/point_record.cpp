// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/point_record.hpp"

#include <algorithm>

#include "agent/vault/random.hpp"
#include "platform/timestamp_wire.hpp"

namespace vault {

namespace {

constexpr std::string_view kPointFolder = "points/";
constexpr std::uint64_t kMaxStrings = 1 << 20;

void encodeStrings(base::Encoder& encoder, const std::vector<std::string>& strings) {
    encoder.number(strings.size());
    for (const std::string& text : strings) encoder.string(text);
}

std::vector<std::string> decodeStrings(base::Decoder& decoder) {
    std::vector<std::string> strings;
    const std::uint64_t count = decoder.numberUpTo(kMaxStrings);
    for (std::uint64_t i = 0; i < count; ++i) strings.emplace_back(decoder.string());
    return strings;
}

}  // namespace

std::vector<std::string> sourcesOfPoint(const platform::FileSystem& fileSystem,
                                        const std::vector<std::string>& paths) {
    std::vector<std::string> sources;
    for (const std::string& path : paths) sources.push_back(fileSystem.absolutePath(path));
    std::ranges::sort(sources);
    const auto repeated = std::ranges::unique(sources);
    sources.erase(repeated.begin(), repeated.end());
    return sources;
}

PointId copyIdOf(const PointId& original) {
    PointId id = original;
    fillRandom(id.fill().subspan(kOriginBytes));
    return id;
}

bool haveSameOrigin(const PointId& a, const PointId& b) noexcept {
    return std::ranges::equal(a.view().first(kOriginBytes), b.view().first(kOriginBytes));
}

std::string pointName(const PointId& id) { return std::string(kPointFolder) + id.hex(); }

std::optional<PointId> pointIdOfName(std::string_view name) {
    if (!name.starts_with(kPointFolder)) return std::nullopt;
    return PointId::fromHex(name.substr(kPointFolder.size()));
}

void encodePoint(base::Encoder& encoder, const PointRecord& point) {
    encoder.raw(point.id.view());
    encoder.string(point.client);
    encoder.string(point.plan);
    encodeStrings(encoder, point.sources);
    encodeStrings(encoder, point.tags);
    platform::encodeTimestamp(encoder, point.started);
    platform::encodeTimestamp(encoder, point.finished);
    encoder.raw(point.root.id.view());
    encoder.number(point.root.contentBytes);
    encoder.number(point.treeLevels);
    encoder.number(point.objects);
    encoder.number(point.logicalBytes);
    encoder.number(point.readBytes);
    encoder.number(point.newBytes);
    encoder.number(point.storedBytes);
    encoder.number(point.faults);
    encodeContent(encoder, point.faultList);
    encoder.raw(point.parent.view());
}

PointRecord decodePoint(base::Decoder& decoder) {
    PointRecord point;
    point.id = PointId::fromBytes(decoder.raw(PointId::kSizeBytes));
    point.client = decoder.string();
    point.plan = decoder.string();
    point.sources = decodeStrings(decoder);
    point.tags = decodeStrings(decoder);
    point.started = platform::decodeTimestamp(decoder);
    point.finished = platform::decodeTimestamp(decoder);
    point.root.id = ChunkId::fromBytes(decoder.raw(ChunkId::kSizeBytes));
    point.root.contentBytes = decoder.number();
    point.treeLevels = static_cast<unsigned>(decoder.numberUpTo(64));
    point.objects = decoder.number();
    point.logicalBytes = decoder.number();
    point.readBytes = decoder.number();
    point.newBytes = decoder.number();
    point.storedBytes = decoder.number();
    point.faults = decoder.number();
    point.faultList = decodeContent(decoder);
    point.parent = PointId::fromBytes(decoder.raw(PointId::kSizeBytes));
    return point;
}

}  // namespace vault
