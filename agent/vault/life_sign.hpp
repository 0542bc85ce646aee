// SPDX-License-Identifier: Apache-2.0
// life_sign.hpp: tells a disk that has lost a sector from one that has gone.
//
// Both answer the same: a reading fails. The first is damage of one object, which verify names and repair
// gives up; the second is none, and to take it for damage would let a repair give up a healthy vault because
// its cable is loose. So a failed reading counts as damage only when the store proves at that moment that it
// works:
//
//   1. The vault's folder is there, the object's folder can be listed and shows the object, and its size can
//      be asked for.
//   2. Another object can be read: one of a few, chosen at random, its pages dropped from the cache first.
//   3. A new file can be written, flushed, and read back the same, again not from the cache. That a disk is
//      full or may only be read is no reason to call it dead: then 2 alone decides. Nothing can be repaired
//      there anyway.
//
// Anything else, and every doubt, leaves the reading what it is: a store that cannot be reached.
#pragma once

#include <string>

#include "platform/file_system.hpp"

namespace vault {

/// Where to look for signs of life.
struct LifeSignPlace {
    std::string root;    // the vault's folder
    std::string object;  // name of the object that cannot be read
    std::string temporaryFolder;
};

/// Returns when the store works. Throws Error (Unavailable, "STORE-0010") when it does not, or may not.
/// Thread-safe.
void requireLife(const platform::FileSystem& fileSystem, const LifeSignPlace& place);

}  // namespace vault
