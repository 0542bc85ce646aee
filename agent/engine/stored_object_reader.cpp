// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/stored_object_reader.hpp"

#include <algorithm>

#include "agent/engine/content_pipeline.hpp"

namespace engine {

StoredObjectReader::StoredObjectReader(vault::ChunkReader& reader, const vault::TreeEntry& entry,
                                       VaultFailure& failure)
    : reader_(reader), failure_(failure), content_(*entry.content), sizeBytes_(content_.sizeBytes()) {
    headerFromEntry(entry, header_);
}

void StoredObjectReader::open() {
    judged([&] { openContent(); });
}

std::size_t StoredObjectReader::read(base::MutableBytes to) {
    std::size_t taken = 0;
    judged([&] { taken = readNext(to); });
    return taken;
}

/// Calls, and notes what concerns the whole vault.
void StoredObjectReader::judged(const std::function<void()>& call) {
    try {
        call();
    } catch (...) {
        const base::Error error = base::currentError();
        if (error.kind() != base::ErrorKind::Corrupt) failure_.note(error);
        throw;
    }
}

void StoredObjectReader::openContent() {
    const auto first = vault::ContentCursor(reader_, content_).next();
    if (first && first->chunk.contentBytes == connectors::kPageBytes && sizeBytes_ > connectors::kPageBytes) {
        layout_ = connectors::ContentLayout::FixedPages;
    }
    cursor_.emplace(reader_, content_);
}

std::size_t StoredObjectReader::readNext(base::MutableBytes to) {
    while (restAt_ == rest_.size()) {
        const auto next = cursor_->next();
        if (!next) return 0;
        std::size_t taken = 0;
        reader_.with(next->chunk, [&](base::ByteView content) {
            taken = std::min(content.size(), to.size());
            std::ranges::copy(content.first(taken), to.begin());
            rest_.assign(content.begin() + static_cast<std::ptrdiff_t>(taken), content.end());
            restAt_ = 0;
        });
        if (taken != 0) return taken;
    }
    const std::size_t taken = std::min(rest_.size() - restAt_, to.size());
    std::copy_n(rest_.begin() + static_cast<std::ptrdiff_t>(restAt_), taken, to.begin());
    restAt_ += taken;
    return taken;
}

connectors::ObjectHeader StoredObjectReader::finish() {
    cursor_.reset();
    rest_ = {};
    return std::move(header_);
}

}  // namespace engine
