// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/chunk_storer.hpp"

#include "agent/vault/store_session.hpp"

namespace vault {

ChunkStorer::ChunkStorer(StoreSession& session, PackKind kind)
    : session_(session),
      kind_(kind),
      gatheredBytes_(kind == PackKind::Data ? kGatheredDataBytes : kGatheredTreeBytes) {
    gathered_.reserve(gatheredBytes_);
}

ChunkStorer::~ChunkStorer() = default;

ChunkId ChunkStorer::store(base::ByteView raw) {
    const ChunkId id = session_.vault().hasher().idOf(raw);
    if (!session_.claim(id)) return id;
    newBytes_ += raw.size();
    const ChunkInSegment chunk{id, static_cast<std::uint32_t>(raw.size())};
    if (raw.size() >= kGatherBelowBytes) {
        sendSegment(raw, {chunk});
        return id;
    }
    if (gathered_.size() + raw.size() > gatheredBytes_) flush();
    base::append(gathered_, raw);
    gatheredChunks_.push_back(chunk);
    return id;
}

void ChunkStorer::flush() {
    if (gatheredChunks_.empty()) return;
    sendSegment(gathered_, std::move(gatheredChunks_));
    gathered_.clear();
    gatheredChunks_.clear();
}

void ChunkStorer::sendSegment(base::ByteView raw, std::vector<ChunkInSegment> chunks) {
    PackStage& stage = session_.stage();
    const auto prepared = codec_.prepare(raw, session_.governor().level());
    const PackSlot slot = stage.reserve(kind_, prepared.sealedBytes(), chunks.size());
    // A slot that was reserved and is never delivered would leave its pack waiting for ever.
    try {
        stage.deliver(slot, codec_.sealVerified(cipherFor(slot), slot.offset, prepared, raw),
                      std::move(chunks));
    } catch (...) {
        stage.fail(base::currentError());
        throw;
    }
}

Cipher& ChunkStorer::cipherFor(const PackSlot& slot) {
    if (cipherPack_ != slot.pack) {
        cipher_.reset(new Cipher(
            objectCipher(session_.vault().keys(), ObjectKind::Pack, slot.pack->name, slot.pack->header)));
        cipherPack_ = slot.pack;
    }
    return *cipher_;
}

}  // namespace vault
