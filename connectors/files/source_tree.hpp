// SPDX-License-Identifier: Apache-2.0
// source_tree.hpp: the sources of a backup as a tree of names, so that overlapping sources merge and folders
// above them are known.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace connectors::files {

/// One name on the way to a source.
struct SourceNode {
    bool isSource = false;   // this and everything below is backed up
    bool isLiteral = false;  // a person wrote this very path, so exclude rules do not apply to it
    std::map<std::string, std::unique_ptr<SourceNode>, std::less<>> children;  // in the order of bytes

    /// The child, or nullptr.
    [[nodiscard]] const SourceNode* child(std::string_view name) const noexcept {
        const auto found = children.find(name);
        return found == children.end() ? nullptr : found->second.get();
    }
};

/// How a source came about.
enum class SourceNaming { Literal, Wildcard };

/// The sources, merged. The root stands for the root of the machine.
class SourceTree final {
public:
    void add(std::span<const std::string> components, SourceNaming naming);

    [[nodiscard]] const SourceNode& root() const noexcept { return root_; }

private:
    SourceNode root_;
};

}  // namespace connectors::files
