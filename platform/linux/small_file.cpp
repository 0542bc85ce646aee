// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/small_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "platform/linux/descriptor.hpp"

namespace platform::linux {

std::optional<std::string> readSmallFile(const std::string& path) {
    const Descriptor file(retryInterrupted([&path] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (!file) return std::nullopt;
    std::string text(65536, '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const ssize_t count =
            retryInterrupted([&] { return ::read(file.get(), text.data() + filled, text.size() - filled); });
        if (count < 0) return std::nullopt;
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    text.resize(filled);
    return text;
}

}  // namespace platform::linux
