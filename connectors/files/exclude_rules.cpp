// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/exclude_rules.hpp"

#include <algorithm>

namespace connectors::files {

namespace {

/// Takes off blanks at the end unless a backslash quotes them.
std::string_view withoutTrailingBlanks(std::string_view line) noexcept {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
        const std::string_view before = line.substr(0, line.size() - 1);
        const std::size_t slashes = before.size() - (before.find_last_not_of('\\') + 1);
        // Of two backslashes the first quotes the second, and neither the blank.
        if (slashes % 2 == 1 && line.back() != '\r') break;
        line = before;
    }
    return line;
}

bool beginsWithDrive(std::string_view pattern) noexcept {
    const bool isLetter = !pattern.empty() && ((pattern[0] >= 'a' && pattern[0] <= 'z') ||
                                               (pattern[0] >= 'A' && pattern[0] <= 'Z'));
    return isLetter && pattern.size() >= 3 && pattern[1] == ':' && pattern[2] == '/';
}

}  // namespace

void ExcludeRules::addLine(std::string_view line) {
    line = withoutTrailingBlanks(line);
    if (line.empty() || line.front() == '#') return;
    bool takesBack = false;
    if (line.front() == '!') {
        takesBack = true;
        line.remove_prefix(1);
    }
    bool foldersOnly = false;
    while (line.size() > 1 && line.back() == '/') {
        foldersOnly = true;
        line.remove_suffix(1);
    }
    if (line.empty() || line == "/") return;
    Anchor anchor = Anchor::Name;
    if (line.front() == '/' || beginsWithDrive(line)) {
        anchor = Anchor::Root;
    } else if (line.find('/') != std::string_view::npos) {
        anchor = Anchor::Source;
    }
    rules_.push_back({PathPattern(line, letterCase_), anchor, takesBack, foldersOnly});
}

void ExcludeRules::addText(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        addLine(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

ExcludeRules::Verdict ExcludeRules::judge(std::span<const std::string_view> path, std::size_t sourceDepth,
                                          bool isFolder) const noexcept {
    if (path.empty()) return Verdict::None;
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
        if (rule->foldersOnly && !isFolder) continue;
        std::span<const std::string_view> part = path;
        if (rule->anchor == Anchor::Name) part = path.last(1);
        if (rule->anchor == Anchor::Source) part = path.subspan(std::min(sourceDepth, path.size()));
        if (rule->pattern.matches(part)) return rule->takesBack ? Verdict::Include : Verdict::Exclude;
    }
    return Verdict::None;
}

}  // namespace connectors::files
