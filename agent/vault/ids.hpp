// SPDX-License-Identifier: Apache-2.0
// ids.hpp: the identifiers of what a vault holds.
#pragma once

#include "platform/base/strong_id.hpp"

namespace vault {

/// Keyed hash of a chunk's content (chunk_hasher.hpp). Only sealed parts of the vault hold it.
using ChunkId = base::StrongId<struct ChunkTag, 32>;

/// The rest are random and double as object names.
using VaultId = base::StrongId<struct VaultTag, 16>;
using PackId = base::StrongId<struct PackTag, 16>;
using RunId = base::StrongId<struct RunTag, 16>;
using PointId = base::StrongId<struct PointTag, 16>;
using SessionId = base::StrongId<struct SessionTag, 16>;
using KeyId = base::StrongId<struct KeyTag, 8>;

}  // namespace vault
