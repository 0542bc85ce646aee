// SPDX-License-Identifier: Apache-2.0
// vault.hpp: an open vault: its keys, store, journal and index, as everything else uses them.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "agent/vault/chunk_hasher.hpp"
#include "agent/vault/chunk_index.hpp"
#include "agent/vault/chunker.hpp"
#include "agent/vault/journal.hpp"
#include "agent/vault/key_store.hpp"
#include "agent/vault/object_store.hpp"

namespace vault {

/// How much memory an open vault may use for what it keeps of the index, whatever the vault's size.
inline constexpr std::size_t kDefaultIndexCacheBytes = 12 * base::kMiB;

/// An open vault. Thread-safe. Opening reads a few small objects, whatever the vault's size.
class Vault final {
public:
    /// Makes a new vault in an empty store: keys under one password, and the first journal entry.
    /// Throws Error (Exists, "VAULT-0008") when there is one already.
    static std::unique_ptr<Vault> create(std::unique_ptr<ObjectStore> store,
                                         const base::SecretBytes& password, platform::Timestamp now,
                                         PasswordCost cost = {});

    /// Opens a vault with keys from unlock(), keysFromRecoveryKit() or the machine's secret store. With
    /// `JournalNeed::Required` a damaged journal is an Error, and with `JournalNeed::ToAppend`, which saves a
    /// request for whoever begins a StoreSession before it relies on state(): until then that may be as old
    /// as a listing. With `JournalNeed::Optional` the vault opens with what can be seen without the journal:
    /// all restore points and runs that exist (usesFallbackState()). Throws Error: NotFound ("VAULT-0001")
    /// where there is no vault, Denied ("VAULT-0017") when the keys are those of another one.
    enum class JournalNeed { Required, ToAppend, Optional };
    static std::unique_ptr<Vault> open(std::unique_ptr<ObjectStore> store, const VaultKeys& keys,
                                       JournalNeed need,
                                       std::size_t indexCacheBytes = kDefaultIndexCacheBytes);

    [[nodiscard]] const VaultKeys& keys() const noexcept { return keys_; }
    [[nodiscard]] ObjectStore& store() noexcept { return *store_; }
    [[nodiscard]] Journal& journal() noexcept { return journal_; }
    [[nodiscard]] ChunkIndex& index() noexcept { return index_; }
    [[nodiscard]] const ChunkHasher& hasher() const noexcept { return hasher_; }
    [[nodiscard]] const Chunker& chunker() const noexcept { return chunker_; }

    /// The vault as last read.
    [[nodiscard]] VaultState state() const;

    /// Has packs written with parity from now on, by all clients that begin later; see pack_parity.hpp. 0
    /// ends that. Packs that are there stay as they are. `percent` is at most kMostParityPercent.
    void setParity(unsigned percent);

    /// Brings the index up to date with a state that an append to the journal returned.
    void takeState(const VaultState& state);

    /// Reads what other clients did since, and brings the index up to date.
    VaultState refresh();

    /// True when the journal is damaged and state() was put together from a listing. Such a vault can be
    /// read, not written.
    [[nodiscard]] bool usesFallbackState() const noexcept { return usesFallback_; }

    /// Goes back to the journal after repair has begun it anew.
    void useJournal() {
        usesFallback_ = false;
        refresh();
    }

private:
    Vault(std::unique_ptr<ObjectStore> store, const VaultKeys& keys, std::size_t indexCacheBytes);

    std::unique_ptr<ObjectStore> store_;
    const VaultKeys keys_;
    Journal journal_;
    ChunkIndex index_;
    ChunkHasher hasher_;
    Chunker chunker_;
    std::mutex indexMutex_;  // guards indexSequence_, and that the index follows it
    std::uint64_t indexSequence_ = 0;
    bool usesFallback_ = false;
    VaultState fallback_;
};

/// What a vault holds as far as a listing shows: every readable restore point and index run. Used while the
/// journal is damaged, and by repair to write a new one.
VaultState stateFromListing(const VaultKeys& keys, ObjectStore& store);

}  // namespace vault
