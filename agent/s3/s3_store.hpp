// SPDX-License-Identifier: Apache-2.0
// s3_store.hpp: a vault in a bucket of an S3-compatible server.
//
// A name belongs to whoever creates it first because every object is made with "If-None-Match: *", which the
// server decides; when it says that the name is taken, the content is compared, so that a try after a lost
// reply finds its own object and succeeds. Objects of up to 32 MiB, which all packs are, are gathered in
// memory and go in one request; larger ones, such as merged index runs, in parts of 32 MiB, of which the
// completion is conditional. README.md tells which requests and rights are used.
#pragma once

#include <memory>

#include "agent/s3/retry_policy.hpp"
#include "agent/s3/settings.hpp"
#include "agent/s3/transport.hpp"
#include "agent/vault/object_store.hpp"
#include "platform/clock.hpp"

namespace s3 {

/// What a store lives on. The clock and the limiters must outlive it.
struct StoreWorld {
    const platform::Clock& clock;
    RetryWorld retry;
    base::TransferLimits limits = {};
};

/// Opens a store in a bucket. Throws what the server's refusal means when the bucket cannot be listed.
std::unique_ptr<vault::ObjectStore> openStore(const Settings& settings, Credentials credentials,
                                              StoreWorld world);

/// The same, for a place that holds nothing yet. Throws Error (Exists, "STORE-0002") when it does.
std::unique_ptr<vault::ObjectStore> createStore(const Settings& settings, Credentials credentials,
                                                StoreWorld world);

/// A store on a transport of one's own, for tests; sends nothing by itself.
std::unique_ptr<vault::ObjectStore> makeStore(const Settings& settings, Credentials credentials,
                                              StoreWorld world, std::unique_ptr<HttpTransport> transport);

}  // namespace s3
