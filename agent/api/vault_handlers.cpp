// SPDX-License-Identifier: Apache-2.0
// vault_handlers.cpp: the vaults that this machine knows, and a local folder as a vault.
#include <algorithm>

#include "agent/api/call.hpp"
#include "agent/api/input.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/config/vault_book.hpp"
#include "agent/vault/directory_store.hpp"
#include "agent/vault/key_store.hpp"
#include "agent/vault/vault.hpp"
#include "agent/vault/vault_folder.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

using config::RememberedVault;
using config::VaultBook;

VaultBook bookOf(const Call& call) { return {call.parts.fileSystem, call.parts.configFolder}; }

void writeVault(base::JsonWriter& json, const RememberedVault& vault,
                const std::map<std::string, catalogue::VaultStanding>& standings) {
    const auto found = standings.find(vault.name);
    const auto standing = found == standings.end() ? catalogue::VaultStanding() : found->second;
    json.beginObject().member("name", vault.name).member("place", vault.path);
    json.member("points", standing.points).member("plans", standing.plans);
    writeMoment(json, "newestPoint", standing.newestPoint);
    json.endObject();
}

Answer answerWithVault(const Call& call, const RememberedVault& vault, int status = 200) {
    base::JsonWriter json;
    writeVault(json, vault, call.catalogue.standings().ofVaults());
    Answer answer = answerWith(json, status);
    if (status == 201) answer.location = "/api/v1/vaults/" + vault.name;
    return answer;
}

struct NewVault {
    std::string name;
    std::string folder;
    base::SecretBytes password;
};

NewVault readNewVault(const Call& call) {
    std::vector<scheduler::RefusedField> refused;
    Input input(call.body(), refused);
    input.allowOnly({"name", "folder", "password"});
    NewVault wanted;
    wanted.name = input.text("name");
    wanted.folder = input.text("folder");
    std::string password = input.text("password");
    wanted.password = base::SecretBytes(base::asBytes(password));
    base::wipe(password.data(), password.size());
    if (!wanted.name.empty() && !config::isVaultName(wanted.name))
        input.refuse("name", "A vault's name has 1 to 64 letters, digits, '-', '_' and '.'.");
    if (!wanted.folder.empty() && !platform::isAbsolutePath(wanted.folder))
        input.refuse("folder", "The folder depends on the current one; give the whole path.");
    if (wanted.password.view().size() < vault::kMinPasswordBytes)
        input.refuse("password", "The vault's password has at least 6 characters.");
    catalogue::refuse(refused);
    return wanted;
}

/// The keys of the vault that is in the folder, or of one that is made there.
vault::VaultKeys makeOrUnlock(const Call& call, const NewVault& wanted) {
    const platform::FileSystem& fileSystem = call.parts.fileSystem;
    const auto status = fileSystem.status(wanted.folder);
    if (status && status->type == platform::FileType::Directory) {
        auto store = vault::openDirectoryStore(fileSystem, wanted.folder);
        if (vault::holdsVault(*store)) return vault::unlock(*store, wanted.password);
    }
    vault::requireOutsideVaults(fileSystem, wanted.folder);
    return vault::Vault::create(vault::createDirectoryStore(fileSystem, wanted.folder), wanted.password,
                                call.parts.clock.now())
        ->keys();
}

}  // namespace

Answer listVaults(const Call& call) {
    const std::string after = call.query("cursor").value_or("");
    const auto most = static_cast<std::size_t>(call.limit());
    auto vaults = bookOf(call).list();
    std::erase_if(vaults, [&](const RememberedVault& vault) { return vault.name <= after; });
    const bool isLast = vaults.size() <= most;
    if (!isLast) vaults.resize(most);
    const auto standings = call.catalogue.standings().ofVaults();
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const RememberedVault& vault : vaults) writeVault(json, vault, standings);
        },
        isLast ? std::nullopt : std::optional(vaults.back().name));
}

Answer addVault(const Call& call) {
    NewVault wanted = readNewVault(call);
    wanted.folder = call.parts.fileSystem.absolutePath(wanted.folder);
    VaultBook book = bookOf(call);
    const auto taken = book.findName(wanted.name);
    if (taken) catalogue::throwNameTaken("vault", wanted.name);
    const vault::VaultKeys keys = makeOrUnlock(call, wanted);
    return answerWithVault(
        call, book.remember(wanted.name, wanted.folder, keys.vaultId().hex(), keys.master().view()), 201);
}

Answer getVault(const Call& call) {
    const auto vault = bookOf(call).findName(call.fromPath.at(0));
    if (!vault) catalogue::throwNotThere("vault '" + base::printable(call.fromPath.at(0)) + "'");
    return answerWithVault(call, *vault);
}

}  // namespace api
