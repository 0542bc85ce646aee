// SPDX-License-Identifier: Apache-2.0
// vault_folder.hpp: where a new vault may be made on a disk.
#pragma once

#include <string>

#include "platform/file_system.hpp"

namespace vault {

/// Throws Error (Invalid, "CLI-0022") when the folder lies below one that holds a vault, of which it would be
/// taken for a part. `path` is absolute; it need not exist.
void requireOutsideVaults(const platform::FileSystem& fileSystem, const std::string& path);

}  // namespace vault
