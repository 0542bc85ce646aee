// SPDX-License-Identifier: Apache-2.0
// Uses OpenSSL's low-level SHA-256 because its state can be copied for the price of a copy: HMAC's two keyed
// blocks are hashed once per vault and not once per chunk. The EVP interface costs about 1 us more each time.
#define OPENSSL_API_COMPAT 0x10101000L
#include "agent/vault/chunk_hasher.hpp"

#include <openssl/sha.h>

#include <array>

namespace vault {

namespace {

constexpr base::Byte kInnerPad = 0x36;
constexpr base::Byte kOuterPad = 0x5C;

SHA256_CTX keyedState(const base::Secret<32>& key, base::Byte pad) {
    std::array<base::Byte, SHA256_CBLOCK> block{};
    std::copy(key.view().begin(), key.view().end(), block.begin());
    for (base::Byte& byte : block) byte ^= pad;
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, block.data(), block.size());
    base::wipe(block.data(), block.size());
    return state;
}

}  // namespace

struct ChunkHasher::Keyed {
    SHA256_CTX inner;
    SHA256_CTX outer;
    ~Keyed() {
        base::wipe(&inner, sizeof inner);
        base::wipe(&outer, sizeof outer);
    }
};

ChunkHasher::ChunkHasher(const base::Secret<32>& key)
    : keyed_(new Keyed{keyedState(key, kInnerPad), keyedState(key, kOuterPad)}) {}

ChunkHasher::~ChunkHasher() = default;

ChunkId ChunkHasher::idOf(base::ByteView content) const {
    std::array<base::Byte, SHA256_DIGEST_LENGTH> digest{};
    SHA256_CTX state = keyed_->inner;
    SHA256_Update(&state, content.data(), content.size());
    SHA256_Final(digest.data(), &state);
    state = keyed_->outer;
    SHA256_Update(&state, digest.data(), digest.size());
    ChunkId id;
    SHA256_Final(id.fill().data(), &state);
    return id;
}

}  // namespace vault
