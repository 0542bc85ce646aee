// SPDX-License-Identifier: Apache-2.0
// temporary_folder.hpp: an empty folder for one test, and short words for files in it.
#pragma once

#include <memory>
#include <random>
#include <string>

#include "platform/base/error.hpp"
#include "platform/file_system.hpp"
#include "platform/process.hpp"

namespace test {

/// Made below the user's temporary folder; removed with everything in it at the end of the test.
class TemporaryFolder final {
public:
    TemporaryFolder() : files(platform::makeFileSystem()) {
        std::string root = "/tmp";
        for (const char* name : {"TEMP", "TMPDIR"}) root = platform::environmentVariable(name).value_or(root);
        std::random_device random;
        path = files->absolutePath(root + "/hbr-test-" + std::to_string(random()) + "-" +
                                   std::to_string(random()));
        files->createDirectories(path);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        try {
            empty(*files->openDirectory(path));
            files->removeDirectory(path);
        } catch (const base::Error&) {
            // A test that failed half way may leave what cannot be removed; that is its own failure.
        }
    }

    /// The path of something in it.
    [[nodiscard]] std::string operator/(const std::string& name) const { return path + "/" + name; }
    [[nodiscard]] std::unique_ptr<platform::Directory> open() const { return files->openDirectory(path); }

    static void empty(const platform::Directory& directory) {
        const platform::DirectoryListing names = directory.list();
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (directory.statusOf(names.name(i))->type == platform::FileType::Directory) {
                empty(*directory.openDirectory(names.name(i)));
                directory.removeDirectory(names.name(i));
            } else {
                directory.removeFile(names.name(i));
            }
        }
    }

    const std::unique_ptr<platform::FileSystem> files;
    std::string path;
};

inline void writeFile(const platform::Directory& in, std::string_view name, std::string_view content) {
    in.createFile(name)->write(base::asBytes(content));
}

inline std::string readAll(platform::File& file) {
    std::string content;
    base::Bytes piece(4096);
    while (const std::size_t count = file.read(piece)) {
        content += base::asText(base::ByteView(piece).first(count));
    }
    return content;
}

inline std::string readFile(const platform::Directory& in, std::string_view name) {
    return readAll(*in.openFile(name, platform::OpenMode::Read));
}

/// For BOOST_CHECK_EXCEPTION.
inline auto isKind(base::ErrorKind kind) {
    return [kind](const base::Error& error) { return error.kind() == kind; };
}

inline auto hasCode(const char* code) {
    return [code](const base::Error& error) { return error.code() == code; };
}

}  // namespace test
