// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_check.hpp"

#include <thread>

namespace vault {

namespace {

/// Shared by the threads that examine packs.
struct Examination {
    Vault& vault;
    const std::vector<PackId>& packs;
    const VerifyDepth depth;
    const base::CancelToken& cancel;
    std::atomic<std::uint64_t>& bytesDone;
    const std::function<void(const PackFinding&)>& found;
    std::atomic<std::size_t> next = 0;
    std::mutex mutex = {};  // guards failure, and calls of found
    std::optional<base::Error> failure = {};
};

bool hasRightContent(Examination& work, SegmentCodec& codec, Cipher& cipher, const SegmentInfo& segment,
                     base::ByteView sealedSegment) {
    if (work.depth != VerifyDepth::Data) return codec.isIntact(cipher, segment.offset, sealedSegment);
    const auto raw = codec.open(cipher, segment.offset, sealedSegment);
    if (!raw) return false;
    std::size_t at = 0;
    for (const ChunkInSegment& chunk : segment.chunks) {
        if (at + chunk.sizeBytes > raw->size()) return false;
        if (work.vault.hasher().idOf(raw->subspan(at, chunk.sizeBytes)) != chunk.id) return false;
        at += chunk.sizeBytes;
    }
    return at == raw->size();
}

PackFinding examine(Examination& work, SegmentCodec& codec, const PackId& pack) {
    PackFinding finding;
    finding.pack = pack;
    auto reader = PackReader::open(work.vault.keys(), work.vault.store(), pack, finding.why);
    if (!reader) return finding;
    for (const SegmentInfo& segment : reader->segments()) {
        work.cancel.throwIfCancelled();
        const auto sealedSegment = reader->readSealed(segment);
        work.bytesDone.fetch_add(segment.sealedBytes, std::memory_order_relaxed);
        const bool isGood =
            sealedSegment && hasRightContent(work, codec, reader->cipher(), segment, *sealedSegment);
        (isGood ? finding.goodSegments : finding.badSegments).push_back(segment);
    }
    return finding;
}

void examineAll(Examination& work) {
    try {
        SegmentCodec codec;
        for (std::size_t i = work.next++; i < work.packs.size(); i = work.next++) {
            const PackFinding finding = examine(work, codec, work.packs[i]);
            const std::lock_guard lock(work.mutex);
            work.found(finding);
        }
    } catch (...) {
        const std::lock_guard lock(work.mutex);
        if (!work.failure) work.failure = base::currentError();
        work.next = work.packs.size();
    }
}

}  // namespace

void checkPacks(Vault& vault, const std::vector<PackId>& packs, VerifyDepth depth, unsigned workers,
                const base::CancelToken& cancel, std::atomic<std::uint64_t>& bytesDone,
                const std::function<void(const PackFinding&)>& found) {
    Examination work{vault, packs, depth, cancel, bytesDone, found};
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 1; i < workers; ++i) threads.emplace_back([&] { examineAll(work); });
        examineAll(work);
    }
    if (work.failure) throw base::Error(*work.failure);
}

}  // namespace vault
