// SPDX-License-Identifier: Apache-2.0
#include "agent/search/text_match.hpp"

#include <algorithm>

#include "agent/search/letter_case.hpp"
#include "agent/search/path_record.hpp"

namespace search {

namespace {

bool hasWildcard(std::string_view text) noexcept {
    return text.find_first_of("*?[\\") != std::string_view::npos;
}

/// What every name that a folded pattern matches has in it: the pieces between its wildcards. From a '[' or a
/// '\' on nothing is said.
std::vector<Trigram> trigramsOfPattern(const std::string& pattern) {
    const std::string framed = "/" + pattern + "/";
    std::vector<Trigram> trigrams;
    std::string_view rest = framed;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find_first_of("*?[\\"), rest.size());
        const auto piece = trigramsOf(rest.substr(0, end));
        trigrams.insert(trigrams.end(), piece.begin(), piece.end());
        if (end == rest.size() || rest[end] == '[' || rest[end] == '\\') break;
        rest.remove_prefix(end + 1);
    }
    return trigrams;
}

/// Names joined by '/' as a key; empty ones do not count.
std::string keyOf(std::string_view path) {
    std::string key;
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('/'));
        if (!name.empty()) {
            if (!key.empty()) key += '\0';
            key += name;
        }
        path.remove_prefix(std::min(path.size(), name.size() + 1));
    }
    return key;
}

}  // namespace

TextMatch::TextMatch(std::string_view text) {
    if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
        takeExact(text.substr(1, text.size() - 2));
    } else if (text.find('/') != std::string_view::npos) {
        takePath(text);
    } else if (hasWildcard(text)) {
        form_ = Form::Name;
        const std::string folded = foldedCase(text);
        name_.emplace(folded);
        trigrams_ = trigramsOfPattern(folded);
    } else if (!text.empty()) {
        form_ = Form::Part;
        foldCase(text, text_);
        trigrams_ = trigramsOf(text_);
    }
}

void TextMatch::takeExact(std::string_view text) {
    const bool isPath = text.find('/') != std::string_view::npos;
    form_ = isPath ? Form::ExactPath : Form::ExactName;
    text_ = keyOf(text);
    if (isPath && text.front() == '/') onlyKey_ = text_;
    trigrams_ = trigramsOf("/" + foldedCase(nameOfKey(text_)) + "/");
}

void TextMatch::takePath(std::string_view text) {
    form_ = Form::Path;
    std::string pattern = foldedCase(text);
    const bool isBelow = pattern.ends_with('/');
    if (isBelow) pattern += "**";
    if (!pattern.starts_with('/')) pattern.insert(0, "**/");
    path_.emplace(pattern);
    const std::string last = pattern.substr(pattern.rfind('/') + 1);
    if (last != "**") trigrams_ = trigramsOfPattern(last);
}

bool TextMatch::matches(std::string_view key, Scratch& scratch) const {
    switch (form_) {
        case Form::Everything:
            return true;
        case Form::Part:
            foldCase(nameOfKey(key), scratch.folded);
            return scratch.folded.find(text_) != std::string::npos;
        case Form::ExactName:
            return nameOfKey(key) == text_;
        case Form::ExactPath:
            if (onlyKey_) return key == text_;
            return key.ends_with(text_) &&
                   (key.size() == text_.size() || key[key.size() - text_.size() - 1] == '\0');
        case Form::Name:
            foldCase(nameOfKey(key), scratch.folded);
            return name_->matches(scratch.folded);
        case Form::Path:
            break;
    }
    foldCase(key, scratch.folded);
    scratch.names.clear();
    for (std::string_view rest = scratch.folded;;) {
        const std::size_t end = rest.find('\0');
        scratch.names.push_back(rest.substr(0, end));
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return path_->matches(scratch.names);
}

}  // namespace search
