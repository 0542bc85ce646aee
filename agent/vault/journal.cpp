// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/journal.hpp"

#include <algorithm>
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

base::Bytes fullEntry(const VaultState& state) {
    base::Bytes plain;
    base::Encoder encoder(plain);
    encoder.byte(kFull);
    encodeState(encoder, state);
    return plain;
}

base::Bytes changesEntry(const VaultChanges& changes) {
    base::Bytes plain;
    base::Encoder encoder(plain);
    encoder.byte(kChanges);
    encodeChanges(encoder, changes);
    return plain;
}

/// How an entry tells of a step: the state after it where that is due or small, else what it changes.
base::Bytes entryOf(const VaultState& after, const VaultChanges& changes) {
    base::Bytes full = fullEntry(after);
    const bool isFull = after.sequence % Journal::kFullEvery == 0 || full.size() <= Journal::kSmallStateBytes;
    return isFull ? full : changesEntry(changes);
}

template <typename Header>
Header headerOf(const base::Bytes& stored) {
    Header header{};
    std::copy_n(stored.begin(), std::min(stored.size(), header.size()), header.begin());
    return header;
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
    const auto header = tryWrite(0, fullEntry(empty));
    if (!header) {
        throw base::Error(base::ErrorKind::Exists, "VAULT-0008", "There is a vault here already",
                          "Connect to it with 'hbr vault connect', or choose another place.");
    }
    const std::lock_guard lock(mutex_);
    place_ = Place{empty, *header};
}

VaultState Journal::state() const {
    const std::lock_guard lock(mutex_);
    return place_ ? place_->state : VaultState{};
}

VaultState Journal::refresh() { return refreshPlace(NextName::FoundFree).state; }

VaultState Journal::refreshToAppend() { return refreshPlace(NextName::NotAsked).state; }

std::optional<Journal::Place> Journal::knownPlace() const {
    const std::lock_guard lock(mutex_);
    return place_;
}

Journal::Place Journal::refreshPlace(NextName nextName) {
    std::optional<Place> place = knownPlace();
    if (place) place = follow(std::move(*place));
    if (!place) place = startAnew(nextName);
    const std::lock_guard lock(mutex_);
    place_ = place;
    return *place;
}

/// What came after `start`. Nothing when that cannot be told from here: we slept while entries were removed,
/// and may have read what sleepers left in their place, or one is damaged that whoever starts anew may not
/// need.
std::optional<Journal::Place> Journal::follow(Place start) {
    std::optional<Place> place = start;
    Taken taken{};
    try {
        do {
            taken = takeEntry(place, place->state.sequence + 1, {});
        } while (taken == Taken::Yes);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        return std::nullopt;
    }
    if (taken == Taken::End) {
        throw journalDamaged("it was begun anew by a repair, after this program had read it");
    }
    return stillStands(start) ? place : std::nullopt;
}

void Journal::readInto(Entries& entries, std::uint64_t first, std::uint64_t end) {
    std::vector<std::string> names;
    for (std::uint64_t sequence = first; sequence < end; ++sequence) names.push_back(journalName(sequence));
    auto contents = store_.readMany(names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (contents[i]) entries.emplace(first + i, std::move(*contents[i]));
    }
}

/// The state after the newest entry, from a full one on.
Journal::Place Journal::startAnew(NextName nextName) {
    const std::vector<std::uint64_t> listed = listEntries();
    if (listed.empty()) throw journalDamaged("it has no entries");
    // The listing may be behind. The name behind the newest entry is found free before that entry is read, so
    // an entry that stands then proves that none behind it was removed.
    std::uint64_t newest = listed.back();
    if (nextName == NextName::FoundFree) {
        while (store_.sizeOf(journalName(newest + 1))) ++newest;
    }
    Entries early;
    std::uint64_t first = newest + 1;
    std::optional<Place> place;
    const auto take = [&](std::uint64_t sequence) {
        const Taken taken = takeEntry(place, sequence, early);
        if (taken == Taken::End) throw journalDamaged("a repair has ended it and was interrupted");
        return taken == Taken::Yes;
    };
    // The newest entry alone, mostly; otherwise all that may be needed, many at once.
    for (const std::uint64_t every : {std::uint64_t{1}, kFullEvery}) {
        const std::uint64_t from = newest / every * every;
        readInto(early, from, first);
        first = from;
        if (early.contains(first) && take(first)) break;
    }
    if (!place) throw journalDamaged("entry " + std::to_string(first) + " is missing or holds no state");
    while (place->state.sequence < newest) {
        const std::uint64_t next = place->state.sequence + 1;
        // A hole is not an end: taking the name in it would make a second history beside the one behind it.
        if (!early.contains(next)) throw journalDamaged("entry " + std::to_string(next) + " is missing");
        take(next);
    }
    return std::move(*place);
}

bool Journal::stillStands(const Place& place) {
    try {
        const auto stored = store_.read(journalName(place.state.sequence));
        return stored && headerOf<EntryHeader>(*stored) == place.header;
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        const char* const what = isUnreadablePart(error) ? " is lost to the disk" : " was cut short";
        throw journalDamaged("entry " + std::to_string(place.state.sequence) + what);
    }
}

std::optional<VaultState> Journal::append(const Decide& decide) {
    // First from what is known: where nobody else is at work it is the newest, and to read it again would
    // cost two requests. What others have done shows in that the name is taken.
    if (const auto known = knownPlace()) {
        if (const auto changes = decideUnlessStale(decide, known->state)) {
            if (auto after = tryAppend(*known, *changes)) return after;
        }
    }
    for (;;) {
        const Place newest = refreshPlace(NextName::FoundFree);
        const auto changes = decide(newest.state);
        if (!changes) return std::nullopt;
        if (auto after = tryAppend(newest, *changes)) return after;
    }
}

