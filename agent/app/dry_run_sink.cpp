// SPDX-License-Identifier: Apache-2.0
#include "agent/app/dry_run_sink.hpp"

#include "agent/engine/content_pipeline.hpp"

namespace app {

DryRunSink::DryRunSink(vault::Vault& vault, const vault::PointRecord* parent, engine::Progress& progress)
    : progress_(progress), reader_(vault) {
    if (parent == nullptr) return;
    cursor_ = std::make_unique<vault::TreeCursor>(reader_, vault::TreeRoot{parent->root, parent->treeLevels});
    hasEntry_ = cursor_->next();
}

const connectors::ObjectHeader* DryRunSink::previous(std::string_view key) {
    while (hasEntry_ && cursor_->key() < key) hasEntry_ = cursor_->next();
    if (!hasEntry_ || cursor_->key() != key) return nullptr;
    engine::headerFromEntry(cursor_->entry(), previous_);
    return &previous_;
}

void DryRunSink::count(std::uint64_t sizeBytes) {
    progress_.objectsDone.fetch_add(1, std::memory_order_relaxed);
    progress_.bytesDone.fetch_add(sizeBytes, std::memory_order_relaxed);
}

void DryRunSink::keep() {
    ++unchanged_;
    count(previous_.sizeBytes);
}

void DryRunSink::put(connectors::ObjectHeader header) { count(header.sizeBytes); }

void DryRunSink::put(std::string key, std::unique_ptr<connectors::ObjectReader> reader) {
    progress_.setCurrent(engine::displayPath(key));
    ++toRead_;
    bytesToRead_ += reader->expectedBytes();
    count(reader->expectedBytes());
}

void DryRunSink::fail(std::string_view key, const base::Error& error) {
    faults_.add(engine::faultOf(key, error));
    progress_.faults.fetch_add(1, std::memory_order_relaxed);
}

void DryRunSink::warn(std::string_view key, const std::string& sentence) {
    faults_.add({engine::displayPath(key), {}, sentence});
}

void DryRunSink::expect(std::uint64_t objects, std::uint64_t sizeBytes) {
    progress_.objectsTotal = std::max(progress_.objectsTotal.load(), objects);
    progress_.bytesTotal = std::max(progress_.bytesTotal.load(), sizeBytes);
}

}  // namespace app
