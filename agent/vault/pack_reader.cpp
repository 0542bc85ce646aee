// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_reader.hpp"

#include "platform/base/error.hpp"

namespace vault {

PackReader::PackReader(PackBytes bytes, std::unique_ptr<Cipher> cipher, PackDirectory directory,
                       bool hasParity)
    : bytes_(std::move(bytes)),
      cipher_(std::move(cipher)),
      directory_(std::move(directory)),
      hasParity_(hasParity) {}

std::optional<PackReader> PackReader::open(const VaultKeys& keys, ObjectStore& store, const PackId& id,
                                           std::string& why) {
    const std::string name = packName(id);
    const auto sizeBytes = store.sizeOf(name);
    if (!sizeBytes) {
        why = "it is missing";
        return std::nullopt;
    }
    PackBytes bytes(store, name);
    auto reader = openBytes(keys, name, bytes, *sizeBytes, why);
    if (reader || bytes.heal() == nullptr) return reader;
    why.clear();
    return openBytes(keys, name, bytes, bytes.healed()->object.size(), why);
}

std::optional<PackReader> PackReader::openBytes(const VaultKeys& keys, const std::string& name,
                                                PackBytes& bytes, std::uint64_t sizeBytes, std::string& why) {
    if (sizeBytes < kHeaderBytes + kTagBytes + kFooterBytes || sizeBytes > kMostPackBytes) {
        why = "its size is impossible";
        return std::nullopt;
    }
    const auto whyNotRead = [&] { return bytes.isUnreadable() ? std::string(kLostWhy) : "it is missing"; };
    try {
        base::Bytes header(kHeaderBytes);
        base::Bytes sealedFooter(kFooterBytes);
        if (!bytes.readRange(0, header) || !bytes.readRange(sizeBytes - kFooterBytes, sealedFooter)) {
            why = whyNotRead();
            return std::nullopt;
        }
        std::unique_ptr<Cipher> cipher(new Cipher(objectCipher(keys, ObjectKind::Pack, name, header)));
        const auto footer = openFooter(*cipher, sealedFooter);
        if (!footer) {
            why = "the seal of its footer is broken";
            return std::nullopt;
        }
        const std::uint64_t bodyBytes =
            std::uint64_t{footer->directoryOffset} + footer->directorySealedBytes + kFooterBytes;
        if (bodyBytes > sizeBytes) {
            why = "it was cut";
            return std::nullopt;
        }
        base::Bytes sealedDirectory(footer->directorySealedBytes);
        if (!bytes.readRange(footer->directoryOffset, sealedDirectory)) {
            why = whyNotRead();
            return std::nullopt;
        }
        auto directory = openDirectory(*cipher, *footer, sealedDirectory);
        if (!directory) {
            why = "the seal of its directory is broken";
            return std::nullopt;
        }
        return PackReader(std::move(bytes), std::move(cipher), std::move(*directory), bodyBytes < sizeBytes);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        why = error.message();
        return std::nullopt;
    }
}

std::optional<base::Bytes> PackReader::readSealed(const SegmentInfo& segment) {
    base::Bytes sealedSegment(segment.sealedBytes);
    if (!bytes_.readRange(segment.offset, sealedSegment)) return std::nullopt;
    return sealedSegment;
}

void appendEntries(const PackId& pack, const std::vector<SegmentInfo>& segments,
                   std::vector<IndexEntry>& entries) {
    for (const SegmentInfo& segment : segments) {
        std::uint32_t chunkOffset = 0;
        for (const ChunkInSegment& chunk : segment.chunks) {
            entries.push_back(
                {chunk.id, {pack, segment.offset, segment.sealedBytes, chunkOffset, chunk.sizeBytes}});
            chunkOffset += chunk.sizeBytes;
        }
    }
}

}  // namespace vault
