// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/extended_attributes.hpp"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "platform/base/text.hpp"
#include "platform/linux/system_error.hpp"

namespace platform::linux {

namespace {

/// Reads one file's attributes, by descriptor or by path.
class AttributeSource final {
public:
    explicit AttributeSource(int descriptor) : descriptor_(descriptor) {}
    explicit AttributeSource(const std::string& path) : path_(path.c_str()) {}

    ssize_t list(char* to, std::size_t room) const noexcept {
        return path_ != nullptr ? ::llistxattr(path_, to, room) : ::flistxattr(descriptor_, to, room);
    }
    ssize_t get(const char* name, void* to, std::size_t room) const noexcept {
        return path_ != nullptr ? ::lgetxattr(path_, name, to, room)
                                : ::fgetxattr(descriptor_, name, to, room);
    }

private:
    int descriptor_ = -1;
    const char* path_ = nullptr;
};

/// The names, each followed by a NUL. Empty where the file system keeps no attributes. Throws Error.
std::string listNames(const AttributeSource& source, std::string_view displayPath) {
    std::array<char, 1024> small;
    ssize_t length = source.list(small.data(), small.size());
    if (length >= 0) return {small.data(), static_cast<std::size_t>(length)};
    std::string names;
    if (errno == ERANGE) {
        names.resize(XATTR_LIST_MAX);
        length = source.list(names.data(), names.size());
    }
    if (length < 0) {
        if (meansUnsupported(errno)) return {};
        throw fileError(errno, "list the extended attributes of", displayPath);
    }
    names.resize(static_cast<std::size_t>(length));
    return names;
}

/// False when there is no such attribute any more, or when it is listed but has no value of its own.
bool readValue(const AttributeSource& source, const std::string& name, base::Bytes& value,
               std::string_view displayPath) {
    std::array<base::Byte, 4096> small;
    ssize_t length = source.get(name.c_str(), small.data(), small.size());
    if (length >= 0) {
        value.assign(small.begin(), small.begin() + length);
        return true;
    }
    if (errno == ERANGE) {
        value.resize(XATTR_SIZE_MAX);
        length = source.get(name.c_str(), value.data(), value.size());
    }
    if (length < 0) {
        if (errno == ENODATA || meansUnsupported(errno)) return false;
        throw fileError(errno, "read the extended attribute '" + base::printable(name) + "' of", displayPath);
    }
    value.resize(static_cast<std::size_t>(length));
    value.shrink_to_fit();
    return true;
}

std::vector<ExtendedAttribute> readAll(const AttributeSource& source, std::string_view displayPath) {
    std::vector<ExtendedAttribute> attributes;
    const std::string names = listNames(source, displayPath);
    for (std::size_t at = 0; at < names.size();) {
        ExtendedAttribute attribute;
        attribute.name = names.c_str() + at;
        at += attribute.name.size() + 1;
        if (!attribute.name.empty() && readValue(source, attribute.name, attribute.value, displayPath)) {
            attributes.push_back(std::move(attribute));
        }
    }
    std::sort(attributes.begin(), attributes.end(),
              [](const ExtendedAttribute& a, const ExtendedAttribute& b) { return a.name < b.name; });
    return attributes;
}

/// Labels that the system's security modules put on every new file are theirs; the rest goes when the
/// original did not have it, above all access lists inherited from the folder.
bool isOursToRemove(const std::string& name) {
    return name.compare(0, 9, "security.") != 0 || name == "security.capability";
}

/// What a program may set, as far as setting it again elsewhere makes sense. Not the layout flags (extents,
/// verity, encryption), which the file system decides, and not project ids and case folding, which belong to
/// its setup.
constexpr std::uint32_t kKeptFlags = FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_IMMUTABLE_FL |
                                     FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_JOURNAL_DATA_FL |
                                     FS_NOTAIL_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL | FS_NOCOW_FL;

/// 0, or the errno number. The kernel reads and writes an int, whatever the request's definition says.
int getFlags(int descriptor, unsigned& flags) noexcept {
    return ::ioctl(descriptor, FS_IOC_GETFLAGS, &flags) == 0 ? 0 : errno;
}

int setFlags(int descriptor, unsigned flags) noexcept {
    return ::ioctl(descriptor, FS_IOC_SETFLAGS, &flags) == 0 ? 0 : errno;
}

bool meansNoFlags(int number) noexcept { return meansUnsupported(number) || number == EINVAL; }

}  // namespace

std::vector<ExtendedAttribute> attributesOfDescriptor(int descriptor, std::string_view displayPath) {
    return readAll(AttributeSource(descriptor), displayPath);
}

std::vector<ExtendedAttribute> attributesOfPath(const std::string& path, std::string_view displayPath) {
    return readAll(AttributeSource(path), displayPath);
}

void applyAttributes(const std::string& path, const std::vector<ExtendedAttribute>& wanted,
                     std::string_view displayPath, std::vector<std::string>& refused) {
    std::array<char, XATTR_LIST_MAX> names;
    const ssize_t length = ::listxattr(path.c_str(), names.data(), names.size());
    if (length < 0 && !meansUnsupported(errno)) {
        refused.push_back(sentenceOf(fileError(errno, "list the extended attributes of", displayPath)));
    }
    for (ssize_t at = 0; at < length;) {
        const std::string name(names.data() + at);
        at += static_cast<ssize_t>(name.size()) + 1;
        const bool isWanted =
            std::any_of(wanted.begin(), wanted.end(),
                        [&name](const ExtendedAttribute& each) { return each.name == name; });
        if (isWanted || !isOursToRemove(name)) continue;
        if (::removexattr(path.c_str(), name.c_str()) != 0 && errno != ENODATA && !meansUnsupported(errno)) {
            refused.push_back(sentenceOf(fileError(
                errno, "remove the extended attribute '" + base::printable(name) + "' of", displayPath)));
        }
    }
    for (const ExtendedAttribute& each : wanted) {
        if (::setxattr(path.c_str(), each.name.c_str(), each.value.data(), each.value.size(), 0) != 0) {
            refused.push_back(sentenceOf(fileError(
                errno, "set the extended attribute '" + base::printable(each.name) + "' of", displayPath)));
        }
    }
}

std::uint32_t flagsOfDescriptor(int descriptor, std::string_view displayPath) {
    unsigned flags = 0;
    const int number = getFlags(descriptor, flags);
    if (number == 0) return flags & kKeptFlags;
    if (meansNoFlags(number)) return 0;
    throw fileError(number, "read the flags of", displayPath);
}

void applyFlags(int descriptor, std::uint32_t wanted, std::string_view displayPath,
                std::vector<std::string>& refused) {
    unsigned current = 0;
    int number = getFlags(descriptor, current);
    if (number == 0) {
        const unsigned target = (current & ~kKeptFlags) | (wanted & kKeptFlags);
        if (target == current) return;
        number = setFlags(descriptor, target);
        // Copy-on-write can be switched for an empty file only; the other flags need not suffer for that.
        if (number != 0 && ((target ^ current) & FS_NOCOW_FL) != 0) {
            setFlags(descriptor, (target & ~unsigned{FS_NOCOW_FL}) | (current & FS_NOCOW_FL));
        }
    } else if (meansNoFlags(number)) {
        if ((wanted & kKeptFlags) == 0) return;
        number = EOPNOTSUPP;
    }
    if (number != 0) refused.push_back(sentenceOf(fileError(number, "set the flags of", displayPath)));
}

}  // namespace platform::linux
