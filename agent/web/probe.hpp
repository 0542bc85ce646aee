// SPDX-License-Identifier: Apache-2.0
// probe.hpp: asks the page of this machine whether it answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace web {

/// The version of the agent whose page answers on a port of this machine's loopback; empty when it tells it
/// only to people who are logged in. Nothing when there is no answer within some seconds, or something else
/// than HBR answers.
std::optional<std::string> versionOnPort(std::uint16_t port);

}  // namespace web
