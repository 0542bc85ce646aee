// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/compressor.hpp"

#include <zstd.h>

#include <array>
#include <new>

#include "platform/base/error.hpp"

namespace vault {

namespace {

constexpr std::size_t kSampledFromBytes = 64 * base::kKiB;  // smaller content is simply tried
constexpr std::size_t kSampleBytes = 4 * base::kKiB;
constexpr std::size_t kSamples = 4;

/// Saving less than 1/32 is not worth the time of decompressing it at every restore.
constexpr std::size_t worthwhile(std::size_t rawBytes) { return rawBytes - rawBytes / 32; }

struct CompressDeleter {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};
struct DecompressDeleter {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

}  // namespace

void CompressionGovernor::observe(double storeQueueFill) noexcept {
    const int now = level_.load(std::memory_order_relaxed);
    int next = now;
    if (storeQueueFill > 0.75) next = std::min(now + 1, kHardestLevel * kSteps);
    if (storeQueueFill < 0.25) next = std::max(now - 2, kFastestLevel * kSteps);
    if (next != now) level_.store(next, std::memory_order_relaxed);
}

struct Compressor::Contexts {
    std::unique_ptr<ZSTD_CCtx, CompressDeleter> compress{ZSTD_createCCtx()};
    std::unique_ptr<ZSTD_DCtx, DecompressDeleter> decompress{ZSTD_createDCtx()};
};

Compressor::Compressor() : contexts_(std::make_unique<Contexts>()) {
    if (!contexts_->compress || !contexts_->decompress) throw std::bad_alloc();
}

Compressor::~Compressor() = default;

Compressed Compressor::compress(base::ByteView raw, int level) {
    if (raw.empty() || looksIncompressible(raw)) return {Codec::Stored, raw};
    const std::size_t room = ZSTD_compressBound(raw.size());
    if (buffer_.size() < room) buffer_.resize(room);
    const std::size_t sizeBytes = ZSTD_compressCCtx(contexts_->compress.get(), buffer_.data(), buffer_.size(),
                                                    raw.data(), raw.size(), level);
    if (ZSTD_isError(sizeBytes) != 0) {
        throw base::Error(base::ErrorKind::Internal, "VAULT-0005",
                          std::string("The compression library failed: ") + ZSTD_getErrorName(sizeBytes),
                          "Check that the installed zstd library is complete.", base::Retry::Never);
    }
    if (sizeBytes >= worthwhile(raw.size())) return {Codec::Stored, raw};
    return {Codec::Zstd, base::ByteView(buffer_).first(sizeBytes)};
}

bool Compressor::decompress(Codec codec, base::ByteView payload, base::MutableBytes to) {
    if (codec == Codec::Stored) {
        if (payload.size() != to.size()) return false;
        std::copy(payload.begin(), payload.end(), to.begin());
        return true;
    }
    if (codec != Codec::Zstd) return false;
    return ZSTD_decompressDCtx(contexts_->decompress.get(), to.data(), to.size(), payload.data(),
                               payload.size()) == to.size();
}

bool Compressor::looksIncompressible(base::ByteView raw) {
    if (raw.size() < kSampledFromBytes) return false;
    std::array<base::Byte, ZSTD_COMPRESSBOUND(kSampleBytes * kSamples)> compressed;
    std::array<base::Byte, kSampleBytes * kSamples> sample;
    const std::size_t stride = (raw.size() - kSampleBytes) / (kSamples - 1);
    for (std::size_t i = 0; i < kSamples; ++i) {
        std::copy_n(raw.begin() + static_cast<std::ptrdiff_t>(i * stride), kSampleBytes,
                    sample.begin() + static_cast<std::ptrdiff_t>(i * kSampleBytes));
    }
    const std::size_t sizeBytes = ZSTD_compressCCtx(contexts_->compress.get(), compressed.data(),
                                                    compressed.size(), sample.data(), sample.size(), 1);
    return ZSTD_isError(sizeBytes) == 0 && sizeBytes >= worthwhile(sample.size());
}

}  // namespace vault
