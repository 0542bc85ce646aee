// SPDX-License-Identifier: Apache-2.0
// limited_store.hpp: a store whose traffic keeps to a bandwidth.
#pragma once

#include <memory>

#include "agent/vault/object_store.hpp"
#include "platform/base/rate_limiter.hpp"

namespace vault {

/// Puts limits before a store that moves bytes as soon as it is told to, such as a folder: what is written
/// and read goes through them in small pieces. A store that limits its own transport needs none of this.
/// Returns the store itself when there is no limit; the limiters outlive it.
std::unique_ptr<ObjectStore> limitStore(std::unique_ptr<ObjectStore> store, base::TransferLimits limits);

}  // namespace vault
