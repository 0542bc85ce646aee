// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/vault_state.hpp"

#include <algorithm>

#include "agent/vault/pack_format.hpp"

namespace vault {

namespace {

constexpr std::uint64_t kMaxItems = 1 << 28;

template <typename Item, typename Write>
void encodeList(base::Encoder& encoder, const std::vector<Item>& items, Write write) {
    encoder.number(items.size());
    for (const Item& item : items) write(encoder, item);
}

template <typename Item, typename Read>
std::vector<Item> decodeList(base::Decoder& decoder, Read read) {
    std::vector<Item> items;
    const std::uint64_t count = decoder.numberUpTo(kMaxItems);
    for (std::uint64_t i = 0; i < count; ++i) items.push_back(read(decoder));
    return items;
}

template <typename Id>
void writeId(base::Encoder& encoder, const Id& id) {
    encoder.raw(id.view());
}

template <typename Id>
Id readId(base::Decoder& decoder) {
    return Id::fromBytes(decoder.raw(Id::kSizeBytes));
}

void writeSession(base::Encoder& encoder, const SessionInfo& session) {
    writeId(encoder, session.id);
    encoder.string(session.client);
    encoder.signedNumber(session.lastSeen.seconds);
}

SessionInfo readSession(base::Decoder& decoder) {
    SessionInfo session;
    session.id = readId<SessionId>(decoder);
    session.client = decoder.string();
    session.lastSeen.seconds = decoder.signedNumber();
    return session;
}

void writeRun(base::Encoder& encoder, const LiveRun& run) {
    writeId(encoder, run.info.id);
    encoder.number(run.info.entries);
    encoder.number(run.info.packs);
    encoder.number(run.info.sizeBytes);
    writeId(encoder, run.session);
}

LiveRun readRun(base::Decoder& decoder) {
    LiveRun run;
    run.info.id = readId<RunId>(decoder);
    run.info.entries = decoder.number();
    run.info.packs = decoder.number();
    run.info.sizeBytes = decoder.number();
    run.session = readId<SessionId>(decoder);
    return run;
}

unsigned readParityPercent(base::Decoder& decoder) {
    return static_cast<unsigned>(decoder.numberUpTo(kMostParityPercent));
}

/// Removes every item whose key is in `keys`.
template <typename Item, typename Key, typename KeyOf>
void removeKeys(std::vector<Item>& items, std::vector<Key> keys, KeyOf keyOf) {
    if (keys.empty()) return;
    std::sort(keys.begin(), keys.end());
    std::erase_if(
        items, [&](const Item& item) { return std::binary_search(keys.begin(), keys.end(), keyOf(item)); });
}

}  // namespace

void VaultState::apply(const VaultChanges& changes) {
    ++sequence;
    for (const SessionInfo& session : changes.touchSessions) {
        const auto known = std::find_if(sessions.begin(), sessions.end(),
                                        [&](const SessionInfo& other) { return other.id == session.id; });
        if (known == sessions.end()) {
            sessions.push_back(session);
        } else {
            *known = session;
        }
    }
    runs.insert(runs.end(), changes.addRuns.begin(), changes.addRuns.end());
    removeKeys(runs, changes.removeRuns, [](const LiveRun& run) { return run.info.id; });
    removeKeys(sessions, changes.endSessions, [](const SessionInfo& session) { return session.id; });
    for (LiveRun& run : runs) {
        if (std::find(changes.endSessions.begin(), changes.endSessions.end(), run.session) !=
            changes.endSessions.end()) {
            run.session = {};
        }
    }
    for (std::size_t i = points.size(); i-- > 0;) {
        if (std::find(changes.removePoints.begin(), changes.removePoints.end(), points[i].id) ==
            changes.removePoints.end()) {
            continue;
        }
        points.erase(points.begin() + static_cast<std::ptrdiff_t>(i));
        pointSequences.erase(pointSequences.begin() + static_cast<std::ptrdiff_t>(i));
    }
    points.insert(points.end(), changes.addPoints.begin(), changes.addPoints.end());
    pointSequences.resize(points.size(), sequence);
    condemnedPacks.insert(condemnedPacks.end(), changes.condemnPacks.begin(), changes.condemnPacks.end());
    removeKeys(condemnedPacks, changes.forgetPacks, [](const PackId& pack) { return pack; });
    if (!changes.condemnPacks.empty() || changes.distrustPoints) lastRemoval = sequence;
    if (changes.distrustPoints) distrusted = sequence;
    if (changes.journalStart != 0) journalStart = changes.journalStart;
    if (changes.parityPercent) parityPercent = *changes.parityPercent;
}

const SessionInfo* VaultState::findSession(const SessionId& id) const noexcept {
    const auto found = std::find_if(sessions.begin(), sessions.end(),
                                    [&](const SessionInfo& session) { return session.id == id; });
    return found == sessions.end() ? nullptr : &*found;
}

const PointRecord* VaultState::findPoint(const PointId& id) const noexcept {
    const auto found =
        std::find_if(points.begin(), points.end(), [&](const PointRecord& point) { return point.id == id; });
    return found == points.end() ? nullptr : &*found;
}

const PointRecord* VaultState::findCopy(const PointId& id) const noexcept {
    const auto found = std::find_if(points.begin(), points.end(),
                                    [&](const PointRecord& point) { return haveSameOrigin(point.id, id); });
    return found == points.end() ? nullptr : &*found;
}

bool VaultState::hasRun(const RunId& id) const noexcept {
    return std::any_of(runs.begin(), runs.end(), [&](const LiveRun& run) { return run.info.id == id; });
}

bool VaultState::isTrusted(const PointId& id) const noexcept {
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (points[i].id == id) return distrusted == 0 || pointSequences[i] > distrusted;
    }
    return false;
}

