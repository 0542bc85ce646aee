// SPDX-License-Identifier: Apache-2.0
// glob_pattern.hpp: shell patterns for one name and for a path of names.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace connectors::files {

enum class LetterCase { Matters, Ignored };  // Ignored: ASCII letters only

/// A pattern for one name: `*` any bytes, `?` one character, `[a-z]` and `[!a-z]` one of a set, `\x` the
/// character x itself. Names are bytes; `?` takes a whole UTF-8 sequence when there is one and a single byte
/// otherwise.
class GlobPattern final {
public:
    /// Never fails: a `[` that is not closed stands for itself.
    explicit GlobPattern(std::string_view pattern, LetterCase letterCase = LetterCase::Matters);

    [[nodiscard]] bool matches(std::string_view name) const noexcept;

private:
    enum class Form { Literal, Suffix, Everything, General };

    void recogniseForm();

    std::string text_;  // Literal: the name; Suffix: what follows the star; General: the pattern
    Form form_ = Form::General;
    LetterCase letterCase_;
};

/// A pattern for a path: one GlobPattern a component, and `**` for any number of components.
class PathPattern final {
public:
    /// Components joined by '/'; empty ones are dropped.
    explicit PathPattern(std::string_view pattern, LetterCase letterCase = LetterCase::Matters);

    struct Component {
        GlobPattern glob;
        bool isAnyDepth = false;  // `**`
    };

    /// True when the pattern matches the whole path.
    [[nodiscard]] bool matches(std::span<const std::string_view> path) const noexcept;

    [[nodiscard]] const std::vector<Component>& components() const noexcept { return components_; }

private:
    std::vector<Component> components_;
    std::size_t fixedDepth_ = 0;  // components other than `**`
};

}  // namespace connectors::files
