// SPDX-License-Identifier: Apache-2.0
// browse_commands.cpp: browse and cat.
#include <algorithm>
#include <limits>

#include "agent/app/commands.hpp"
#include "agent/app/entry_text.hpp"
#include "agent/app/point_choice.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/engine/fault_log.hpp"
#include "agent/vault/tree.hpp"
#include "connectors/files/file_metadata.hpp"
#include "connectors/object_stream.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

using connectors::ObjectKind;

base::Error noSuchEntry(const std::string& key) {
    return base::Error(base::ErrorKind::NotFound, "CLI-0032",
                       "The restore point holds no '" + engine::displayPath(key) + "'",
                       "'hbr browse' shows what is in it, and 'hbr find' where a file is.");
}

std::optional<vault::TreeEntry> findEntry(vault::TreeCursor& cursor, const std::string& key) {
    cursor.seek(key);
    if (!cursor.next() || cursor.key() != key) return std::nullopt;
    return cursor.entry();
}

void printEntry(Command& command, const vault::TreeEntry& entry) {
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "object").member("schema", 1);
        addEntry(json, entry);
        command.around.console.out(json.endObject().text() + '\n');
    } else {
        command.print(entryLine(entry, entryName(entry.key)));
    }
}

/// What was printed of a folder.
struct Printed {
    std::uint64_t count = 0;
    std::string last;  // the key of the last entry
    bool isAll = true;
};

/// '\1' is the first byte after the '\0' that joins names, so this is behind all below the entry.
std::string behind(const std::string& key) { return key + '\1'; }

/// Prints the direct children of a folder behind the child `after`, the first ones when that is empty,
/// stepping over what lies below them.
Printed printChildren(Command& command, vault::TreeCursor& cursor, const std::string& folder,
                      const std::string& after, std::uint64_t most) {
    const std::string prefix = folder.empty() ? std::string() : folder + '\0';
    Printed printed;
    cursor.seek(after.empty() ? prefix : behind(after));
    while (cursor.next()) {
        command.around.cancel.throwIfCancelled();
        const std::string key = cursor.key();
        if (!key.starts_with(prefix)) break;
        if (key.size() == prefix.size()) continue;  // the folder itself, when it is the root
        const std::size_t end = key.find('\0', prefix.size());
        if (end == std::string::npos) {
            printed.isAll = printed.count < most;
            if (!printed.isAll) break;
            printEntry(command, cursor.entry());
            ++printed.count;
            printed.last = key;
        }
        if (end != std::string::npos ||
            cursor.entry().kind == static_cast<std::uint8_t>(ObjectKind::Directory)) {
            cursor.seek(behind(key.substr(0, end)));
        }
    }
    return printed;
}

/// The folder that is meant, by its path or its key; the root when neither is given.
std::string folderOf(const Command& command) {
    const bool hasPath = command.line.operands.size() > 1;
    const auto key = command.line.value("key");
    if (key && hasPath) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0036", "A path and '--key' exclude each other",
                          "Give one of them.");
    }
    if (key) return keyOfHex(*key);
    return hasPath ? keyOfPath(command.around.fileSystem, command.line.operands[1]) : std::string();
}

/// For whoever goes through a folder in parts.
void printEnd(Command& command, const Printed& printed) {
    base::JsonWriter json;
    json.beginObject().member("type", "result").member("schema", 1).member("count", printed.count);
    json.key("next");
    printed.isAll ? json.null() : json.value(base::encodeHex(base::asBytes(printed.last)));
    command.print(json.endObject());
}

void writeZeros(Console& console, std::uint64_t count) {
    const std::string zeros(64 * base::kKiB, '\0');
    while (count > 0) {
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(count, zeros.size()));
        console.out(std::string_view(zeros).substr(0, part));
        count -= part;
    }
}

/// Writes a file with its holes filled in: the vault keeps only what lies between them.
class WholeFile final {
public:
    WholeFile(Console& console, const vault::TreeEntry& entry)
        : console_(console), sizeBytes_(entry.sizeBytes) {
        const auto metadata = connectors::files::decodeMetadata(entry.metadata, entry.sizeBytes);
        isSparse_ = metadata.isSparse;
        extents_ = metadata.extents;
    }

    void write(base::ByteView content) {
        if (!isSparse_) {
            // Large streams follow the data of the file.
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(content.size(), sizeBytes_ - at_));
            console_.out(base::asText(content.first(count)));
            at_ += count;
            return;
        }
        while (!content.empty() && extent_ < extents_.size()) {
            const auto& extent = extents_[extent_];
            if (inExtent_ == 0) fillTo(extent.offset);
            const auto count = std::min<std::uint64_t>(content.size(), extent.sizeBytes - inExtent_);
            console_.out(base::asText(content.first(static_cast<std::size_t>(count))));
            content = content.subspan(static_cast<std::size_t>(count));
            at_ += count;
            inExtent_ += count;
            if (inExtent_ < extent.sizeBytes) break;
            ++extent_;
            inExtent_ = 0;
        }
    }

    void finish() {
        if (isSparse_) fillTo(sizeBytes_);
    }

private:
    void fillTo(std::uint64_t offset) {
        if (offset > at_) writeZeros(console_, offset - at_);
        at_ = std::max(at_, offset);
    }

    Console& console_;
    const std::uint64_t sizeBytes_;
    bool isSparse_ = false;
    std::vector<platform::DataExtent> extents_;
    std::size_t extent_ = 0;
    std::uint64_t inExtent_ = 0;
    std::uint64_t at_ = 0;
};

}  // namespace

int browsePoint(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const vault::PointRecord point = choosePoint(command, opened.vault->state(), command.line.operands[0]);
    const std::string key = folderOf(command);
    vault::ChunkReader reader(*opened.vault);
    vault::TreeCursor cursor(reader, {point.root, point.treeLevels});
    const auto entry = findEntry(cursor, key);
    const auto most = command.line.number("most");
    Printed printed;
    if (entry && entry->kind != static_cast<std::uint8_t>(ObjectKind::Directory)) {
        printEntry(command, *entry);
        printed.count = 1;
    } else {
        printed = printChildren(command, cursor, key, keyOfHex(command.line.value("after").value_or("")),
                                most.value_or(std::numeric_limits<std::uint64_t>::max()));
        if (printed.count == 0 && !entry && !key.empty()) throw noSuchEntry(key);
    }
    if (command.isJson && most) printEnd(command, printed);
    return kDone;
}

int catFile(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const vault::PointRecord point = choosePoint(command, opened.vault->state(), command.line.operands[0]);
    const std::string key = keyOfPath(command.around.fileSystem, command.line.operands[1]);
    vault::ChunkReader reader(*opened.vault);
    vault::TreeCursor cursor(reader, {point.root, point.treeLevels});
    auto entry = findEntry(cursor, key);
    if (entry && entry->kind == static_cast<std::uint8_t>(ObjectKind::HardLink))
        entry = findEntry(cursor, entry->target);
    if (!entry) throw noSuchEntry(key);
    if (entry->kind != static_cast<std::uint8_t>(ObjectKind::File)) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0034",
                          "'" + engine::displayPath(key) + "' is no file",
                          "'hbr browse' lists folders; 'hbr restore' brings everything else back.");
    }
    WholeFile file(command.around.console, *entry);
    if (entry->content) {
        reader.forEachChunk(*entry->content, [&](const vault::ChunkRef& chunk, std::uint64_t) {
            command.around.cancel.throwIfCancelled();
            reader.with(chunk.id, [&](base::ByteView content) { file.write(content); });
        });
    }
    file.finish();
    return kDone;
}

}  // namespace app
