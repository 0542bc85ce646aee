// SPDX-License-Identifier: Apache-2.0
#include "agent/config/scrypt.hpp"

#include <openssl/evp.h>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace config {

namespace {

/// A file that asks for more is not one of ours, and would only exhaust the machine.
constexpr unsigned kMostLog2N = 20;
constexpr unsigned kMostBlockSize = 32;
constexpr unsigned kMostParallel = 16;
constexpr std::uint64_t kMostScryptBytes = base::kGiB + 64 * base::kMiB;

std::optional<unsigned> numberUpTo(std::string_view text, unsigned most) {
    const auto number = base::parseUnsigned(text);
    if (!number || *number == 0 || *number > most) return std::nullopt;
    return static_cast<unsigned>(*number);
}

}  // namespace

std::string ScryptCost::text() const {
    return "scrypt " + std::to_string(log2N) + ' ' + std::to_string(blockSize) + ' ' +
           std::to_string(parallel);
}

std::optional<ScryptCost> ScryptCost::parse(std::span<const std::string_view> words) {
    if (words.size() < 4 || words[0] != "scrypt") return std::nullopt;
    const auto log2N = numberUpTo(words[1], kMostLog2N);
    const auto blockSize = numberUpTo(words[2], kMostBlockSize);
    const auto parallel = numberUpTo(words[3], kMostParallel);
    if (!log2N || !blockSize || !parallel) return std::nullopt;
    return ScryptCost{*log2N, *blockSize, *parallel};
}

void stretch(std::string_view password, base::ByteView salt, const ScryptCost& cost, base::MutableBytes to) {
    if (EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(),
                       std::uint64_t{1} << cost.log2N, cost.blockSize, cost.parallel, kMostScryptBytes,
                       to.data(), to.size()) == 1) {
        return;
    }
    throw base::Error(base::ErrorKind::Exhausted, "CONFIG-0005", "The logon password cannot be checked",
                      "Give the machine some memory, then try again.", base::Retry::Later);
}

}  // namespace config