void encodeChanges(base::Encoder& encoder, const VaultChanges& changes) {
    encodeList(encoder, changes.touchSessions, writeSession);
    encodeList(encoder, changes.endSessions, writeId<SessionId>);
    encodeList(encoder, changes.addRuns, writeRun);
    encodeList(encoder, changes.removeRuns, writeId<RunId>);
    encodeList(encoder, changes.addPoints, encodePoint);
    encodeList(encoder, changes.removePoints, writeId<PointId>);
    encodeList(encoder, changes.condemnPacks, writeId<PackId>);
    encodeList(encoder, changes.forgetPacks, writeId<PackId>);
    encoder.byte(changes.distrustPoints ? 1 : 0);
    encoder.number(changes.journalStart);
    if (changes.parityPercent) encoder.number(*changes.parityPercent);
}

VaultChanges decodeChanges(base::Decoder& decoder) {
    VaultChanges changes;
    changes.touchSessions = decodeList<SessionInfo>(decoder, readSession);
    changes.endSessions = decodeList<SessionId>(decoder, readId<SessionId>);
    changes.addRuns = decodeList<LiveRun>(decoder, readRun);
    changes.removeRuns = decodeList<RunId>(decoder, readId<RunId>);
    changes.addPoints = decodeList<PointRecord>(decoder, decodePoint);
    changes.removePoints = decodeList<PointId>(decoder, readId<PointId>);
    changes.condemnPacks = decodeList<PackId>(decoder, readId<PackId>);
    changes.forgetPacks = decodeList<PackId>(decoder, readId<PackId>);
    changes.distrustPoints = decoder.byte() != 0;
    changes.journalStart = decoder.number();
    if (!decoder.atEnd()) changes.parityPercent = readParityPercent(decoder);
    return changes;
}

void encodeState(base::Encoder& encoder, const VaultState& state) {
    encoder.number(state.sequence);
    encodeList(encoder, state.sessions, writeSession);
    encodeList(encoder, state.runs, writeRun);
    encodeList(encoder, state.points, encodePoint);
    for (const std::uint64_t sequence : state.pointSequences) encoder.number(sequence);
    encodeList(encoder, state.condemnedPacks, writeId<PackId>);
    encoder.number(state.lastRemoval);
    encoder.number(state.distrusted);
    encoder.number(state.journalStart);
    if (state.parityPercent != 0) encoder.number(state.parityPercent);
}

VaultState decodeState(base::Decoder& decoder) {
    VaultState state;
    state.sequence = decoder.number();
    state.sessions = decodeList<SessionInfo>(decoder, readSession);
    state.runs = decodeList<LiveRun>(decoder, readRun);
    state.points = decodeList<PointRecord>(decoder, decodePoint);
    for (std::size_t i = 0; i < state.points.size(); ++i) state.pointSequences.push_back(decoder.number());
    state.condemnedPacks = decodeList<PackId>(decoder, readId<PackId>);
    state.lastRemoval = decoder.number();
    state.distrusted = decoder.number();
    state.journalStart = decoder.number();
    if (!decoder.atEnd()) state.parityPercent = readParityPercent(decoder);
    return state;
}

}  // namespace vault
