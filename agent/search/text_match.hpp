// SPDX-License-Identifier: Apache-2.0
// text_match.hpp: which paths a text that a person typed means.
//
//   invoice        a part of a name, whatever the case of letters
//   *.pdf  r?[0-9] a whole name, whatever the case of letters
//   "Invoice.pdf"  a whole name, as it is
//   docs/*.pdf     a path: names joined by '/', each whole, at any depth; with a '/' in front from the top
//   docs/          what is below a folder of that name, at any depth
//   "/srv/docs"    a path as it is
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/search/name_filter.hpp"
#include "connectors/files/glob_pattern.hpp"

namespace search {

/// Thread-safe (never changes).
class TextMatch final {
public:
    /// Matches everything.
    TextMatch() = default;
    explicit TextMatch(std::string_view text);

    /// Memory that is used again; one for each thread.
    struct Scratch {
        std::string folded;
        std::vector<std::string_view> names;
    };
    [[nodiscard]] bool matches(std::string_view key, Scratch& scratch) const;

    /// Every name that matches has these, folded; empty when nothing can be said.
    [[nodiscard]] const std::vector<Trigram>& trigrams() const noexcept { return trigrams_; }

    /// The one key that matches, when there is but one.
    [[nodiscard]] const std::optional<std::string>& onlyKey() const noexcept { return onlyKey_; }

private:
    enum class Form { Everything, Part, ExactName, ExactPath, Name, Path };

    void takeExact(std::string_view text);
    void takePath(std::string_view text);

    Form form_ = Form::Everything;
    std::string text_;  // Part: folded; ExactName: the name; ExactPath: the end of a key
    std::optional<connectors::files::GlobPattern> name_;
    std::optional<connectors::files::PathPattern> path_;
    std::vector<Trigram> trigrams_;
    std::optional<std::string> onlyKey_;
};

}  // namespace search
