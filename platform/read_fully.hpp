// SPDX-License-Identifier: Apache-2.0
// read_fully.hpp: reads a file until a buffer is full.
#pragma once

#include "platform/file_system.hpp"

namespace platform {

/// Fills the buffer from an offset of a file; returns the bytes read, fewer only at its end. Throws what
/// File::readAt() does.
std::size_t readFully(File& file, std::uint64_t offset, base::MutableBytes to);

}  // namespace platform
