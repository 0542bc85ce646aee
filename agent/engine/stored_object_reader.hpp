// SPDX-License-Identifier: Apache-2.0
// stored_object_reader.hpp: reads an object's content out of a vault, as a connector reads it from a source.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "agent/vault/content_cursor.hpp"
#include "agent/vault/tree.hpp"
#include "connectors/object_stream.hpp"

namespace engine {

/// The first failure that concerns a whole vault and not one object. Thread-safe.
class VaultFailure final {
public:
    void note(const base::Error& error) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = error;
    }
    void throwIfAny() {
        const std::lock_guard lock(mutex_);
        if (error_) throw base::Error(*error_);
    }

private:
    std::mutex mutex_;  // guards error_
    std::optional<base::Error> error_;
};

/// The content of one entry of a restore point. Damage is a failure of this object; every other failure is
/// noted as the vault's.
class StoredObjectReader final : public connectors::ObjectReader {
public:
    /// `reader` and `failure` must outlive it. The entry must have content.
    StoredObjectReader(vault::ChunkReader& reader, const vault::TreeEntry& entry, VaultFailure& failure);

    [[nodiscard]] std::uint64_t expectedBytes() const noexcept override { return sizeBytes_; }
    /// Fixed pages when the content was cut so: its first chunk is then a page with more behind it, which no
    /// boundary of a stream makes (vault::kMinChunkBytes). Known after open().
    [[nodiscard]] connectors::ContentLayout layout() const noexcept override { return layout_; }
    void open() override;
    std::size_t read(base::MutableBytes to) override;
    connectors::ObjectHeader finish() override;

private:
    void judged(const std::function<void()>& call);
    void openContent();
    std::size_t readNext(base::MutableBytes to);

    vault::ChunkReader& reader_;
    VaultFailure& failure_;
    connectors::ObjectHeader header_;
    const vault::ContentRef content_;
    const std::uint64_t sizeBytes_;
    connectors::ContentLayout layout_ = connectors::ContentLayout::Stream;
    std::optional<vault::ContentCursor> cursor_;
    base::Bytes rest_;  // of the chunk that was read last
    std::size_t restAt_ = 0;
};

}  // namespace engine
