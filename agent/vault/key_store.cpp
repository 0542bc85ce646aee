// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/key_store.hpp"

#include <openssl/evp.h>

#include <array>
#include <set>

#include "agent/vault/random.hpp"
#include "agent/vault/sealed_object.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/base/wire.hpp"

namespace vault {

namespace {

constexpr std::string_view kMagic = "HBRK";
constexpr std::string_view kKeyFolder = "keys/";
constexpr base::Byte kScrypt = 1;
constexpr std::size_t kPreambleBytes = 12 + kSaltBytes + VaultId::kSizeBytes;
// Refuses a forged key object that would make unlocking eat the machine.
constexpr unsigned kMaxLog2N = 22;
constexpr std::uint64_t kMaxScryptMemory = std::uint64_t{5} << 30;
constexpr std::array<const char*, 2> kCopies = {"/1", "/2"};

std::string keyName(const KeyId& id, const char* copy) { return std::string(kKeyFolder) + id.hex() + copy; }

base::Secret<32> stretch(const base::SecretBytes& password, base::ByteView salt, PasswordCost cost) {
    base::Secret<32> key;
    const auto* text = reinterpret_cast<const char*>(password.view().data());
    if (EVP_PBE_scrypt(text, password.view().size(), salt.data(), salt.size(), std::uint64_t{1} << cost.log2N,
                       cost.r, cost.p, kMaxScryptMemory, key.fill().data(), key.view().size()) != 1) {
        throw base::Error(
            base::ErrorKind::Exhausted, "KEY-0003", "The password could not be turned into a key",
            "That needs about " + base::formatSize((std::uint64_t{128} * cost.r) << cost.log2N) +
                " of free memory; make room and try again.",
            base::Retry::Later);
    }
    return key;
}

/// Everything of a key object but the sealed part: magic, version, KDF, cipher, log2N, r, p, salt, vault id.
base::Bytes makePreamble(const VaultId& vaultId, PasswordCost cost) {
    base::Bytes preamble;
    base::Encoder encoder(preamble);
    encoder.raw(base::asBytes(kMagic));
    encoder.byte(kFormatVersion);
    encoder.byte(kScrypt);
    encoder.byte(static_cast<base::Byte>(preferredCipher()));
    encoder.byte(static_cast<base::Byte>(cost.log2N));
    encoder.fixed<std::uint16_t>(static_cast<std::uint16_t>(cost.r));
    encoder.fixed<std::uint16_t>(static_cast<std::uint16_t>(cost.p));
    preamble.resize(12 + kSaltBytes);
    fillRandom(base::MutableBytes(preamble).last(kSaltBytes));
    base::append(preamble, vaultId.view());
    return preamble;
}

struct ParsedKey {
    CipherKind cipher = CipherKind::Aes256Gcm;
    PasswordCost cost;
    base::ByteView preamble;
    base::ByteView salt;
    VaultId vaultId;
    base::ByteView sealedPart;
};

/// Nothing when the bytes are no key object. Throws Unsupported for one of a newer version.
std::optional<ParsedKey> parseKey(base::ByteView stored, const std::string& name) {
    if (stored.size() < kPreambleBytes + kTagBytes || base::asText(stored.first(4)) != kMagic)
        return std::nullopt;
    if (stored[4] > kFormatVersion) throw writtenByNewer(stored[4]).addContext("object", name);
    ParsedKey key;
    key.cipher = static_cast<CipherKind>(stored[6]);
    key.cost.log2N = stored[7];
    key.cost.r = base::loadLittleEndian<std::uint16_t>(stored.data() + 8);
    key.cost.p = base::loadLittleEndian<std::uint16_t>(stored.data() + 10);
    const bool isSane = stored[5] == kScrypt && key.cost.log2N >= 1 && key.cost.log2N <= kMaxLog2N &&
                        key.cost.r >= 1 && key.cost.r <= 64 && key.cost.p >= 1 && key.cost.p <= 16 &&
                        (key.cipher == CipherKind::Aes256Gcm || key.cipher == CipherKind::ChaCha20Poly1305);
    if (!isSane) return std::nullopt;
    key.preamble = stored.first(kPreambleBytes);
    key.salt = stored.subspan(12, kSaltBytes);
    key.vaultId = VaultId::fromBytes(stored.subspan(12 + kSaltBytes));
    key.sealedPart = stored.subspan(kPreambleBytes);
    return key;
}

/// The key that wraps the master key: stretched password bound to every byte of the preamble.
base::Secret<32> wrappingKey(const base::Secret<32>& stretched, base::ByteView preamble) {
    return hkdf(stretched.view(), base::asBytes("hbr 1 wrap"), preamble);
}

std::set<KeyId> keyIds(ObjectStore& store) {
    std::set<KeyId> ids;
    store.list(std::string(kKeyFolder), [&](const std::string& name, std::uint64_t) {
        const auto id =
            KeyId::fromHex(std::string_view(name).substr(kKeyFolder.size(), 2 * KeyId::kSizeBytes));
        if (id) ids.insert(*id);
    });
    return ids;
}

/// The payload that a password opens: master key, creation time; and the label, sealed once more under the
/// vault's own keys so that listing needs no password.
base::Bytes sealedLabel(const VaultKeys& keys, const KeyId& id, const std::string& label,
                        platform::Timestamp now) {
    base::Bytes plain;
    base::Encoder encoder(plain);
    encoder.signedNumber(now.seconds);
    encoder.string(label);
    return sealObject(keys, ObjectKind::KeyLabel, keyName(id, ""), plain);
}

constexpr std::size_t kWrappedBytes = kMasterKeyBytes + kTagBytes;

/// Tries a password on one copy of a key. `isTried` becomes true once the password was tried on a whole copy.
std::optional<VaultKeys> openKey(ObjectStore& store, const std::string& name,
                                 const base::SecretBytes& password, bool& isTried) {
    const auto stored = store.read(name, base::kMiB);
    if (!stored) return std::nullopt;
    const auto key = parseKey(*stored, name);
    if (!key || key->sealedPart.size() < kWrappedBytes) return std::nullopt;
    const auto stretched = stretch(password, key->salt, key->cost);
    isTried = true;
    Cipher cipher(key->cipher, wrappingKey(stretched, key->preamble));
    MasterKey master;
    if (!cipher.open(PartRole::Key, 0, key->sealedPart.first(kWrappedBytes), master.fill())) {
        return std::nullopt;
    }
    return VaultKeys(key->vaultId, master);
}

/// One copy of a key as far as it can be judged without its password.
struct KeyCopy {
    std::optional<base::Bytes> content;
    bool isWhole = false;
    bool isUnreadable = false;  // the disk has lost a part of it

