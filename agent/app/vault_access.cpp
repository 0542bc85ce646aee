// SPDX-License-Identifier: Apache-2.0
#include "agent/app/vault_access.hpp"

#include "agent/app/nearest_name.hpp"
#include "agent/app/small_input.hpp"
#include "agent/app/store_access.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

using JournalNeed = vault::Vault::JournalNeed;

/// Where a vault is, and what is remembered of it.
struct Choice {
    std::string path;
    std::optional<config::RememberedVault> remembered;
};

Choice onlyRemembered(Command& command) {
    auto vaults = command.book().list();
    if (vaults.size() == 1) return {vaults[0].path, vaults[0]};
    if (vaults.empty() && !command.book().unreadable().empty()) {
        const std::string file = base::printable(command.book().unreadable().front());
        throw base::Error(
            base::ErrorKind::Corrupt, "CONFIG-0001", "The settings in '" + file + "' cannot be read",
            "Name the vault's folder with --vault, or connect it again: 'hbr vault connect PATH'.");
    }
    if (vaults.empty()) {
        throw base::Error(
            base::ErrorKind::NotFound, "CLI-0010", "No vault is known yet",
            "Make one with 'hbr vault create PATH', or connect to one with 'hbr vault connect PATH'.");
    }
    std::string names;
    for (const auto& vault : vaults) names += (names.empty() ? "" : ", ") + vault.name;
    throw base::Error(base::ErrorKind::Invalid, "CLI-0011", "Several vaults are known: " + names,
                      "Say which one with --vault NAME, or set HBR_VAULT.");
}

Choice choose(Command& command, const VaultWords& words) {
    auto named = command.line.value(words.option);
    if (!named) named = command.environment(words.variable);
    if (!named) return onlyRemembered(command);
    if (auto remembered = command.book().findName(*named)) return {remembered->path, remembered};
    if (auto remembered = command.book().findPath(*named)) return {remembered->path, remembered};
    if (!mayHoldVault(command, *named)) {
        std::vector<std::string> names;
        for (const auto& vault : command.book().list()) names.push_back(vault.name);
        const std::string nearest = nearestName(*named, names);
        throw base::Error(base::ErrorKind::NotFound, "CLI-0012",
                          "'" + base::printable(*named) + "' is neither a known vault nor a folder",
                          (nearest.empty() ? std::string() : "Did you mean '" + nearest + "'? ") +
                              "'hbr vault list' shows the vaults that are known.");
    }
    return {absolutePlace(command, *named), std::nullopt};
}

/// A password that was given for this very command; nothing when none was.
std::optional<base::SecretBytes> givenPassword(Command& command, const VaultWords& words) {
    if (const auto file = command.line.value(words.passwordFile)) {
        return secretFromFile(command.around.fileSystem, *file);
    }
    if (const auto program = command.line.value(words.passwordCommand)) return secretFromProgram(*program);
    return std::nullopt;
}

vault::VaultKeys rememberedKeys(Command& command, const config::RememberedVault& remembered) {
    const auto id = vault::VaultId::fromHex(remembered.vaultId);
    const base::SecretBytes key = command.book().openKey(remembered);
    if (!id || key.view().size() != vault::kMasterKeyBytes) {
        throw base::Error(base::ErrorKind::Corrupt, "CONFIG-0001",
                          "The settings of the vault '" + remembered.name + "' make no sense",
                          "Connect the vault again: 'hbr vault connect PATH'.");
    }
    return {*id, vault::MasterKey(key.view())};
}

/// A new password from wherever it comes.
base::SecretBytes anyNewPassword(Command& command, const std::string& fileOption,
                                 const std::string& variable) {
    if (const auto file = command.line.value(fileOption))
        return secretFromFile(command.around.fileSystem, *file);
    if (fileOption == "password-file") {
        if (const auto program = command.line.value("password-command")) return secretFromProgram(*program);
    }
    // An empty variable counts as given: it is refused further down, where a forgotten one would be asked
    // for.
    if (const auto value = command.around.environment(variable)) return base::SecretBytes(*value);
    auto first = command.around.console.askSecret("New password: ");
    if (!first) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0014",
                          "A new password is needed, and there is no terminal to ask on",
                          "Give --" + fileOption + " FILE or set " + variable + ".");
    }
    const auto second = command.around.console.askSecret("The same again: ");
    if (!second || base::asText(first->view()) != base::asText(second->view())) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0015", "The two passwords differ",
                          "Type them again.");
    }
    return std::move(*first);
}

}  // namespace

base::SecretBytes existingPassword(Command& command, const std::string& path, const VaultWords& words) {
    if (auto given = givenPassword(command, words)) return std::move(*given);
    if (const auto value = command.environment(words.passwordVariable)) return base::SecretBytes(*value);
    if (auto typed =
            command.around.console.askSecret("Password of the vault '" + base::printable(path) + "': ")) {
        return std::move(*typed);
    }
    throw base::Error(base::ErrorKind::Denied, "CLI-0013",
                      "The vault '" + base::printable(path) +
                          "' is locked, and there is no terminal to ask for its password",
                      "Give --" + std::string(words.passwordFile) + " or " + words.passwordVariable +
                          ", or remember the vault with 'hbr vault connect'.");
}

base::SecretBytes newPassword(Command& command, const std::string& fileOption, const std::string& variable) {
    base::SecretBytes password = anyNewPassword(command, fileOption, variable);
    // Refused before anything is made for it, so that a bad password changes nothing.
    if (password.view().size() < vault::kMinPasswordBytes) {
        throw base::Error(base::ErrorKind::Invalid, "KEY-0002",
                          password.empty() ? "The password is empty" : "The password is too short",
                          "Choose one of at least six characters; a long sentence is best.");
    }
    return password;
}

OpenedVault openVault(Command& command, JournalNeed need, const VaultWords& words) {
    const Choice choice = choose(command, words);
    const bool isExplicit = command.line.has(words.passwordFile) || command.line.has(words.passwordCommand);
    auto store = openStore(command, choice.path,
                           choice.remembered ? rememberedStoreAccess(command, *choice.remembered)
                                             : givenStoreAccess(command, choice.path));
    const vault::VaultKeys keys = choice.remembered && !isExplicit
                                      ? rememberedKeys(command, *choice.remembered)
                                      : vault::unlock(*store, existingPassword(command, choice.path, words));
    OpenedVault opened{vault::Vault::open(std::move(store), keys, need), choice.path};
    if (opened.vault->usesFallbackState()) {
        command.warn(
            "The vault's journal is damaged. What is shown was found by searching; 'hbr repair' mends it.");
    }
    return opened;
}

}  // namespace app
