// SPDX-License-Identifier: Apache-2.0
// browse_commands.cpp: browse and cat.
#include <algorithm>

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

/// Prints the direct children of a folder, stepping over what lies below them.
std::uint64_t printChildren(Command& command, vault::TreeCursor& cursor, const std::string& folder) {
    const std::string prefix = folder.empty() ? std::string() : folder + '\0';
    std::uint64_t count = 0;
    cursor.seek(prefix);
    while (cursor.next()) {
        command.around.cancel.throwIfCancelled();
        const std::string key = cursor.key();
        if (!key.starts_with(prefix)) break;
        if (key.size() == prefix.size()) continue;  // the folder itself, when it is the root
        const std::size_t end = key.find('\0', prefix.size());
        if (end == std::string::npos) {
            printEntry(command, cursor.entry());
            ++count;
        }
        // '\1' is the first byte after the '\0' that joins names, so this is the next name of the folder.
        if (end != std::string::npos ||
            cursor.entry().kind == static_cast<std::uint8_t>(ObjectKind::Directory)) {
            cursor.seek(key.substr(0, end) + '\1');
        }
    }
    return count;
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
    const std::string key = command.line.operands.size() > 1
                                ? keyOfPath(command.around.fileSystem, command.line.operands[1])
                                : "";
    vault::ChunkReader reader(*opened.vault);
    vault::TreeCursor cursor(reader, {point.root, point.treeLevels});
    const auto entry = findEntry(cursor, key);
    if (entry && entry->kind != static_cast<std::uint8_t>(ObjectKind::Directory)) {
        printEntry(command, *entry);
        return kDone;
    }
    if (printChildren(command, cursor, key) == 0 && !entry && !key.empty()) throw noSuchEntry(key);
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
