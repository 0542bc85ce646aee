// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/lost_directory.hpp"

#include <algorithm>

#include "agent/vault/pack_bytes.hpp"

namespace vault {

namespace {

constexpr int kMaxTries = 3;

/// False when another client has taken a run away meanwhile.
bool collectSegments(Vault& vault, const std::function<bool(const PackId& pack)>& isWanted,
                     std::map<PackId, NamedSegments>& packs) {
    for (const auto& run : vault.index().runs()) {
        try {
            run->forEachReadable([&](const IndexEntry& entry) {
                const ChunkLocation& at = entry.location;
                if (!isWanted(at.pack)) return;
                NamedSegment& segment = packs[at.pack][at.segmentOffset];
                segment.sealedBytes = at.segmentBytes;
                segment.chunks.push_back({entry.id, at.chunkOffset, at.chunkBytes});
            });
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            if (!vault.store().sizeOf(runName(run->info().id))) return false;
        }
    }
    return true;
}

/// True when each named chunk of the segment can be read.
bool isReadable(Vault& vault, SegmentCodec& codec, PackBytes& bytes, const std::string& name,
                std::uint32_t offset, const NamedSegment& segment) {
    base::Bytes header(kHeaderBytes);
    base::Bytes sealedSegment(segment.sealedBytes);
    if (!bytes.readRange(0, header) || !bytes.readRange(offset, sealedSegment)) return false;
    try {
        Cipher cipher = objectCipher(vault.keys(), ObjectKind::Pack, name, header);
        const auto raw = codec.open(cipher, offset, sealedSegment);
        return raw &&
               std::all_of(segment.chunks.begin(), segment.chunks.end(), [&](const MovingChunk& chunk) {
                   return std::size_t{chunk.offset} + chunk.sizeBytes <= raw->size() &&
                          vault.hasher().idOf(raw->subspan(chunk.offset, chunk.sizeBytes)) == chunk.id;
               });
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        return false;  // the header is damaged
    }
}

std::vector<std::uint32_t> unreadableSegments(Vault& vault, const PackId& pack,
                                              const NamedSegments& segments) {
    const std::string name = packName(pack);
    PackBytes bytes(vault.store(), name);
    SegmentCodec codec;
    const auto isLost = [&](std::uint32_t offset) {
        return !isReadable(vault, codec, bytes, name, offset, segments.at(offset));
    };
    std::vector<std::uint32_t> lost;
    for (const auto& [offset, segment] : segments) {
        if (isLost(offset)) lost.push_back(offset);
    }
    // As readers do, only where it is needed: from here on `bytes` are what parity makes of the pack.
    if (!lost.empty() && bytes.heal() != nullptr) std::erase_if(lost, std::not_fn(isLost));
    return lost;
}

}  // namespace

std::map<PackId, NamedSegments> namedSegments(Vault& vault,
                                              const std::function<bool(const PackId& pack)>& isWanted) {
    std::map<PackId, NamedSegments> packs;
    for (int i = 0; i < kMaxTries; ++i) {
        packs.clear();
        if (collectSegments(vault, isWanted, packs)) break;
        vault.refresh();
    }
    for (auto& [pack, segments] : packs) {
        for (auto& [offset, segment] : segments) {
            auto& chunks = segment.chunks;
            std::sort(chunks.begin(), chunks.end(),
                      [](const MovingChunk& a, const MovingChunk& b) { return a.offset < b.offset; });
            const auto repeated =
                std::unique(chunks.begin(), chunks.end(),
                            [](const MovingChunk& a, const MovingChunk& b) { return a.offset == b.offset; });
            chunks.erase(repeated, chunks.end());
        }
    }
    return packs;
}

std::string examineLostDirectory(Vault& vault, const PackId& pack, const std::string& why,
                                 const NamedSegments& segments, DamageMap& lost) {
    const std::vector<std::uint32_t> unreadable = unreadableSegments(vault, pack, segments);
    for (const std::uint32_t offset : unreadable) lost.loseSegment({pack, offset});
    const std::string named = std::to_string(segments.size()) + " segments that the index names in it";
    if (segments.empty()) return "The pack is damaged: " + why + ". The index names nothing in it.";
    if (unreadable.size() == segments.size())
        return "The pack is damaged: " + why + ". None of the " + named + " can be read.";
    const std::string directory = "The directory of the pack is lost: " + why + ". ";
    if (unreadable.empty())
        return directory + "All " + named +
               " can be read, so nothing is missing; a repair moves them to another pack.";
    return directory + std::to_string(unreadable.size()) + " of the " + named +
           " cannot be read; a repair moves the others to another pack.";
}

}  // namespace vault