/// A decision to give up, or an error, may only be one about an old state.
std::optional<VaultChanges> Journal::decideUnlessStale(const Decide& decide, const VaultState& known) {
    try {
        return decide(known);
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

/// Nothing when another entry follows `before`, or `before` is none any more.
std::optional<VaultState> Journal::tryAppend(const Place& before, const VaultChanges& changes) {
    Place after{before.state, {}};
    after.state.apply(changes);
    const auto header = tryWrite(after.state.sequence, entryOf(after.state, changes));
    if (!header) return std::nullopt;
    if (!stillStands(before)) {
        // What we created stands where an entry was removed long ago. It misleads nobody; the next prune
        // sweeps it.
        const std::lock_guard lock(mutex_);
        place_.reset();
        return std::nullopt;
    }
    after.header = *header;
    const std::lock_guard lock(mutex_);
    place_ = after;
    return after.state;
}

void Journal::restart(VaultState state) {
    const std::vector<std::uint64_t> listed = listEntries();
    state.journalStart = listed.empty() ? 0 : listed.front();
    for (std::uint64_t newest = listed.empty() ? 0 : listed.back();; ++newest) {
        // The listing may be behind.
        while (store_.sizeOf(journalName(newest + 1))) ++newest;
        const std::uint64_t next = (newest / kFullEvery + 1) * kFullEvery;
        // A client that knows the old history would go on with it, unseen by all others; here it meets its
        // end.
        if (!listed.empty() && newest + 1 < next && !tryWrite(newest + 1, base::Bytes{kEnd})) continue;
        state.sequence = next;
        state.lastRemoval = next;
        state.distrusted = next;
        state.pointSequences.assign(state.points.size(), 0);
        const auto header = tryWrite(next, fullEntry(state));
        if (!header) continue;
        const std::lock_guard lock(mutex_);
        place_ = Place{std::move(state), *header};
        return;
    }
}

void Journal::dropOldEntries() {
    const VaultState now = state();
    if (now.sequence < now.journalStart + kKeptEntries + kFullEvery) return;
    const std::uint64_t firstKept = (now.sequence - kKeptEntries) / kFullEvery * kFullEvery;
    // By number and not by a listing, which may be incomplete: a removed entry behind one that stands would
    // mislead those who look at that one.
    for (std::uint64_t sequence = now.journalStart; sequence < firstKept; ++sequence) {
        store_.remove(journalName(sequence));
        store_.sync();  // keeps removals in ascending order even over a power cut
    }
    append([&](const VaultState& newest) -> std::optional<VaultChanges> {
        if (newest.journalStart >= firstKept) return std::nullopt;
        VaultChanges changes;
        changes.journalStart = firstKept;
        return changes;
    });
    sweepStrays(firstKept);
}

/// Removes what sleepers, and entries of a history that a repair ended, left before the journal's start.
void Journal::sweepStrays(std::uint64_t firstKept) {
    for (const std::uint64_t sequence : listEntries()) {
        if (sequence >= firstKept) break;
        store_.remove(journalName(sequence));
        store_.sync();
    }
}

std::optional<base::Bytes> Journal::readEntry(std::uint64_t sequence, const Entries& early) {
    const auto found = early.find(sequence);
    return found != early.end() ? found->second : store_.read(journalName(sequence));
}

/// Makes what was known before an entry what is known after it. Otherwise nothing is changed: `Nothing` says
/// that there is no such entry, or that it holds changes and nothing was known.
Journal::Taken Journal::takeEntry(std::optional<Place>& place, std::uint64_t sequence, const Entries& early) {
    const std::string name = journalName(sequence);
    const auto stored = readEntry(sequence, early);
    if (!stored) return Taken::Nothing;
    const base::Bytes plain = openObject(keys_, ObjectKind::JournalEntry, name, *stored);
    base::Decoder decoder(plain);
    const base::Byte kind = decoder.byte();
    if (kind == kEnd) return Taken::End;
    if (kind == kChanges && sequence % kFullEvery != 0) {
        if (!place) return Taken::Nothing;
        const VaultChanges changes = decodeChanges(decoder);
        decoder.expectEnd();
        place->state.apply(changes);
    } else if (kind == kFull) {
        VaultState state = decodeState(decoder);
        decoder.expectEnd();
        if (state.sequence != sequence) throw journalDamaged("an entry tells another place than its own");
        place = Place{std::move(state), {}};
    } else {
        throw journalDamaged("entry " + std::to_string(sequence) + " holds neither changes nor a state");
    }
    place->header = headerOf<EntryHeader>(*stored);
    return Taken::Yes;
}

std::optional<Journal::EntryHeader> Journal::tryWrite(std::uint64_t sequence, base::ByteView plain) {
    const std::string name = journalName(sequence);
    const base::Bytes sealed = sealObject(keys_, ObjectKind::JournalEntry, name, plain);
    // The header's salt makes every attempt unique, so "already there with our content" means that we won.
    if (store_.create(name, sealed) != CreateResult::Created) return std::nullopt;
    return headerOf<EntryHeader>(sealed);
}

/// In ascending order; the listing may be behind.
std::vector<std::uint64_t> Journal::listEntries() {
    std::vector<std::uint64_t> entries;
    store_.list(std::string(kJournalFolder), [&](const std::string& name, std::uint64_t) {
        if (const auto sequence = sequenceOfName(name)) entries.push_back(*sequence);
    });
    std::sort(entries.begin(), entries.end());
    return entries;
}

}  // namespace vault
