// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/vault.hpp"

#include <algorithm>

#include "agent/vault/pack_reader.hpp"
#include "agent/vault/random.hpp"
#include "agent/vault/sealed_object.hpp"

namespace vault {

namespace {

std::vector<RunInfo> runInfos(const VaultState& state) {
    std::vector<RunInfo> infos;
    infos.reserve(state.runs.size());
    for (const LiveRun& run : state.runs) infos.push_back(run.info);
    return infos;
}

/// True when some restore point or pack opens with the keys.
bool opensAnything(ObjectStore& store, const VaultKeys& keys) {
    bool opens = false;
    store.list("points/", [&](const std::string& name, std::uint64_t) {
        if (opens) return;
        try {
            const auto stored = store.read(name);
            opens = stored && !openObject(keys, ObjectKind::Point, name, *stored).empty();
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
        }
    });
    store.list("packs/", [&](const std::string& name, std::uint64_t) {
        const auto id = packIdOfName(name);
        std::string why;
        if (!opens && id) opens = PackReader::open(keys, store, *id, why).has_value();
    });
    return opens;
}

/// Tells a damaged journal from one that these keys do not open. Without a journal to try them on, a wrong
/// key would look like damage everywhere, and a repair would throw everything away.
void requireKeysOfThis(ObjectStore& store, const VaultKeys& keys) {
    const std::vector<VaultId> ids = vaultIdsOfKeys(store);
    if (std::find(ids.begin(), ids.end(), keys.vaultId()) != ids.end()) return;
    if (ids.empty() && opensAnything(store, keys)) return;
    if (ids.empty()) throw noVaultHere(store);
    throw base::Error(base::ErrorKind::Denied, "VAULT-0017",
                      "The keys are those of another vault than the one in '" + store.location() + "'",
                      "Connect to it with its own password: 'hbr vault connect PATH'.");
}

}  // namespace

Vault::Vault(std::unique_ptr<ObjectStore> store, const VaultKeys& keys, std::size_t indexCacheBytes)
    : store_(std::move(store)),
      keys_(keys),
      journal_(keys_, *store_),
      index_(keys_, *store_, indexCacheBytes),
      hasher_(keys_.chunkIdKey()),
      chunker_(keys_.boundaryKey()) {
    index_.setRefresher([this] { refresh(); });
}

std::unique_ptr<Vault> Vault::create(std::unique_ptr<ObjectStore> store, const base::SecretBytes& password,
                                     platform::Timestamp now, PasswordCost cost) {
    if (holdsVault(*store)) {
        throw base::Error(base::ErrorKind::Exists, "VAULT-0008", "There is a vault here already",
                          "Connect to it with 'hbr vault connect', or choose another place.");
    }
    const VaultKeys keys(randomId<VaultId>(), makeMasterKey());
    std::unique_ptr<Vault> vault(new Vault(std::move(store), keys, kDefaultIndexCacheBytes));
    // The password first: a journal without a key would be a vault that nobody can open.
    const KeyInfo key = addPassword(*vault->store_, keys, password, "first password", now, cost);
    try {
        vault->journal_.begin();
    } catch (const base::Error& error) {
        // Somebody else made a vault here at the same time; our key must not open his.
        if (error.kind() == base::ErrorKind::Exists) removeKeyObjects(*vault->store_, key.id);
        throw;
    }
    return vault;
}

std::unique_ptr<Vault> Vault::open(std::unique_ptr<ObjectStore> store, const VaultKeys& keys,
                                   JournalNeed need, std::size_t indexCacheBytes) {
    std::unique_ptr<Vault> vault(new Vault(std::move(store), keys, indexCacheBytes));
    try {
        if (need == JournalNeed::ToAppend) {
            vault->takeState(vault->journal_.refreshToAppend());
        } else {
            vault->refresh();
        }
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt || need != JournalNeed::Optional) throw;
        requireKeysOfThis(*vault->store_, keys);
        vault->usesFallback_ = true;
        vault->fallback_ = stateFromListing(vault->keys_, *vault->store_);
        vault->index_.setRuns(runInfos(vault->fallback_));
    }
    return vault;
}

VaultState Vault::state() const { return usesFallback_ ? fallback_ : journal_.state(); }

VaultState Vault::refresh() {
    if (usesFallback_) return fallback_;
    const VaultState state = journal_.refresh();
    takeState(state);
    return state;
}

void Vault::takeState(const VaultState& state) {
    const std::lock_guard lock(indexMutex_);
    if (state.sequence < indexSequence_) return;  // another thread knows more
    indexSequence_ = state.sequence;
    index_.setRuns(runInfos(state));
}

void Vault::setParity(unsigned percent) {
    journal_.append([&](const VaultState& newest) -> std::optional<VaultChanges> {
        if (newest.parityPercent == percent) return std::nullopt;
        VaultChanges changes;
        changes.parityPercent = percent;
        return changes;
    });
}

VaultState stateFromListing(const VaultKeys& keys, ObjectStore& store) {
    VaultState state;
    store.list("points/", [&](const std::string& name, std::uint64_t) {
        try {
            const auto stored = store.read(name);
            if (!stored) return;
            const base::Bytes plain = openObject(keys, ObjectKind::Point, name, *stored);
            base::Decoder decoder(plain);
            state.points.push_back(decodePoint(decoder));
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
        }
    });
    std::sort(state.points.begin(), state.points.end(), beganEarlier);
    state.pointSequences.assign(state.points.size(), 0);
    store.list("index/", [&](const std::string& name, std::uint64_t sizeBytes) {
        const auto id = RunId::fromHex(std::string_view(name).substr(6));
        if (id) state.runs.push_back({{*id, 0, 0, sizeBytes}, {}});
    });
    return state;
}

}  // namespace vault
