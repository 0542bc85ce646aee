// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_reader.hpp"

#include "platform/base/error.hpp"

namespace vault {

PackReader::PackReader(ObjectStore& store, std::string name, std::unique_ptr<Cipher> cipher,
                       PackDirectory directory)
    : store_(&store), name_(std::move(name)), cipher_(std::move(cipher)), directory_(std::move(directory)) {}

std::optional<PackReader> PackReader::open(const VaultKeys& keys, ObjectStore& store, const PackId& id,
                                           std::string& why) {
    const std::string name = packName(id);
    const auto sizeBytes = store.sizeOf(name);
    if (!sizeBytes) {
        why = "it is missing";
        return std::nullopt;
    }
    if (*sizeBytes < kHeaderBytes + kTagBytes + kFooterBytes || *sizeBytes > 2 * kPackBytes) {
        why = "its size is impossible";
        return std::nullopt;
    }
    try {
        base::Bytes header(kHeaderBytes);
        base::Bytes sealedFooter(kFooterBytes);
        if (!store.readRange(name, 0, header) ||
            !store.readRange(name, *sizeBytes - kFooterBytes, sealedFooter)) {
            why = "it is missing";
            return std::nullopt;
        }
        std::unique_ptr<Cipher> cipher(new Cipher(objectCipher(keys, ObjectKind::Pack, name, header)));
        const auto footer = openFooter(*cipher, sealedFooter);
        if (!footer) {
            why = "the seal of its footer is broken";
            return std::nullopt;
        }
        if (std::uint64_t{footer->directoryOffset} + footer->directorySealedBytes + kFooterBytes !=
            *sizeBytes) {
            why = "it was cut or has grown";
            return std::nullopt;
        }
        base::Bytes sealedDirectory(footer->directorySealedBytes);
        if (!store.readRange(name, footer->directoryOffset, sealedDirectory)) {
            why = "it is missing";
            return std::nullopt;
        }
        auto directory = openDirectory(*cipher, *footer, sealedDirectory);
        if (!directory) {
            why = "the seal of its directory is broken";
            return std::nullopt;
        }
        return PackReader(store, name, std::move(cipher), std::move(*directory));
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        why = error.message();
        return std::nullopt;
    }
}

std::optional<base::Bytes> PackReader::readSealed(const SegmentInfo& segment) {
    base::Bytes sealedSegment(segment.sealedBytes);
    try {
        if (!store_->readRange(name_, segment.offset, sealedSegment)) return std::nullopt;
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        return std::nullopt;
    }
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
