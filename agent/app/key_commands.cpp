// SPDX-License-Identifier: Apache-2.0
// key_commands.cpp: key list, add, remove, recovery-kit.
#include "agent/app/commands.hpp"
#include "agent/app/text_table.hpp"
#include "agent/app/vault_access.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/new_file.hpp"

namespace app {

namespace {

vault::KeyInfo chooseKey(const std::vector<vault::KeyInfo>& keys, const std::string& text) {
    const vault::KeyInfo* found = nullptr;
    for (const vault::KeyInfo& key : keys) {
        if (!key.id.hex().starts_with(text)) continue;
        if (found != nullptr) {
            throw base::Error(base::ErrorKind::Invalid, "CLI-0031",
                              "Several keys begin with '" + base::printable(text) + "'",
                              "Give more digits of the id.");
        }
        found = &key;
    }
    if (found == nullptr) {
        throw base::Error(base::ErrorKind::NotFound, "KEY-0007",
                          "The vault has no key '" + base::printable(text) + "'",
                          "'hbr key list' shows the keys.");
    }
    return *found;
}

void addKeyMembers(base::JsonWriter& json, const vault::KeyInfo& key) {
    json.beginObject().member("id", key.id.hex()).member("label", key.label);
    json.member("created", platform::formatUtc(key.created)).endObject();
}

}  // namespace

int listKeys(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const auto keys = vault::listPasswords(opened.vault->store(), opened.vault->keys());
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).key("keys").beginArray();
        for (const auto& key : keys) addKeyMembers(json, key);
        command.print(json.endArray().endObject());
        return kDone;
    }
    TextTable table({{"ID"}, {"CREATED"}, {"LABEL"}});
    for (const auto& key : keys) {
        table.add({key.id.hex(), platform::formatLocal(key.created), base::printable(key.label)});
    }
    command.around.console.out(table.text());
    return kDone;
}

int addKey(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const base::SecretBytes password = newPassword(command, "new-password-file", "HBR_NEW_PASSWORD");
    const auto key = vault::addPassword(opened.vault->store(), opened.vault->keys(), password,
                                        command.line.value("label").value_or(""), command.around.clock.now());
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).key("key");
        addKeyMembers(json, key);
        command.print(json.endObject());
    }
    command.say("The password was added as key " + key.id.hex() + ".");
    return kDone;
}

int removeKey(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    vault::ObjectStore& store = opened.vault->store();
    const auto key = chooseKey(vault::listPasswords(store, opened.vault->keys()), command.line.operands[0]);
    if (!command.confirm("Remove the password '" + base::printable(key.label) + "' (key " + key.id.hex() +
                         ")?")) {
        command.say("Nothing was changed.");
        return kFailed;
    }
    vault::removePassword(store, opened.vault->keys(), key.id);
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject()
            .member("type", "result")
            .member("schema", 1)
            .member("removed", key.id.hex())
            .endObject();
        command.print(json);
    }
    command.say("The password was removed. Whoever knew it may have kept the vault's key.");
    return kDone;
}

int printRecoveryKit(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const std::string kit = vault::recoveryKit(opened.vault->keys(), opened.path);
    const auto file = command.line.value("output");
    if (command.isJson && !file) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("recoveryKit", kit);
        command.print(json.endObject());
        return kDone;
    }
    if (!file) {
        command.around.console.out(kit);
        return kDone;
    }
    const platform::FileSystem& files = command.around.fileSystem;
    platform::writeNewFile(files, files.absolutePath(*file), base::asBytes(kit));
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("output", *file);
        command.print(json.endObject());
    }
    command.say("The recovery kit is in '" + base::printable(*file) +
                "'. Print it, lock it away, and delete the file.");
    return kDone;
}

}  // namespace app
