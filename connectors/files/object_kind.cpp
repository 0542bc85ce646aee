// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/object_kind.hpp"

namespace connectors::files {

using platform::FileType;

ObjectKind kindOf(FileType type) noexcept {
    switch (type) {
        case FileType::Regular:
            return ObjectKind::File;
        case FileType::Directory:
            return ObjectKind::Directory;
        case FileType::Symlink:
            return ObjectKind::Symlink;
        case FileType::BlockDevice:
            return ObjectKind::BlockDevice;
        case FileType::CharDevice:
            return ObjectKind::CharDevice;
        case FileType::Fifo:
            return ObjectKind::Fifo;
        case FileType::Socket:
        case FileType::Other:
            break;
    }
    return ObjectKind::Socket;
}

FileType typeOf(ObjectKind kind) noexcept {
    switch (kind) {
        case ObjectKind::File:
        case ObjectKind::HardLink:
            return FileType::Regular;
        case ObjectKind::Directory:
            return FileType::Directory;
        case ObjectKind::Symlink:
            return FileType::Symlink;
        case ObjectKind::BlockDevice:
            return FileType::BlockDevice;
        case ObjectKind::CharDevice:
            return FileType::CharDevice;
        case ObjectKind::Fifo:
            return FileType::Fifo;
        case ObjectKind::Socket:
            return FileType::Socket;
    }
    return FileType::Other;
}

}  // namespace connectors::files
