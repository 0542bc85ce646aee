// SPDX-License-Identifier: Apache-2.0
// dry_run_sink.hpp: counts what a backup would do, and stores nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/engine/fault_log.hpp"
#include "agent/engine/progress.hpp"
#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/tree.hpp"
#include "connectors/object_stream.hpp"

namespace app {

/// Takes objects like a backup and throws them away unread.
class DryRunSink final : public connectors::ObjectSink {
public:
    /// `parent` is the point to compare with, or nullptr; vault and progress outlive the sink.
    DryRunSink(vault::Vault& vault, const vault::PointRecord* parent, engine::Progress& progress);

    const connectors::ObjectHeader* previous(std::string_view key) override;
    void keep() override;
    void put(connectors::ObjectHeader header) override;
    void put(std::string key, std::unique_ptr<connectors::ObjectReader> reader) override;
    void fail(std::string_view key, const base::Error& error) override;
    void warn(std::string_view key, const std::string& sentence) override;
    void expect(std::uint64_t objects, std::uint64_t sizeBytes) override;

    [[nodiscard]] std::uint64_t unchanged() const noexcept { return unchanged_; }
    [[nodiscard]] std::uint64_t toRead() const noexcept { return toRead_; }
    [[nodiscard]] std::uint64_t bytesToRead() const noexcept { return bytesToRead_; }
    [[nodiscard]] std::uint64_t faultCount() const { return faults_.faults(); }
    [[nodiscard]] std::vector<engine::Fault> firstFaults() const { return faults_.firstFaults(); }

private:
    void count(std::uint64_t sizeBytes);

    engine::Progress& progress_;
    engine::FaultLog faults_;
    vault::ChunkReader reader_;
    std::unique_ptr<vault::TreeCursor> cursor_;
    bool hasEntry_ = false;  // the cursor stands on an entry
    connectors::ObjectHeader previous_;
    std::uint64_t unchanged_ = 0;
    std::uint64_t toRead_ = 0;
    std::uint64_t bytesToRead_ = 0;
};

}  // namespace app
