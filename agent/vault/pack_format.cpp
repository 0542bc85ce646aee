// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_format.hpp"

#include <algorithm>
#include <array>

#include "platform/base/error.hpp"
#include "platform/base/wire.hpp"

namespace vault {

namespace {

constexpr std::string_view kPackFolder = "packs/";
constexpr std::uint32_t kDirectoryFormat = 1;

base::Error didNotSurvive() {
    return {base::ErrorKind::Corrupt, "VAULT-0006",
            "Data did not survive compression and encryption unchanged, so it was not stored",
            "The machine's memory, processor or a library is faulty: test the memory before the next backup.",
            base::Retry::AfterFix};
}

/// Lesson 1: what cannot be opened again does not become durable.
void requireOpens(Cipher& cipher, PartRole role, std::uint64_t number, base::ByteView sealed,
                  base::ByteView plain) {
    base::Bytes readBack(plain.size());
    if (!cipher.open(role, number, sealed, readBack) || !std::ranges::equal(readBack, plain))
        throw didNotSurvive();
}

}  // namespace

std::string packName(const PackId& id) {
    const std::string hex = id.hex();
    return std::string(kPackFolder) + hex.substr(0, 2) + '/' + hex;
}

std::optional<PackId> packIdOfName(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    if (!name.starts_with(kPackFolder) || slash == std::string_view::npos) return std::nullopt;
    return PackId::fromHex(name.substr(slash + 1));
}

std::size_t directoryBytesFor(std::size_t chunks) noexcept { return 16 + chunks * (ChunkId::kSizeBytes + 4); }

base::Bytes beginDirectory(PackKind kind) { return {static_cast<base::Byte>(kind)}; }

void encodeSegmentInfo(base::Bytes& directory, const SegmentInfo& segment) {
    base::Encoder encoder(directory);
    encoder.number(segment.offset);
    encoder.number(segment.sealedBytes);
    encoder.number(segment.chunks.size());
    for (const ChunkInSegment& chunk : segment.chunks) {
        encoder.raw(chunk.id.view());
        encoder.number(chunk.sizeBytes);
    }
}

std::size_t finalPackBytes(std::size_t segmentsEnd, std::size_t directoryPlainBytes) noexcept {
    const std::size_t needed = segmentsEnd + directoryPlainBytes + kTagBytes + kFooterBytes;
    const std::size_t padded = std::max(kLeastPackBytes, static_cast<std::size_t>(paddedSize(needed)));
    return std::max(needed, std::min(kPackBytes, padded));
}

base::Bytes sealPackEnd(Cipher& cipher, std::uint32_t segmentsEnd, base::Bytes directory) {
    const std::size_t total = finalPackBytes(segmentsEnd, directory.size());
    const auto directoryPlainBytes = static_cast<std::uint32_t>(directory.size());
    directory.resize(total - segmentsEnd - kTagBytes - kFooterBytes);
    const std::size_t directorySealedBytes = directory.size() + kTagBytes;

    base::Bytes end(directorySealedBytes + kFooterBytes);
    const base::MutableBytes view(end);
    cipher.seal(PartRole::Directory, segmentsEnd, directory, {}, view.first(directorySealedBytes));
    requireOpens(cipher, PartRole::Directory, segmentsEnd, view.first(directorySealedBytes), directory);

    std::array<base::Byte, kFooterPlainBytes> footer{};
    base::storeLittleEndian<std::uint32_t>(footer.data(), segmentsEnd);
    base::storeLittleEndian(footer.data() + 4, static_cast<std::uint32_t>(directorySealedBytes));
    base::storeLittleEndian(footer.data() + 8, directoryPlainBytes);
    base::storeLittleEndian(footer.data() + 12, kDirectoryFormat);
    cipher.seal(PartRole::Footer, 0, footer, {}, view.subspan(directorySealedBytes));
    requireOpens(cipher, PartRole::Footer, 0, view.subspan(directorySealedBytes), footer);
    return end;
}

std::optional<PackFooter> openFooter(Cipher& cipher, base::ByteView sealedFooter) {
    std::array<base::Byte, kFooterPlainBytes> plain{};
    if (!cipher.open(PartRole::Footer, 0, sealedFooter, plain)) return std::nullopt;
    PackFooter footer;
    footer.directoryOffset = base::loadLittleEndian<std::uint32_t>(plain.data());
    footer.directorySealedBytes = base::loadLittleEndian<std::uint32_t>(plain.data() + 4);
    footer.directoryPlainBytes = base::loadLittleEndian<std::uint32_t>(plain.data() + 8);
    if (base::loadLittleEndian<std::uint32_t>(plain.data() + 12) != kDirectoryFormat) return std::nullopt;
    return footer;
}

std::optional<PackDirectory> openDirectory(Cipher& cipher, const PackFooter& footer,
                                           base::ByteView sealedDirectory) {
    if (sealedDirectory.size() < kTagBytes) return std::nullopt;
    base::Bytes plain(sealedDirectory.size() - kTagBytes);
    if (footer.directoryPlainBytes > plain.size() ||
        !cipher.open(PartRole::Directory, footer.directoryOffset, sealedDirectory, plain)) {
        return std::nullopt;
    }
    PackDirectory directory;
    base::Decoder decoder(base::ByteView(plain).first(footer.directoryPlainBytes));
    try {
        directory.kind = static_cast<PackKind>(decoder.byte());
        while (!decoder.atEnd()) {
            SegmentInfo& segment = directory.segments.emplace_back();
            segment.offset = static_cast<std::uint32_t>(decoder.numberUpTo(kPackBytes));
            segment.sealedBytes = static_cast<std::uint32_t>(decoder.numberUpTo(kPackBytes));
            const std::uint64_t chunks = decoder.numberUpTo(kPackBytes);
            for (std::uint64_t i = 0; i < chunks; ++i) {
                const ChunkId id = ChunkId::fromBytes(decoder.raw(ChunkId::kSizeBytes));
                segment.chunks.push_back(
                    {id, static_cast<std::uint32_t>(decoder.numberUpTo(kMaxSegmentRawBytes))});
            }
        }
    } catch (const base::Error&) {
        return std::nullopt;
    }
    return directory;
}

SegmentCodec::Prepared SegmentCodec::prepare(base::ByteView raw, int level) {
    return {compressor_.compress(raw, level), static_cast<std::uint32_t>(raw.size())};
}

base::Bytes SegmentCodec::sealVerified(Cipher& cipher, std::uint32_t offset, const Prepared& prepared,
                                       base::ByteView raw) {
    std::array<base::Byte, kSegmentPrefixBytes> prefix{};
    prefix[0] = static_cast<base::Byte>(prepared.content.codec);
    base::storeLittleEndian(prefix.data() + 1, prepared.rawBytes);
    base::Bytes sealedSegment(prepared.sealedBytes());
    cipher.seal(PartRole::Segment, offset, prefix, prepared.content.payload, sealedSegment);

    const auto readBack = open(cipher, offset, sealedSegment);
    if (!readBack || readBack->size() != raw.size() ||
        !std::equal(raw.begin(), raw.end(), readBack->begin())) {
        throw didNotSurvive();
    }
    return sealedSegment;
}

std::optional<base::ByteView> SegmentCodec::open(Cipher& cipher, std::uint32_t offset,
                                                 base::ByteView sealedSegment) {
    if (!isIntact(cipher, offset, sealedSegment)) return std::nullopt;
    const base::ByteView plain = base::ByteView(opened_).first(sealedSegment.size() - kTagBytes);
    const auto codec = static_cast<Codec>(plain[0]);
    const auto rawBytes = base::loadLittleEndian<std::uint32_t>(plain.data() + 1);
    const base::ByteView payload = plain.subspan(kSegmentPrefixBytes);
    if (rawBytes > kMaxSegmentRawBytes) return std::nullopt;
    if (codec == Codec::Stored) {
        if (payload.size() != rawBytes) return std::nullopt;
        return payload;
    }
    if (raw_.size() < rawBytes) raw_.resize(rawBytes);
    const base::MutableBytes raw = base::MutableBytes(raw_).first(rawBytes);
    if (!compressor_.decompress(codec, payload, raw)) return std::nullopt;
    return raw;
}

std::optional<SegmentCodec::Reopened> SegmentCodec::reopen(Cipher& cipher, std::uint32_t offset,
                                                           base::ByteView sealedSegment) {
    const auto raw = open(cipher, offset, sealedSegment);
    if (!raw) return std::nullopt;
    // Copies, because sealVerified() opens what it sealed into the same memory.
    const base::ByteView plain = base::ByteView(opened_).first(sealedSegment.size() - kTagBytes);
    const auto codec = static_cast<Codec>(plain[0]);
    reopenedPayload_.assign(plain.begin() + kSegmentPrefixBytes, plain.end());
    reopenedRaw_.assign(raw->begin(), raw->end());
    return Reopened{{{codec, reopenedPayload_}, static_cast<std::uint32_t>(raw->size())}, reopenedRaw_};
}

bool SegmentCodec::isIntact(Cipher& cipher, std::uint32_t offset, base::ByteView sealedSegment) {
    if (sealedSegment.size() < kSegmentPrefixBytes + kTagBytes) return false;
    const std::size_t plainBytes = sealedSegment.size() - kTagBytes;
    if (opened_.size() < plainBytes) opened_.resize(plainBytes);
    return cipher.open(PartRole::Segment, offset, sealedSegment,
                       base::MutableBytes(opened_).first(plainBytes));
}

}  // namespace vault