    /// What is wrong with a copy that is not whole.
    [[nodiscard]] const char* problem() const {
        if (isUnreadable) return "The disk has lost a part of a copy of a key.";
        return content ? "A copy of a key is damaged." : "A copy of a key is missing.";
    }
};

KeyCopy readCopy(ObjectStore& store, const std::string& name) {
    KeyCopy copy;
    try {
        copy.content = store.read(name, base::kMiB);
        if (!copy.content) return copy;
        const auto key = parseKey(*copy.content, name);
        copy.isWhole = key && key->sealedPart.size() >= kWrappedBytes;
    } catch (const base::Error& error) {
        // Too large to be a key, or a version that we do not know: neither may be copied over the other.
        if (error.kind() != base::ErrorKind::Corrupt && error.kind() != base::ErrorKind::Unsupported) throw;
        copy.content.emplace();
        copy.isUnreadable = isUnreadablePart(error);
    }
    return copy;
}

bool hasWholeKeyBeside(ObjectStore& store, const KeyId& id) {
    for (const KeyId& other : keyIds(store)) {
        if (other == id) continue;
        for (const char* copy : kCopies) {
            if (readCopy(store, keyName(other, copy)).isWhole) return true;
        }
    }
    return false;
}

}  // namespace

bool holdsVault(ObjectStore& store) { return !keyIds(store).empty(); }

KeyInfo addPassword(ObjectStore& store, const VaultKeys& keys, const base::SecretBytes& password,
                    const std::string& label, platform::Timestamp now, PasswordCost cost) {
    if (password.view().size() < kMinPasswordBytes) {
        throw base::Error(base::ErrorKind::Invalid, "KEY-0002",
                          password.empty() ? "The password is empty" : "The password is too short",
                          "Choose one of at least six characters; a long sentence is best.");
    }
    const KeyInfo info{randomId<KeyId>(), label, now};
    base::Bytes object = makePreamble(keys.vaultId(), cost);
    const auto parsedCipher = static_cast<CipherKind>(object[6]);
    const auto stretched = stretch(password, base::ByteView(object).subspan(12, kSaltBytes), cost);
    Cipher cipher(parsedCipher, wrappingKey(stretched, object));
    object.resize(kPreambleBytes + kWrappedBytes);
    cipher.seal(PartRole::Key, 0, keys.master().view(), {},
                base::MutableBytes(object).subspan(kPreambleBytes));
    base::append(object, sealedLabel(keys, info.id, label, now));
    for (const char* copy : kCopies) store.create(keyName(info.id, copy), object);
    return info;
}

VaultKeys unlock(ObjectStore& store, const base::SecretBytes& password) {
    const auto ids = keyIds(store);
    if (ids.empty()) throw noVaultHere(store);
    bool sawWholeKey = false;
    std::optional<base::Error> refusal;
    for (const KeyId& id : ids) {
        // One damaged copy, whatever it looks like, must not keep out a password that the other copy knows.
        bool isTried = false;
        std::optional<base::Error> failure;
        for (const char* copy : kCopies) {
            try {
                if (auto keys = openKey(store, keyName(id, copy), password, isTried)) return *keys;
            } catch (const base::Error& error) {
                failure = error;
            }
        }
        sawWholeKey = sawWholeKey || isTried;
        if (!isTried && failure && failure->kind() != base::ErrorKind::Corrupt) refusal = failure;
    }
    if (refusal) throw base::Error(*refusal);
    if (!sawWholeKey) {
        throw base::Error(base::ErrorKind::Corrupt, "KEY-0006", "Every key object of the vault is damaged",
                          "Connect with the recovery kit: 'hbr vault connect --recovery-kit FILE'.");
    }
    throw base::Error(base::ErrorKind::Denied, "KEY-0001", "The password does not open this vault",
                      "Check it (capital letters, keyboard layout), or connect with the recovery kit.");
}

std::vector<KeyInfo> listPasswords(ObjectStore& store, const VaultKeys& keys) {
    std::vector<KeyInfo> infos;
    for (const KeyId& id : keyIds(store)) {
        KeyInfo info{id, "(label damaged)", {}};
        for (const char* copy : kCopies) {
            try {
                const auto stored = store.read(keyName(id, copy), base::kMiB);
                if (!stored || stored->size() < kPreambleBytes + kWrappedBytes) continue;
                const base::Bytes plain =
                    openObject(keys, ObjectKind::KeyLabel, keyName(id, ""),
                               base::ByteView(*stored).subspan(kPreambleBytes + kWrappedBytes));
                base::Decoder decoder(plain);
                info.created.seconds = decoder.signedNumber();
                info.label = decoder.string();
                break;
            } catch (const base::Error& error) {
                if (error.kind() != base::ErrorKind::Corrupt &&
                    error.kind() != base::ErrorKind::Unsupported) {
                    throw;
                }
            }
        }
        infos.push_back(info);
    }
    return infos;
}

std::vector<KeyCopyProblem> checkKeyCopies(ObjectStore& store, bool mend) {
    std::vector<KeyCopyProblem> problems;
    for (const KeyId& id : keyIds(store)) {
        const std::array<std::string, 2> names = {keyName(id, kCopies[0]), keyName(id, kCopies[1])};
        const std::array<KeyCopy, 2> copies = {readCopy(store, names[0]), readCopy(store, names[1])};
        for (std::size_t i = 0; i < copies.size(); ++i) {
            if (copies[i].isWhole) continue;
            const KeyCopy& other = copies[1 - i];
            problems.push_back({names[i], copies[i].problem(), mend && other.isWhole});
            if (!problems.back().isMended) continue;
            store.remove(names[i]);
            store.create(names[i], *other.content);
        }
        // Only the password tells which of them is right; unlocking tries both.
        if (copies[0].isWhole && copies[1].isWhole && copies[0].content != copies[1].content) {
            problems.push_back({names[1],
                                "The two copies of a key differ. Add its password anew with 'hbr key add', "
                                "then remove this key.",
                                false});
        }
    }
    return problems;
}

std::vector<VaultId> vaultIdsOfKeys(ObjectStore& store) {
    std::set<VaultId> vaults;
    for (const KeyId& id : keyIds(store)) {
        for (const char* copy : kCopies) {
            const KeyCopy read = readCopy(store, keyName(id, copy));
            if (!read.isWhole) continue;
            if (const auto key = parseKey(*read.content, keyName(id, copy))) vaults.insert(key->vaultId);
        }
    }
    return {vaults.begin(), vaults.end()};
}

void removeKeyObjects(ObjectStore& store, const KeyId& id) {
    for (const char* copy : kCopies) store.remove(keyName(id, copy));
    store.sync();
}

void removePassword(ObjectStore& store, const VaultKeys&, const KeyId& id) {
    if (!keyIds(store).contains(id)) {
        throw base::Error(base::ErrorKind::NotFound, "KEY-0007", "The vault has no key '" + id.hex() + "'",
                          "'hbr key list' shows the keys.");
    }
    const base::Error isLast(base::ErrorKind::Invalid, "KEY-0004", "This is the only password of the vault",
                             "Add another one first: 'hbr key add'.");
    if (!hasWholeKeyBeside(store, id)) throw isLast;
    const std::array<KeyCopy, 2> copies = {readCopy(store, keyName(id, kCopies[0])),
                                           readCopy(store, keyName(id, kCopies[1]))};
    removeKeyObjects(store, id);
    if (hasWholeKeyBeside(store, id)) return;
    // Somebody removed the other one at the same time.
    for (std::size_t i = 0; i < copies.size(); ++i) {
        if (copies[i].content) store.create(keyName(id, kCopies[i]), *copies[i].content);
    }
    throw isLast;
}

base::Error noVaultHere(const ObjectStore& store) {
    return base::Error(base::ErrorKind::NotFound, "VAULT-0001",
                       "There is no vault in '" + store.location() + "'",
                       "Check the path, or make a vault with 'hbr vault create'.");
}

}  // namespace vault
