// SPDX-License-Identifier: Apache-2.0
// handed_over_program.hpp: a program that somebody else starts for this process, with rights that it lacks.
//
// systemd listens at a socket and starts a unit of its own for each connection, which becomes the standard
// input and output of that unit's program. So a service that may write nowhere has a restore done without
// having the rights for it, and sees it as it sees any other child.
#pragma once

#include <memory>
#include <string>

#include "platform/child_process.hpp"

namespace platform {

/// What wait() tells of such a program: how it ended is not told.
inline constexpr int kUnknownExitCode = -1;

/// Connects to the socket and hands `input` over, at most ChildCommand::kMostInputBytes. askToStop() ends the
/// program's input; kill() ends the connection, and the program learns that from its input and output; it is
/// not ended by force. Throws Error: Unavailable ("PROC-0007") when nobody listens there, Unsupported
/// ("PROC-0008") on a system without such units.
std::unique_ptr<ChildProcess> startHandedOver(const std::string& socketPath, const base::SecretBytes& input);

}  // namespace platform
