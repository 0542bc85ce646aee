// SPDX-License-Identifier: Apache-2.0
// exclude_rules.hpp: gitignore-style rules that say which files are left out.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/glob_pattern.hpp"

namespace connectors::files {

/// An ordered list of rules; the last one that matches decides.
///
/// A line is a pattern as in a .gitignore file: `#` begins a comment, `!` takes back, a final `/` matches
/// folders only, `**` any number of folders, `\` quotes. Without a `/` but a final one it matches the name at
/// any depth; with a leading `/`, or a drive, the whole path from the root of the machine; with any other `/`
/// the path below the source.
class ExcludeRules final {
public:
    explicit ExcludeRules(LetterCase letterCase = LetterCase::Matters) : letterCase_(letterCase) {}

    /// Adds one line. Blank lines and comments add nothing.
    void addLine(std::string_view line);
    /// Adds every line of a file's text; the ends of lines may be those of either system.
    void addText(std::string_view text);

    [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

    enum class Verdict { None, Exclude, Include };

    /// What the rules say of the path itself; folders above it are the caller's business, as a folder that is
    /// left out is never entered. `sourceDepth` is how many leading components make up the source.
    [[nodiscard]] Verdict judge(std::span<const std::string_view> path, std::size_t sourceDepth,
                                bool isFolder) const noexcept;

private:
    enum class Anchor { Name, Source, Root };

    struct Rule {
        PathPattern pattern;
        Anchor anchor = Anchor::Name;
        bool takesBack = false;
        bool foldersOnly = false;
    };

    LetterCase letterCase_;
    std::vector<Rule> rules_;
};

}  // namespace connectors::files
