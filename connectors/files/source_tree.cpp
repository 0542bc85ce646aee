// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_tree.hpp"

namespace connectors::files {

void SourceTree::add(std::span<const std::string> components, SourceNaming naming) {
    SourceNode* node = &root_;
    for (const std::string& name : components) {
        std::unique_ptr<SourceNode>& child = node->children[name];
        if (!child) child = std::make_unique<SourceNode>();
        node = child.get();
    }
    node->isSource = true;
    if (naming == SourceNaming::Literal) node->isLiteral = true;
}

}  // namespace connectors::files
