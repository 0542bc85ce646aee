// SPDX-License-Identifier: Apache-2.0
// dated_tree.hpp: a small tree whose folders have a time of their own, and what an interrupted restore leaves
// of it.
#pragma once

#include <algorithm>
#include <string>

#include "tests/files/sandbox.hpp"

namespace test {

inline constexpr platform::Timestamp kOfBackup{1'500'000'000, 0};

inline RecordedTree backUpDatedTree(const Sandbox& sandbox) {
    for (const char* path : {"a", "dir/b", "dir/c", "dir/sub/d", "dir/sub/e", "other/f"}) {
        sandbox.write(std::string("source/") + path, std::string(3000, path[0]));
    }
    sandbox.in("source/other")->createHardLink("g", *sandbox.in("source/dir"), "b");
    for (const char* path : {"source/dir/sub", "source/dir", "source/other"})
        sandbox.setModified(path, kOfBackup);
    return sandbox.backUp();
}

inline bool hasLeftovers(const Sandbox& sandbox) {
    const Names names = sandbox.list("target");
    return std::any_of(names.begin(), names.end(), [](const std::string& path) {
        return path.find(".hbr-restore-") != std::string::npos;
    });
}

}  // namespace test
