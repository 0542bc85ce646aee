// SPDX-License-Identifier: Apache-2.0
// database_error.hpp: what SQLite's outcomes mean, as errors with sentences for people.
#pragma once

#include <string>

namespace catalogue {

/// Throws base::Error for an outcome other than success (SQLite's extended result code), or std::bad_alloc
/// when memory ran out. `reason` is what SQLite says about it, `path` the file.
[[noreturn]] void throwDatabaseError(int outcome, const std::string& reason, const std::string& path);

/// The file is no catalogue, or not one any more. `why` ends the sentence "The catalogue 'PATH' is none: ".
[[noreturn]] void throwNoCatalogue(const std::string& path, const std::string& why);

/// The file holds what cannot be.
[[noreturn]] void throwDamaged(const std::string& reason, const std::string& path);

}  // namespace catalogue
