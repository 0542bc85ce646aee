// SPDX-License-Identifier: Apache-2.0
#include "agent/app/entry_text.hpp"

#include <algorithm>
#include <optional>

#include "agent/engine/fault_log.hpp"
#include "connectors/files/file_metadata.hpp"
#include "connectors/object_stream.hpp"
#include "connectors/object_text.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

using connectors::ObjectKind;

constexpr std::size_t kSizeColumns = 10;
constexpr std::string_view kLetters = "?-dlbcpsh";

std::optional<std::uint32_t> modeOf(const vault::TreeEntry& entry) {
    try {
        return connectors::files::decodeMetadata(entry.metadata, entry.sizeBytes).mode;
    } catch (const base::Error&) {
        return std::nullopt;  // of another connector, or of a newer one: the rest of the line can be told all
                              // the same
    }
}

std::string rights(const vault::TreeEntry& entry) {
    std::string text(1, entry.kind < kLetters.size() ? kLetters[entry.kind] : '?');
    const auto mode = modeOf(entry);
    if (!mode || entry.kind == static_cast<std::uint8_t>(ObjectKind::HardLink)) return text + "---------";
    constexpr std::string_view kBits = "rwxrwxrwx";
    for (std::size_t i = 0; i < kBits.size(); ++i) text += (*mode & (0400u >> i)) != 0 ? kBits[i] : '-';
    if ((*mode & 04000u) != 0) text[3] = text[3] == 'x' ? 's' : 'S';
    if ((*mode & 02000u) != 0) text[6] = text[6] == 'x' ? 's' : 'S';
    if ((*mode & 01000u) != 0) text[9] = text[9] == 'x' ? 't' : 'T';
    return text;
}

/// Bytes that are no text, and control characters, are shown as something else.
bool isShownAsItIs(std::string_view key) {
    while (!key.empty()) {
        const std::string_view name = key.substr(0, key.find('\0'));
        if (base::printable(name) != name) return false;
        key.remove_prefix(std::min(key.size(), name.size() + 1));
    }
    return true;
}

}  // namespace

std::string_view entryName(std::string_view key) noexcept {
    const std::size_t end = key.rfind('\0');
    return end == std::string_view::npos ? key : key.substr(end + 1);
}

std::string_view kindName(std::uint8_t kind) noexcept { return connectors::kindName(kind); }

std::string entryLine(const vault::TreeEntry& entry, std::string_view shown) {
    const std::string size = base::formatSize(entry.sizeBytes);
    std::string line = rights(entry) + ' ';
    if (size.size() < kSizeColumns) line.append(kSizeColumns - size.size(), ' ');
    line += size + "  " + platform::formatLocal(entry.modified) + "  " + base::printable(shown);
    if (entry.kind == static_cast<std::uint8_t>(ObjectKind::Symlink))
        line += " -> " + base::printable(entry.target);
    if (entry.kind == static_cast<std::uint8_t>(ObjectKind::HardLink))
        line += " = " + engine::displayPath(entry.target);
    return line;
}

void addEntry(base::JsonWriter& json, const vault::TreeEntry& entry) {
    json.member("path", engine::displayPath(entry.key)).member("name", base::printable(entryName(entry.key)));
    json.member("key", base::encodeHex(base::asBytes(entry.key)));
    json.member("isExact", isShownAsItIs(entry.key)).member("kind", kindName(entry.kind));
    json.member("sizeBytes", entry.sizeBytes)
        .member("modified", platform::formatUtc(entry.modified))
        .key("target");
    if (entry.kind == static_cast<std::uint8_t>(ObjectKind::HardLink)) {
        json.value(engine::displayPath(entry.target));
    } else {
        entry.target.empty() ? json.null() : json.value(entry.target);
    }
}

}  // namespace app
