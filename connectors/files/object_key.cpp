// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/object_key.hpp"

namespace connectors::files {

std::string keyOf(std::span<const std::string> names) {
    std::string key;
    for (const std::string& name : names) {
        if (!key.empty()) key += '\0';
        key += name;
    }
    return key;
}

std::string keyOf(const platform::FileSystem& fileSystem, const std::string& absolutePath) {
    return keyOf(fileSystem.splitPath(absolutePath));
}

std::vector<std::string_view> namesOf(std::string_view key) {
    std::vector<std::string_view> names;
    if (key.empty()) return names;
    for (;;) {
        const std::size_t end = key.find('\0');
        names.push_back(key.substr(0, end));
        if (end == std::string_view::npos) return names;
        key.remove_prefix(end + 1);
    }
}

bool isAtOrBelow(std::string_view key, std::string_view above) noexcept {
    if (above.empty()) return true;
    return key.starts_with(above) && (key.size() == above.size() || key[above.size()] == '\0');
}

std::string pathOfKey(const platform::FileSystem& fileSystem, std::string_view key) {
    std::vector<std::string> names;
    for (const std::string_view name : namesOf(key)) names.emplace_back(name);
    return fileSystem.joinPath(names);
}

bool hasDrives(const platform::FileSystem& fileSystem) {
    return !fileSystem.joinPath({"C:"}).starts_with('/');
}

}  // namespace connectors::files
