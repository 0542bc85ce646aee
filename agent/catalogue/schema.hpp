// SPDX-License-Identifier: Apache-2.0
// schema.hpp: the tables of the catalogue, and how a file of an earlier version gets those of this one.
//
// The file says what it is by SQLite's application_id, and by user_version which of the steps in schema.cpp
// it has seen. A step, once released, never changes; new ones are added behind it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "agent/catalogue/database.hpp"
#include "platform/file_system.hpp"

namespace catalogue {

/// What leads from one version to the next; step i makes version i + 1. Each is run in one transaction.
using SchemaSteps = std::span<const char* const>;

/// The steps of this program.
SchemaSteps schemaSteps() noexcept;

/// Opens the catalogue at an absolute path, and makes it, with the folders above, when there is none: private
/// to its owner, and with all its tables or not at all. Brings an earlier version up to date. Safe while
/// other processes do the same. Throws Error: Corrupt when the file is no catalogue, an empty file among
/// them, Unsupported ("CATALOG-0003") when a later version of the program made it, or what Database throws.
std::unique_ptr<Database> openDatabase(const platform::FileSystem& fileSystem, const std::string& path,
                                       std::chrono::milliseconds busyWait = kBusyWait,
                                       SchemaSteps steps = schemaSteps());

/// Reads the whole file and looks for damage. Throws Error (Corrupt). Takes as long as reading the file does.
void checkDatabase(Database& database);

}  // namespace catalogue
