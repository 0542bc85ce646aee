// SPDX-License-Identifier: Apache-2.0
#include "platform/handed_over_program.hpp"

#include "platform/base/error.hpp"

namespace platform {

std::unique_ptr<ChildProcess> startHandedOver(const std::string& /*socketPath*/,
                                              const base::SecretBytes& /*input*/) {
    throw base::Error(base::ErrorKind::Unsupported, "PROC-0008",
                      "Windows has no units that start a program for each connection",
                      "Take HBR_RESTORE_SOCKET out of the service's environment.", base::Retry::Never);
}

}  // namespace platform
