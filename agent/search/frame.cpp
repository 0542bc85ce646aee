// SPDX-License-Identifier: Apache-2.0
#include "agent/search/frame.hpp"

#include <zstd.h>

#include <new>

namespace search {

namespace {

/// Levels above take twice as long and save less than a tenth.
constexpr int kLevel = 5;

}  // namespace

base::Error damagedIndex(const std::string& why) {
    return {base::ErrorKind::Corrupt, "SEARCH-0001", "The index of paths is damaged: " + why,
            "It is made again from the vault by itself, or by 'hbr search update'; no backup is touched by "
            "this."};
}

struct FramePacker::Context {
    ZSTD_CCtx* zstd = ZSTD_createCCtx();
    Context() = default;
    ~Context() { ZSTD_freeCCtx(zstd); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

FramePacker::FramePacker() : context_(std::make_unique<Context>()) {
    if (context_->zstd == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_checksumFlag, 1);
}

FramePacker::~FramePacker() = default;

base::ByteView FramePacker::pack(base::ByteView content) {
    const std::size_t room = ZSTD_compressBound(content.size());
    if (frame_.size() < room) frame_.resize(room);
    const std::size_t sizeBytes =
        ZSTD_compress2(context_->zstd, frame_.data(), frame_.size(), content.data(), content.size());
    if (ZSTD_isError(sizeBytes) != 0) {
        throw base::Error(
            base::ErrorKind::Internal, "SEARCH-0002",
            std::string("The index of paths cannot be compressed: ") + ZSTD_getErrorName(sizeBytes),
            "Check that the installed zstd library is complete.", base::Retry::Never);
    }
    return base::ByteView(frame_).first(sizeBytes);
}

struct FrameOpener::Context {
    ZSTD_DCtx* zstd = ZSTD_createDCtx();
    Context() = default;
    ~Context() { ZSTD_freeDCtx(zstd); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

FrameOpener::FrameOpener() : context_(std::make_unique<Context>()) {
    if (context_->zstd == nullptr) throw std::bad_alloc();
}

FrameOpener::~FrameOpener() = default;
FrameOpener::FrameOpener(FrameOpener&&) noexcept = default;
FrameOpener& FrameOpener::operator=(FrameOpener&&) noexcept = default;

void FrameOpener::open(base::ByteView frame, base::Bytes& to) {
    const unsigned long long sizeBytes = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (sizeBytes == ZSTD_CONTENTSIZE_UNKNOWN || sizeBytes == ZSTD_CONTENTSIZE_ERROR ||
        sizeBytes > kMostFrameBytes)
        throw damagedIndex("a part of it is not what was written");
    to.resize(static_cast<std::size_t>(sizeBytes));
    // zstd compares the checksum, and a frame whose flag for it was lost does not end where it should.
    if (ZSTD_decompressDCtx(context_->zstd, to.data(), to.size(), frame.data(), frame.size()) != to.size())
        throw damagedIndex("a part of it fails its checksum");
}

}  // namespace search
