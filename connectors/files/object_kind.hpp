// SPDX-License-Identifier: Apache-2.0
// object_kind.hpp: types of files and kinds of objects.
#pragma once

#include "connectors/object_stream.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// What a file of this type is stored as.
ObjectKind kindOf(platform::FileType type) noexcept;

/// What an object of this kind is on disk.
platform::FileType typeOf(ObjectKind kind) noexcept;

}  // namespace connectors::files
