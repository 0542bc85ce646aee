// SPDX-License-Identifier: Apache-2.0
// chunk_hasher.hpp: names a chunk by its content and the vault's secret.
#pragma once

#include <memory>

#include "agent/vault/ids.hpp"
#include "platform/base/bytes.hpp"

namespace vault {

/// HMAC-SHA256 under the vault's chunk id key: equal content gives equal ids in one vault, and nothing else
/// about the content can be learnt from them. Thread-safe.
class ChunkHasher final {
public:
    explicit ChunkHasher(const base::Secret<32>& key);
    ~ChunkHasher();
    ChunkHasher(const ChunkHasher&) = delete;
    ChunkHasher& operator=(const ChunkHasher&) = delete;

    [[nodiscard]] ChunkId idOf(base::ByteView content) const;

private:
    struct Keyed;
    std::unique_ptr<const Keyed> keyed_;
};

}  // namespace vault
