// SPDX-License-Identifier: Apache-2.0
// backup_sink.hpp: turns the objects that a connector pushes into a restore point's tree.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "agent/engine/content_pipeline.hpp"
#include "agent/vault/tree.hpp"

namespace engine {

/// Whether unchanged objects of the parent may be taken over without looking up their chunks.
enum class ParentTrust {
    Full,
    CheckChunks,  // after a repair or a prune that ran meanwhile: what lacks a chunk counts as unknown
};

/// The sink of one backup. Objects with content go to the pipeline; a bounded window of entries keeps them in
/// order until their content is known. Used by one thread.
class BackupSink final : public connectors::ObjectSink {
public:
    /// `parent` may be nullptr; it and everything else must outlive the sink.
    BackupSink(vault::StoreSession& session, vault::TreeCursor* parent, ParentTrust trust, unsigned workers,
               Progress& progress, FaultLog& faults, const base::CancelToken& cancel);

    const connectors::ObjectHeader* previous(std::string_view key) override;
    void keep() override;
    void put(connectors::ObjectHeader header) override;
    void put(std::string key, std::unique_ptr<connectors::ObjectReader> reader) override;
    void fail(std::string_view key, const base::Error& error) override;
    void warn(std::string_view key, const std::string& sentence) override;
    void expect(std::uint64_t objects, std::uint64_t sizeBytes) override;

    /// Waits for all content and completes the tree. Everything is with the store stage then.
    vault::TreeRoot finish();

    [[nodiscard]] std::uint64_t objects() const noexcept { return objects_; }
    [[nodiscard]] std::uint64_t logicalBytes() const noexcept { return logicalBytes_; }

private:
    void addReady(std::string_view key, base::ByteView body, std::uint64_t sizeBytes);
    void addToTree(std::string_view key, base::ByteView body, std::uint64_t sizeBytes);
    void sendBatch();
    void drain(std::size_t leaveWaiting);
    bool isComplete(const vault::TreeEntry& entry);
    void leaveParent(std::string_view key, const base::Error& error);

    vault::StoreSession& session_;
    vault::TreeCursor* parent_;
    const ParentTrust trust_;
    bool parentHasEntry_ = false;
    connectors::ObjectHeader previous_;
    Progress& progress_;
    FaultLog& faults_;
    const base::CancelToken cancel_;
    const std::size_t windowObjects_;
    vault::ChunkReader lists_;
    vault::ChunkStorer nodes_;
    vault::TreeWriter tree_;
    std::deque<std::shared_ptr<PendingEntry>> window_;
    ContentPipeline::Batch batch_;
    std::uint64_t batchBytes_ = 0;
    std::uint64_t objects_ = 0;
    std::uint64_t logicalBytes_ = 0;
    base::Bytes body_;
    ContentPipeline pipeline_;  // last, so that its workers end before what they use
};

}  // namespace engine
