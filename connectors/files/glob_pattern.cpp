// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/glob_pattern.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace connectors::files {

namespace {

constexpr char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool isSame(std::string_view a, std::string_view b, LetterCase letterCase) noexcept {
    if (a.size() != b.size()) return false;
    if (letterCase == LetterCase::Matters) return a == b;
    return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

/// How many bytes the character at `at` takes: a whole UTF-8 sequence when its bytes are there, or one.
std::size_t characterBytes(std::string_view text, std::size_t at) noexcept {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t bytes = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 1;
    if (at + bytes > text.size()) return 1;
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return 1;
    }
    return bytes;
}

/// The character's number: its bytes, most significant first, which orders as Unicode does.
std::uint32_t characterNumber(std::string_view bytes) noexcept {
    std::uint32_t number = 0;
    for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
    return number;
}

std::uint32_t foldNumber(std::uint32_t number) noexcept {
    return number >= 'A' && number <= 'Z' ? number - 'A' + 'a' : number;
}

/// One `[...]` in a pattern.
class CharacterSet final {
public:
    /// Nothing when the bracket at `at` is not closed.
    static std::optional<CharacterSet> at(std::string_view pattern, std::size_t at) noexcept {
        CharacterSet set;
        std::size_t i = at + 1;
        if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) {
            set.isNegated_ = true;
            ++i;
        }
        const std::size_t first = i;
        // A ']' right at the beginning is a member.
        while (i < pattern.size() && (pattern[i] != ']' || i == first)) i += pattern[i] == '\\' ? 2 : 1;
        if (i >= pattern.size()) return std::nullopt;
        set.members_ = pattern.substr(first, i - first);
        set.end_ = i + 1;
        return set;
    }

    [[nodiscard]] std::size_t end() const noexcept { return end_; }

    [[nodiscard]] bool contains(std::string_view character, LetterCase letterCase) const noexcept {
        const auto fold = [letterCase](std::uint32_t n) {
            return letterCase == LetterCase::Ignored ? foldNumber(n) : n;
        };
        const std::uint32_t wanted = fold(characterNumber(character));
        std::size_t i = 0;
        while (i < members_.size()) {
            const std::uint32_t low = fold(take(i));
            std::uint32_t high = low;
            if (i + 1 < members_.size() && members_[i] == '-') {
                ++i;
                high = fold(take(i));
            }
            if (wanted >= low && wanted <= high) return !isNegated_;
        }
        return isNegated_;
    }

private:
    std::uint32_t take(std::size_t& i) const noexcept {
        if (members_[i] == '\\' && i + 1 < members_.size()) ++i;
        const std::size_t bytes = characterBytes(members_, i);
        const std::uint32_t number = characterNumber(members_.substr(i, bytes));
        i += bytes;
        return number;
    }

    std::string_view members_;
    std::size_t end_ = 0;
    bool isNegated_ = false;
};

/// Where both texts stand after one element of the pattern, other than a star, matched.
struct Advance {
    std::size_t pattern;
    std::size_t name;
};

std::optional<Advance> matchOne(std::string_view pattern, std::size_t p, std::string_view name, std::size_t n,
                                LetterCase letterCase) noexcept {
    const std::size_t bytes = characterBytes(name, n);
    if (pattern[p] == '?') return Advance{p + 1, n + bytes};
    if (pattern[p] == '[') {
        if (const auto set = CharacterSet::at(pattern, p)) {
            if (!set->contains(name.substr(n, bytes), letterCase)) return std::nullopt;
            return Advance{set->end(), n + bytes};
        }
    }
    if (pattern[p] == '\\' && p + 1 < pattern.size()) ++p;
    if (!isSame(pattern.substr(p, 1), name.substr(n, 1), letterCase)) return std::nullopt;
    return Advance{p + 1, n + 1};
}

/// Goes back to the last star only, so the time is at most the product of the lengths.
bool matchGeneral(std::string_view pattern, std::string_view name, LetterCase letterCase) noexcept {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t starPattern = std::string_view::npos;
    std::size_t starName = 0;
    for (;;) {
        if (p < pattern.size() && pattern[p] == '*') {
            starPattern = ++p;
            starName = n;
            continue;
        }
        if (n == name.size() && p == pattern.size()) return true;
        if (n < name.size() && p < pattern.size()) {
            if (const auto next = matchOne(pattern, p, name, n, letterCase)) {
                p = next->pattern;
                n = next->name;
                continue;
            }
        }
        if (starPattern == std::string_view::npos || starName >= name.size()) return false;
        p = starPattern;
        n = ++starName;
    }
}

bool isPlain(std::string_view text) noexcept { return text.find_first_of("*?[\\") == std::string_view::npos; }

}  // namespace

GlobPattern::GlobPattern(std::string_view pattern, LetterCase letterCase)
    : text_(pattern), letterCase_(letterCase) {
    recogniseForm();
}

void GlobPattern::recogniseForm() {
    if (text_ == "*") {
        form_ = Form::Everything;
        return;
    }
    if (text_.starts_with('*') && isPlain(std::string_view(text_).substr(1))) {
        text_.erase(0, 1);
        form_ = Form::Suffix;
        return;
    }
    if (text_.find_first_of("*?[") != std::string::npos) return;
    std::string literal;
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
        literal += text_[i];
    }
    text_ = std::move(literal);
    form_ = Form::Literal;
}

bool GlobPattern::matches(std::string_view name) const noexcept {
    switch (form_) {
        case Form::Everything:
            return true;
        case Form::Literal:
            return isSame(text_, name, letterCase_);
        case Form::Suffix:
            return name.size() >= text_.size() &&
                   isSame(text_, name.substr(name.size() - text_.size()), letterCase_);
        case Form::General:
            break;
    }
    return matchGeneral(text_, name, letterCase_);
}

PathPattern::PathPattern(std::string_view pattern, LetterCase letterCase) {
    while (!pattern.empty()) {
        const std::size_t end = std::min(pattern.find('/'), pattern.size());
        const std::string_view component = pattern.substr(0, end);
        pattern.remove_prefix(std::min(end + 1, pattern.size()));
        if (component.empty()) continue;
        const bool isAnyDepth = component == "**";
        // Two in a row say no more than one.
        if (isAnyDepth && !components_.empty() && components_.back().isAnyDepth) continue;
        components_.push_back({GlobPattern(component, letterCase), isAnyDepth});
        if (!isAnyDepth) ++fixedDepth_;
    }
}

bool PathPattern::matches(std::span<const std::string_view> path) const noexcept {
    const bool hasAnyDepth = fixedDepth_ != components_.size();
    if (hasAnyDepth ? path.size() < fixedDepth_ : path.size() != fixedDepth_) return false;
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t starPattern = components_.size() + 1;
    std::size_t starName = 0;
    // The same walk as for the star in a name, with components for characters.
    for (;;) {
        if (p < components_.size() && components_[p].isAnyDepth) {
            starPattern = ++p;
            starName = n;
            // A final "**" stands for what is below, so it takes at least one name.
            if (p == components_.size()) return n < path.size();
            continue;
        }
        if (n == path.size() && p == components_.size()) return true;
        if (n < path.size() && p < components_.size() && components_[p].glob.matches(path[n])) {
            ++p;
            ++n;
            continue;
        }
        if (starPattern > components_.size() || starName >= path.size()) return false;
        p = starPattern;
        n = ++starName;
    }
}

}  // namespace connectors::files
