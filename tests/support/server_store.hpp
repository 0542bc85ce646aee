// SPDX-License-Identifier: Apache-2.0
// server_store.hpp: a store on the S3 server that the test's surroundings name, for the contract suite.
#pragma once

#include <memory>

#include "agent/vault/object_store.hpp"
#include "platform/base/rate_limiter.hpp"

namespace test {

/// An empty store in the bucket "contract" of the server that HBR_TEST_S3 names; nullptr without one. The
/// limiters outlive it.
std::unique_ptr<vault::ObjectStore> makeServerStore(base::TransferLimits limits = {},
                                                    const base::CancelToken& cancel = {});

}  // namespace test
