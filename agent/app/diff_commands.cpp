// SPDX-License-Identifier: Apache-2.0
// diff_commands.cpp: point diff.
#include "agent/app/commands.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/point_choice.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/vault/tree.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

struct DiffCounts {
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::uint64_t changed = 0;
    std::uint64_t touched = 0;
};

void printLine(Command& command, char sign, const vault::TreeEntry& entry) {
    const std::string path = engine::displayPath(entry.key);
    if (!command.isJson) {
        command.print(std::string{sign, ' '} + path);
        return;
    }
    base::JsonWriter json;
    json.beginObject()
        .member("type", "object")
        .member("schema", 1)
        .member("change", std::string_view(&sign, 1));
    json.member("path", path).member("sizeBytes", entry.sizeBytes).endObject();
    command.around.console.out(json.text() + '\n');
}

/// 'M' for other content, 'm' for other properties, a blank for none. The evidence of being unchanged is no
/// property.
char changeOf(const vault::TreeEntry& a, const vault::TreeEntry& b) {
    if (a.kind != b.kind || a.content != b.content || a.target != b.target || a.sizeBytes != b.sizeBytes)
        return 'M';
    return a.modified != b.modified || a.metadata != b.metadata ? 'm' : ' ';
}

DiffCounts walk(Command& command, vault::Vault& vault, const vault::PointRecord& a,
                const vault::PointRecord& b) {
    DiffCounts counts;
    if (a.root == b.root) return counts;
    vault::ChunkReader reader(vault);
    vault::TreeCursor older(reader, {a.root, a.treeLevels});
    vault::TreeCursor newer(reader, {b.root, b.treeLevels});
    bool hasOlder = older.next();
    bool hasNewer = newer.next();
    while (hasOlder || hasNewer) {
        command.around.cancel.throwIfCancelled();
        const int order = !hasOlder ? 1 : !hasNewer ? -1 : older.key().compare(newer.key());
        if (order < 0) {
            printLine(command, '-', older.entry());
            ++counts.removed;
        } else if (order > 0) {
            printLine(command, '+', newer.entry());
            ++counts.added;
        } else if (base::asText(older.body()) != base::asText(newer.body())) {
            const char change = changeOf(older.entry(), newer.entry());
            if (change != ' ') printLine(command, change, newer.entry());
            counts.changed += change == 'M' ? 1 : 0;
            counts.touched += change == 'm' ? 1 : 0;
        }
        if (order <= 0) hasOlder = older.next();
        if (order >= 0) hasNewer = newer.next();
    }
    return counts;
}

}  // namespace

int diffPoints(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const vault::VaultState state = opened.vault->state();
    const vault::PointRecord a = choosePoint(command, state, command.line.operands[0]);
    const vault::PointRecord b = choosePoint(command, state, command.line.operands[1]);
    const DiffCounts counts = walk(command, *opened.vault, a, b);
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("added", counts.added);
        json.member("removed", counts.removed)
            .member("changed", counts.changed)
            .member("touched", counts.touched);
        command.print(json.endObject());
    }
    command.around.console.flush();
    command.say(std::to_string(counts.added) + " added, " + std::to_string(counts.removed) + " removed, " +
                std::to_string(counts.changed) + " with other content, " + std::to_string(counts.touched) +
                " with other properties only.");
    return kDone;
}

}  // namespace app
