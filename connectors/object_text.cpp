// SPDX-License-Identifier: Apache-2.0
#include "connectors/object_text.hpp"

#include "connectors/object_stream.hpp"
#include "platform/base/text.hpp"

namespace connectors {

std::string displayPath(std::string_view key) {
    std::string path(key);
    for (char& letter : path) {
        if (letter == '\0') letter = '/';
    }
    // Keys of Linux paths leave out the root; those of Windows begin with a drive or a share.
    const bool hasRoot = path.size() > 1 && (path[1] == ':' || path.starts_with("\\\\"));
    return base::printable(hasRoot ? path : '/' + path);
}

std::string_view kindName(std::uint8_t kind) noexcept {
    switch (static_cast<ObjectKind>(kind)) {
        case ObjectKind::File:
            return "file";
        case ObjectKind::Directory:
            return "directory";
        case ObjectKind::Symlink:
            return "symlink";
        case ObjectKind::BlockDevice:
            return "blockDevice";
        case ObjectKind::CharDevice:
            return "charDevice";
        case ObjectKind::Fifo:
            return "fifo";
        case ObjectKind::Socket:
            return "socket";
        case ObjectKind::HardLink:
            return "hardLink";
    }
    return "unknown";
}

}  // namespace connectors
