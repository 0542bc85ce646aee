// SPDX-License-Identifier: Apache-2.0
// object_writer.hpp: puts new objects into a bucket, whole or in parts.
#pragma once

#include <memory>
#include <string>

#include "agent/s3/client.hpp"
#include "agent/vault/object_store.hpp"

namespace s3 {

/// Creates an object with one request.
vault::CreateResult putWhole(Client& client, const std::string& key, base::ByteView content);

/// Gathers an object, and sends it in parts once it has grown past kPartBytes.
std::unique_ptr<vault::ObjectUpload> startUpload(Client& client, std::string key);

/// Most that an upload holds in memory, and the size of a part. 10,000 parts are the most that servers take.
inline constexpr std::size_t kPartBytes = 32 * base::kMiB;

/// True for an answer that says that there is no such object; throws when there is no bucket.
bool isMissing(const Client& client, const Call& call, const HttpAnswer& answer);

}  // namespace s3
