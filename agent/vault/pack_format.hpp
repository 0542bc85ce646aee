// SPDX-License-Identifier: Apache-2.0
// pack_format.hpp: what a pack is made of (agent/doc/vault_format.md, "Packs").
//
//   header | segment | segment | ... | directory | (parity) | footer
//
// A segment is a sealed run of one or more chunks compressed together. The directory lists every segment and
// chunk and is padded so that packs have one of few sizes, and kPackBytes nearly all that ended because they
// were full. The footer has a fixed size and says where the directory is. From outside a pack is a header and
// noise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/vault/cipher.hpp"
#include "agent/vault/compressor.hpp"
#include "agent/vault/ids.hpp"
#include "agent/vault/sealed_object.hpp"

namespace vault {

/// Size of every full pack, without parity. Offsets inside a pack fit in 24 bits.
inline constexpr std::size_t kPackBytes = 16 * base::kMiB;
/// No pack is larger, with parity.
inline constexpr std::size_t kMostPackBytes = 2 * kPackBytes;
/// The largest share of a pack that parity may be asked to heal, in percent.
inline constexpr unsigned kMostParityPercent = 10;
/// Size of the smallest packs: how small a change was is nobody's business.
inline constexpr std::size_t kLeastPackBytes = 4 * base::kKiB;

inline constexpr std::size_t kSegmentPrefixBytes = 5;  // codec, then raw size as 32 bits
inline constexpr std::size_t kFooterPlainBytes =
    16;  // directory's offset, sealed size, plain size, format; 32 bits each
inline constexpr std::size_t kFooterBytes = kFooterPlainBytes + kTagBytes;

/// Largest raw size of a segment; larger ones are refused as damage.
inline constexpr std::size_t kMaxSegmentRawBytes = 8 * base::kMiB;

/// What a pack holds. Data and trees go to packs of their own, so that looking into a vault reads no data.
/// The numbers are stored in packs.
enum class PackKind : std::uint8_t { Data = 1, Tree = 2 };

std::string packName(const PackId& id);
/// The id in an object name that packName() made; nothing for other names.
std::optional<PackId> packIdOfName(std::string_view name);

struct ChunkInSegment {
    ChunkId id;
    std::uint32_t sizeBytes = 0;  // raw
};

struct SegmentInfo {
    std::uint32_t offset = 0;       // in the pack
    std::uint32_t sealedBytes = 0;  // with prefix and tag
    std::vector<ChunkInSegment> chunks;
};

/// Bytes that a segment adds to the directory, at most.
std::size_t directoryBytesFor(std::size_t chunks) noexcept;

/// Begins the directory of a pack.
base::Bytes beginDirectory(PackKind kind);

/// Appends a segment to a directory in the making.
void encodeSegmentInfo(base::Bytes& directory, const SegmentInfo& segment);

/// Seals the directory and the footer behind segments that end at `segmentsEnd`, so that the pack as a whole
/// has the size that finalPackBytes() gives.
base::Bytes sealPackEnd(Cipher& cipher, std::uint32_t segmentsEnd, base::Bytes directory);

/// What the size of a pack becomes.
std::size_t finalPackBytes(std::size_t segmentsEnd, std::size_t directoryPlainBytes) noexcept;

struct PackFooter {
    std::uint32_t directoryOffset = 0;
    std::uint32_t directorySealedBytes = 0;
    std::uint32_t directoryPlainBytes = 0;
};

/// Nothing when the footer is damaged.
std::optional<PackFooter> openFooter(Cipher& cipher, base::ByteView sealedFooter);

struct PackDirectory {
    PackKind kind = PackKind::Data;
    std::vector<SegmentInfo> segments;
};

/// Nothing when the directory is damaged.
std::optional<PackDirectory> openDirectory(Cipher& cipher, const PackFooter& footer,
                                           base::ByteView sealedDirectory);

/// Compresses, seals and opens segments. One per thread.
class SegmentCodec final {
public:
    /// A segment ready to be sealed at its place.
    struct Prepared {
        Compressed content;
        std::uint32_t rawBytes = 0;
        [[nodiscard]] std::size_t sealedBytes() const noexcept {
            return kSegmentPrefixBytes + content.payload.size() + kTagBytes;
        }
    };

    /// The result refers to memory of this codec, or to `raw`, until the next call.
    Prepared prepare(base::ByteView raw, int level);

    /// Seals a prepared segment for its offset, opens and decompresses the result and compares it with `raw`
    /// (lesson: a library's bug must not reach the vault). Throws Error (Corrupt, "VAULT-0006") when they
    /// differ.
    base::Bytes sealVerified(Cipher& cipher, std::uint32_t offset, const Prepared& prepared,
                             base::ByteView raw);

    /// Opens a stored segment. Nothing when it is damaged. The view is valid until the next call.
    std::optional<base::ByteView> open(Cipher& cipher, std::uint32_t offset, base::ByteView sealedSegment);

    /// A stored segment, opened, whose compressed form can be sealed again elsewhere. The views are valid
    /// until the next call of anything but sealVerified().
    struct Reopened {
        Prepared prepared;
        base::ByteView raw;
    };
    std::optional<Reopened> reopen(Cipher& cipher, std::uint32_t offset, base::ByteView sealedSegment);

    /// Only checks the seal.
    bool isIntact(Cipher& cipher, std::uint32_t offset, base::ByteView sealedSegment);

private:
    Compressor compressor_;
    base::Bytes opened_;
    base::Bytes raw_;
    base::Bytes reopenedPayload_;
    base::Bytes reopenedRaw_;
};

}  // namespace vault
