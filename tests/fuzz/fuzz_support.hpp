// SPDX-License-Identifier: Apache-2.0
// fuzz_support.hpp: what the fuzzers share. A fuzzer is a file NAME_fuzz.cpp with LLVMFuzzerTestOneInput(); a
// decoder may refuse its input with an Error of the world's kinds, and do nothing else that is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "agent/vault/cipher.hpp"
#include "agent/vault/keys.hpp"
#include "agent/vault/sealed_object.hpp"
#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/base/wire.hpp"

namespace fuzz {

/// Ends the process, which the fuzzer reports with the input, unless the condition holds.
inline void require(bool condition) {
    if (!condition) std::abort();
}

/// Runs a decoder. True when it refused its input as one refuses damage; any other exception escapes.
template <typename Work>
bool refuses(Work work) {
    try {
        work();
        return false;
    } catch (const base::Error& error) {
        using base::ErrorKind;
        const ErrorKind kind = error.kind();
        require(kind == ErrorKind::Corrupt || kind == ErrorKind::Unsupported || kind == ErrorKind::Invalid ||
                kind == ErrorKind::NotFound || kind == ErrorKind::Denied);
        require(!error.code().empty());
        return true;
    }
}

/// Decodes all of the input; what was understood must come out the same when it is encoded and decoded again.
template <typename Decode, typename Encode>
void roundTrip(base::ByteView input, Decode decode, Encode encode) {
    refuses([&] {
        base::Decoder decoder(input);
        const auto value = decode(decoder);
        base::Bytes once;
        base::Encoder encoder(once);
        encode(encoder, value);
        base::Decoder again(once);
        base::Bytes twice;
        base::Encoder second(twice);
        encode(second, decode(again));
        again.expectEnd();
        require(once == twice);
    });
}

/// The keys of one vault, always the same.
const vault::VaultKeys& testKeys();

/// A sealed object as it is stored: a header and the plain bytes sealed with `role`, `number` behind it.
class SealedBytes final {
public:
    SealedBytes(vault::ObjectKind kind, const std::string& name);

    /// Appends a sealed part.
    void add(vault::PartRole role, std::uint64_t number, base::ByteView plain);

    [[nodiscard]] vault::Cipher& cipher() noexcept { return cipher_; }
    base::Bytes bytes;

private:
    vault::Cipher cipher_;
};

/// The input, cut at its zero bytes.
std::vector<std::string_view> wordsOf(base::ByteView input);

}  // namespace fuzz
