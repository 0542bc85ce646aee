// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/catalogue.hpp"

#include "agent/catalogue/schema.hpp"

namespace catalogue {

Catalogue::Catalogue(const platform::FileSystem& fileSystem, const std::string& path,
                     std::chrono::milliseconds busyWait)
    : database_(openDatabase(fileSystem, fileSystem.absolutePath(path), busyWait)) {}

void Catalogue::check() { checkDatabase(*database_); }

}  // namespace catalogue
