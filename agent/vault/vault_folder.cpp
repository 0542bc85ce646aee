// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/vault_folder.hpp"

#include "agent/vault/directory_store.hpp"
#include "agent/vault/key_store.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace vault {

void requireOutsideVaults(const platform::FileSystem& fileSystem, const std::string& path) {
    auto parts = fileSystem.splitPath(path);
    while (parts.size() > 1) {
        parts.pop_back();
        const std::string parent = fileSystem.joinPath(parts);
        const auto status = fileSystem.status(parent);
        if (!status || status->type != platform::FileType::Directory) continue;
        if (!holdsVault(*openDirectoryStore(fileSystem, parent))) continue;
        throw base::Error(base::ErrorKind::Invalid, "CLI-0022",
                          "The folder lies inside the vault '" + base::printable(parent) + "'",
                          "Choose a folder outside of it.");
    }
}

}  // namespace vault
