// SPDX-License-Identifier: Apache-2.0
// vault_commands.cpp: vault create, connect, disconnect, list, info, set.
#include "agent/app/commands.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/session_text.hpp"
#include "agent/app/small_input.hpp"
#include "agent/app/store_access.hpp"
#include "agent/app/text_table.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/s3/settings.hpp"
#include "agent/vault/directory_store.hpp"
#include "agent/vault/pack_format.hpp"
#include "agent/vault/vault_folder.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

/// The name to remember a vault by: the one asked for, or one made from its folder's name that is free.
std::string chooseName(Command& command, const std::string& path) {
    const auto here = command.book().findPath(path);
    if (const auto wanted = command.line.value("name")) {
        if (!config::isVaultName(*wanted)) {
            throw base::Error(base::ErrorKind::Invalid, "CLI-0020",
                              "'" + base::printable(*wanted) + "' cannot be a vault's name",
                              "Use letters, digits, '-', '_' and '.'.");
        }
        const auto taken = command.book().findName(*wanted);
        if (taken && (!here || here->name != taken->name)) {
            throw base::Error(
                base::ErrorKind::Exists, "CLI-0021",
                "The name '" + *wanted + "' stands for the vault in '" + base::printable(taken->path) + "'",
                "Choose another --name, or run 'hbr vault disconnect " + *wanted + "' first.");
        }
        return *wanted;
    }
    if (here) return here->name;
    const std::vector<std::string> parts = command.around.fileSystem.splitPath(path);
    const std::string last =
        s3::isPlace(path) ? path.substr(path.rfind('/') + 1) : (parts.empty() ? "vault" : parts.back());
    const std::string stem = config::vaultNameFrom(last);
    std::string name = stem;
    for (int number = 2; command.book().findName(name); ++number) name = stem + "-" + std::to_string(number);
    return name;
}

/// What is worth remembering: a key with a session token runs out within hours.
config::StoreAccess lasting(config::StoreAccess access) {
    if (!access.credentials.empty() &&
        !s3::parseCredentials(access.credentials.view()).sessionToken.empty()) {
        access.credentials = {};
    }
    return access;
}

void reportConnected(Command& command, const config::RememberedVault& vault, const char* what) {
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1);
        json.member("name", vault.name)
            .member("path", vault.path)
            .member("vaultId", vault.vaultId)
            .endObject();
        command.print(json);
    }
    command.say("The vault '" + vault.name + "' in " + base::printable(vault.path) + " is " + what + ".");
}

std::uint64_t storedBytes(vault::ObjectStore& store) {
    std::uint64_t total = 0;
    for (const char* prefix : {"packs/", "index/", "points/", "journal/", "keys/"}) {
        store.list(prefix, [&](const std::string&, std::uint64_t sizeBytes) { total += sizeBytes; });
    }
    return total;
}

/// The share that --parity asks for; nothing when it was not given.
std::optional<unsigned> givenParity(const Command& command) {
    const auto percent = command.line.number("parity");
    if (!percent) return std::nullopt;
    if (*percent > vault::kMostParityPercent) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0004", "'--parity' is a share between 0 and 10",
                          "Give a whole number, like --parity 5; 0 stands for none.");
    }
    return static_cast<unsigned>(*percent);
}

std::string parityText(unsigned percent) {
    if (percent == 0) return "none";
    return std::to_string(percent) + " % of every new pack heals by itself";
}

}  // namespace

int createVault(Command& command) {
    const std::string path = absolutePlace(command, command.line.operands[0]);
    const unsigned parity = givenParity(command).value_or(0);
    if (!s3::isPlace(path)) vault::requireOutsideVaults(command.around.fileSystem, path);
    const std::string name = chooseName(command, path);
    const config::StoreAccess access = givenStoreAccess(command, path);
    const base::SecretBytes password = newPassword(command, "password-file", "HBR_PASSWORD");
    auto store = createStore(command, path, access);
    const auto vault = vault::Vault::create(std::move(store), password, command.around.clock.now());
    if (parity > 0) vault->setParity(parity);
    const auto& keys = vault->keys();
    const auto remembered =
        command.book().remember(name, path, keys.vaultId().hex(), keys.master().view(), lasting(access));
    reportConnected(command, remembered, "ready");
    command.say(
        "Without its password nobody can read it again, so print the recovery kit and lock it away:\n"
        "  hbr key recovery-kit --vault " +
        remembered.name +
        "\nThis machine keeps its key, sealed, and asks for no password; 'hbr vault disconnect' forgets it.");
    return kDone;
}

