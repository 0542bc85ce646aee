// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/journal.hpp"

#include <array>
#include <cstdio>
#include <vector>

#include "agent/vault/sealed_object.hpp"
#include "platform/base/text.hpp"

namespace vault {

namespace {

constexpr std::string_view kJournalFolder = "journal/";
constexpr base::Byte kFull = 1;
constexpr base::Byte kChanges = 2;
constexpr base::Byte kEnd = 3;

base::Error journalDamaged(const std::string& why) {
    return base::Error(base::ErrorKind::Corrupt, "VAULT-0007", "The vault's journal cannot be read: " + why,
                       "Run 'hbr repair': it works the journal out again from the other objects.",
                       base::Retry::AfterFix);
}

}  // namespace

std::string journalName(std::uint64_t sequence) {
    std::array<char, 20> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(sequence));
    return std::string(kJournalFolder) + digits.data();
}

std::optional<std::uint64_t> sequenceOfName(std::string_view name) {
    std::array<base::Byte, 8> bytes{};
    if (!name.starts_with(kJournalFolder)) return std::nullopt;
    if (!base::decodeHex(name.substr(kJournalFolder.size()), bytes)) return std::nullopt;
    std::uint64_t sequence = 0;
    for (const base::Byte byte : bytes) sequence = (sequence << 8) | byte;
    return sequence;
}

void Journal::begin() {
    const VaultState empty;
    if (!tryWrite(0, empty, {})) {
        throw base::Error(base::ErrorKind::Exists, "VAULT-0008", "There is a vault here already",
                          "Connect to it with 'hbr vault connect', or choose another place.");
    }
    const std::lock_guard lock(mutex_);
    state_ = empty;
}

VaultState Journal::state() const {
    const std::lock_guard lock(mutex_);
    return state_.value_or(VaultState{});
}

VaultState Journal::refresh() {
    std::optional<VaultState> state;
    std::uint64_t newest = 0;  // as listed
    {
        const std::lock_guard lock(mutex_);
        state = state_;
    }
    if (!state) {
        // The listing may be behind; entries after the newest that it shows are found by name.
        const auto listed = newestListed();
        if (!listed) throw journalDamaged("it has no entries");
        newest = *listed;
        const std::uint64_t full = newest / kFullEvery * kFullEvery;
        state = readFull(full);
        if (!state) throw journalDamaged("entry " + std::to_string(full) + " is missing");
    }
    while (advance(*state)) {
    }
    // A hole is not an end: taking the name in it would make a second history beside the one behind it.
    if (state->sequence < newest) {
        throw journalDamaged("entry " + std::to_string(state->sequence + 1) + " is missing");
    }
    const std::lock_guard lock(mutex_);
    state_ = state;
    return *state;
}

std::optional<VaultState> Journal::append(
    const std::function<std::optional<VaultChanges>(const VaultState&)>& decide) {
    for (;;) {
        const VaultState before = refresh();
        const auto changes = decide(before);
        if (!changes) return std::nullopt;
        VaultState after = before;
        after.apply(*changes);
        if (!tryWrite(after.sequence, after, *changes)) continue;
        if (!store_.sizeOf(journalName(before.sequence))) {
            // We slept while entries were removed and took the name of one that was long gone.
            const std::lock_guard lock(mutex_);
            state_.reset();
            continue;
        }
        const std::lock_guard lock(mutex_);
        state_ = after;
        return after;
    }
}

void Journal::restart(VaultState state) {
    for (;;) {
        const auto newest = newestListed();
        const std::uint64_t next = (newest.value_or(0) / kFullEvery + 1) * kFullEvery;
        // A client that knows the old history would go on with it, unseen by all others; here it meets its
        // end.
        if (newest && *newest + 1 < next && !tryWriteEnd(*newest + 1)) continue;
        state.sequence = next;
        state.lastRemoval = next;
        state.distrusted = next;
        state.pointSequences.assign(state.points.size(), 0);
        if (!tryWrite(next, state, {})) continue;
        const std::lock_guard lock(mutex_);
        state_ = state;
        return;
    }
}

void Journal::dropOldEntries() {
    const std::uint64_t newest = state().sequence;
    if (newest < kKeptEntries + kFullEvery) return;
    const std::uint64_t firstKept = (newest - kKeptEntries) / kFullEvery * kFullEvery;
    std::vector<std::uint64_t> old;
    store_.list(std::string(kJournalFolder), [&](const std::string& name, std::uint64_t) {
        const auto sequence = sequenceOfName(name);
        if (sequence && *sequence < firstKept) old.push_back(*sequence);
    });
    std::sort(old.begin(), old.end());
    for (const std::uint64_t sequence : old) {
        store_.remove(journalName(sequence));
        store_.sync();  // keeps removals in ascending order even over a power cut
    }
}

std::optional<VaultState> Journal::readFull(std::uint64_t sequence) {
    const std::string name = journalName(sequence);
    const auto stored = store_.read(name);
    if (!stored) return std::nullopt;
    const base::Bytes plain = openObject(keys_, ObjectKind::JournalEntry, name, *stored);
    base::Decoder decoder(plain);
    if (decoder.byte() != kFull)
        throw journalDamaged("entry " + std::to_string(sequence) + " holds no state");
    VaultState state = decodeState(decoder);
    decoder.expectEnd();
    if (state.sequence != sequence) throw journalDamaged("an entry tells another place than its own");
    return state;
}

bool Journal::advance(VaultState& state) {
    const std::uint64_t next = state.sequence + 1;
    if (next % kFullEvery == 0) {
        auto full = readFull(next);
        if (!full) return false;
        state = std::move(*full);
        return true;
    }
    const std::string name = journalName(next);
    const auto stored = store_.read(name);
    if (!stored) return false;
    const base::Bytes plain = openObject(keys_, ObjectKind::JournalEntry, name, *stored);
    base::Decoder decoder(plain);
    const base::Byte kind = decoder.byte();
    if (kind == kEnd) throw journalDamaged("it was begun anew by a repair, after this program had read it");
    if (kind != kChanges) throw journalDamaged("entry " + std::to_string(next) + " holds no changes");
    const VaultChanges changes = decodeChanges(decoder);
    decoder.expectEnd();
    state.apply(changes);
    return true;
}

bool Journal::tryWrite(std::uint64_t sequence, const VaultState& after, const VaultChanges& changes) {
    base::Bytes plain;
    base::Encoder encoder(plain);
    if (sequence % kFullEvery == 0) {
        encoder.byte(kFull);
        encodeState(encoder, after);
    } else {
        encoder.byte(kChanges);
        encodeChanges(encoder, changes);
    }
    const std::string name = journalName(sequence);
    // The header's salt makes every attempt unique, so "already there with our content" means that we won.
    return store_.create(name, sealObject(keys_, ObjectKind::JournalEntry, name, plain)) ==
           CreateResult::Created;
}

bool Journal::tryWriteEnd(std::uint64_t sequence) {
    const std::string name = journalName(sequence);
    return store_.create(name, sealObject(keys_, ObjectKind::JournalEntry, name, base::Bytes{kEnd})) ==
           CreateResult::Created;
}

std::optional<std::uint64_t> Journal::newestListed() {
    std::optional<std::uint64_t> newest;
    store_.list(std::string(kJournalFolder), [&](const std::string& name, std::uint64_t) {
        const auto sequence = sequenceOfName(name);
        if (sequence && (!newest || *sequence > *newest)) newest = sequence;
    });
    return newest;
}

}  // namespace vault
