// SPDX-License-Identifier: Apache-2.0
// own_certificate.hpp: the certificate that the agent shows beyond loopback: the user's, or one that it signs
// itself.
#pragma once

#include <string>
#include <vector>

#include "agent/web/tls.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace web {

/// The certificate and key in the files that the user named. Throws Error (Invalid, "WEB-0003") when they
/// cannot be read; whether they can be used TlsContext finds out.
TlsIdentity userIdentity(const platform::FileSystem& fileSystem, const std::string& certificateFile,
                         const std::string& keyFile);

/// Where the agent keeps the one of its own making, for messages.
std::string ownIdentityFile(const std::string& stateFolder);

/// The one of the agent's own making, kept in the state folder for its owner alone. Made anew when there is
/// none, when it cannot be read or soon runs out, and when it lacks one of the names. Throws Error
/// (Unavailable, "WEB-0004") when it cannot be made.
TlsIdentity ownIdentity(const platform::FileSystem& fileSystem, const platform::Clock& clock,
                        const std::string& stateFolder, const std::vector<std::string>& names);

}  // namespace web