int connectVault(Command& command) {
    const std::string path = absolutePlace(command, command.line.operands[0]);
    const std::string name = chooseName(command, path);
    const config::StoreAccess access = givenStoreAccess(command, path);
    auto store = openStore(command, path, access);
    const auto kit = command.line.value("recovery-kit");
    const vault::VaultKeys keys =
        kit ? vault::keysFromRecoveryKit(textFromFile(command.around.fileSystem, *kit))
            : vault::unlock(*store, existingPassword(command, path));
    // Opening proves that the key fits: the recovery kit may belong to another vault.
    const auto vault = vault::Vault::open(std::move(store), keys, vault::Vault::JournalNeed::Optional);
    const auto remembered =
        command.book().remember(name, path, keys.vaultId().hex(), keys.master().view(), lasting(access));
    reportConnected(command, remembered, "connected");
    return kDone;
}

int disconnectVault(Command& command) {
    const std::string& name = command.line.operands[0];
    if (!command.book().forget(name)) {
        throw base::Error(base::ErrorKind::NotFound, "CLI-0012",
                          "No vault is known as '" + base::printable(name) + "'",
                          "'hbr vault list' shows the vaults that are known.");
    }
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("disconnected", name);
        command.print(json.endObject());
    }
    command.say("The vault '" + name + "' is not remembered any more. Its data was not touched.");
    return kDone;
}

int listVaults(Command& command) {
    const auto vaults = command.book().list();
    for (const std::string& file : command.book().unreadable()) {
        command.warn("'" + base::printable(file) + "' cannot be read; connect that vault again.");
    }
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).key("vaults").beginArray();
        for (const auto& vault : vaults) {
            json.beginObject().member("name", vault.name).member("path", vault.path);
            json.member("vaultId", vault.vaultId).endObject();
        }
        command.print(json.endArray().endObject());
        return kDone;
    }
    TextTable table({{"NAME"}, {"VAULT ID"}, {"PATH"}});
    for (const auto& vault : vaults)
        table.add({vault.name, vault.vaultId.substr(0, 8), base::printable(vault.path)});
    if (vaults.empty()) command.say("No vault is known yet: 'hbr vault create PATH' makes one.");
    if (!vaults.empty()) command.around.console.out(table.text());
    return kDone;
}

int changeVault(Command& command) {
    const auto parity = givenParity(command);
    if (!parity) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0023", "There is nothing to change",
                          "Name what to change, like --parity 5; 'hbr vault info' tells how it is now.");
    }
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Required);
    opened.vault->setParity(*parity);
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1);
        json.member("parityPercent", std::uint64_t{*parity});
        command.print(json.endObject());
    }
    command.say("Parity from now on: " + parityText(*parity) + ".");
    return kDone;
}

int showVault(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    vault::Vault& vault = *opened.vault;
    const vault::VaultState state = vault.state();
    std::uint64_t chunks = 0;
    for (const vault::LiveRun& run : state.runs) chunks += run.info.entries;
    const std::uint64_t stored = storedBytes(vault.store());
    const auto free = vault.store().freeBytes();
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("path", opened.path);
        json.member("vaultId", vault.keys().vaultId().hex())
            .member("points", std::uint64_t{state.points.size()});
        json.member("chunks", chunks).member("storedBytes", stored);
        json.member("indexRuns", std::uint64_t{state.runs.size()});
        json.member("parityPercent", std::uint64_t{state.parityPercent});
        json.member("openSessions", std::uint64_t{state.sessions.size()});
        addSessions(json, state.sessions, command.around.clock.now());
        json.key("freeBytes");
        free ? json.value(*free) : json.null();
        json.member("journalDamaged", vault.usesFallbackState()).endObject();
        command.print(json);
        return kDone;
    }
    command.print("Path            " + base::printable(opened.path));
    command.print("Vault id        " + vault.keys().vaultId().hex());
    command.print("Restore points  " + std::to_string(state.points.size()));
    command.print("Chunks          " + std::to_string(chunks) + " in " +
                  counted(state.runs.size(), "index run"));
    command.print("Size            " + base::formatSize(stored));
    command.print("Parity          " + parityText(state.parityPercent));
    if (free) command.print("Free            " + base::formatSize(*free));
    command.print("Running now     " + counted(state.sessions.size(), "session"));
    for (const vault::SessionInfo& session : state.sessions) {
        command.print("                " + sessionLine(session, command.around.clock.now()));
    }
    return kDone;
}

}  // namespace app
