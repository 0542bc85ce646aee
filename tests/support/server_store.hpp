// SPDX-License-Identifier: Apache-2.0
// server_store.hpp: a store on the S3 server that the test's surroundings name, for the contract suite.
#pragma once

#include <memory>

#include "agent/vault/object_store.hpp"

namespace test {

/// An empty store in the bucket "contract" of the server that HBR_TEST_S3 names; nullptr without one.
std::unique_ptr<vault::ObjectStore> makeServerStore();

}  // namespace test
