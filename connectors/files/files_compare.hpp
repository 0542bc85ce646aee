// SPDX-License-Identifier: Apache-2.0
// files_compare.hpp: compares a restore point with what lies in a folder, byte for byte: `restore --verify`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/files/files_restore.hpp"
#include "connectors/object_stream.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// One way in which an object differs.
enum class Difference {
    Missing,
    Type,
    Size,
    Content,
    Modified,
    Mode,
    Owner,
    Target,      // a symlink points elsewhere, a hard link is a file of its own
    Attributes,  // extended attributes or flags
};

/// "missing", "type", "size", "content", "modified", "mode", "owner", "target", "attributes".
std::string_view toString(Difference difference) noexcept;

/// Told about each difference; from any thread, one call at a time.
using OnDifference =
    std::function<void(std::string_view key, Difference difference, const std::string& sentence)>;

class CompareSession;

/// A restore target that writes nothing and compares instead. Takes the same options as the restore whose
/// result it checks; conflict rule, dry run and callbacks do not matter, and owners are compared only under
/// OwnershipRule::Restore or by root.
class FilesCompare final : public RestoreTarget {
public:
    FilesCompare(const platform::FileSystem& fileSystem, RestoreOptions options, OnDifference onDifference);
    ~FilesCompare() override;

    [[nodiscard]] const std::vector<std::string>& selectedKeys() const noexcept;

    /// Compares type and metadata; asks for the content of regular files whose size agrees.
    RestoreAction accept(const ObjectHeader& header) override;
    void finish(const std::function<void(std::string_view key, const base::Error&)>& fail) override;

    /// How many objects differ so far.
    [[nodiscard]] std::uint64_t differences() const noexcept;

private:
    const std::unique_ptr<CompareSession> session_;
};

}  // namespace connectors::files
