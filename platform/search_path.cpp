// SPDX-License-Identifier: Apache-2.0
#include "platform/search_path.hpp"

#include <algorithm>

#include "platform/file_system.hpp"
#include "platform/process.hpp"

namespace platform {

std::vector<std::string> searchedFolders(char separator, const std::string& unset) {
    const std::string path = environmentVariable("PATH").value_or(unset);
    std::vector<std::string> folders;
    for (std::size_t begin = 0; begin < path.size();) {
        const std::size_t end = std::min(path.find(separator, begin), path.size());
        std::string folder = path.substr(begin, end - begin);
        if (isAbsolutePath(folder)) folders.push_back(std::move(folder));
        begin = end + 1;
    }
    return folders;
}

}  // namespace platform
