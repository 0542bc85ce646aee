// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/vault.hpp"

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
    addPassword(*vault->store_, keys, password, "first password", now, cost);
    vault->journal_.begin();
    return vault;
}

std::unique_ptr<Vault> Vault::open(std::unique_ptr<ObjectStore> store, const VaultKeys& keys,
                                   JournalNeed need, std::size_t indexCacheBytes) {
    std::unique_ptr<Vault> vault(new Vault(std::move(store), keys, indexCacheBytes));
    try {
        vault->refresh();
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt || need == JournalNeed::Required) throw;
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
    index_.setRuns(runInfos(state));
    return state;
}

VaultState stateFromListing(const VaultKeys& keys, ObjectStore& store) {
    VaultState state;
    store.list("points/", [&](const std::string& name, std::uint64_t) {
        const auto stored = store.read(name);
        if (!stored) return;
        try {
            const base::Bytes plain = openObject(keys, ObjectKind::Point, name, *stored);
            base::Decoder decoder(plain);
            state.points.push_back(decodePoint(decoder));
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
        }
    });
    std::sort(state.points.begin(), state.points.end(),
              [](const PointRecord& a, const PointRecord& b) { return a.started < b.started; });
    state.pointSequences.assign(state.points.size(), 0);
    store.list("index/", [&](const std::string& name, std::uint64_t sizeBytes) {
        const auto id = RunId::fromHex(std::string_view(name).substr(6));
        if (id) state.runs.push_back({{*id, 0, 0, sizeBytes}, {}});
    });
    return state;
}

}  // namespace vault
