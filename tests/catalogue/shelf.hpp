// SPDX-License-Identifier: Apache-2.0
// shelf.hpp: a catalogue in an empty folder, and what to put into it.
#pragma once

#include <chrono>
#include <string>

#include "agent/catalogue/catalogue.hpp"
#include "agent/vault/random.hpp"
#include "tests/platform/temporary_folder.hpp"

namespace test {

using std::chrono::sys_seconds;

/// For many writers at once on a disk that is busy with other things: time must not decide.
inline constexpr std::chrono::milliseconds kPatience = std::chrono::minutes(5);

inline sys_seconds at(std::int64_t seconds) { return sys_seconds(std::chrono::seconds(seconds)); }

inline scheduler::Policy policyNamed(const std::string& name) {
    return {name,
            {6, scheduler::Frequency::Unit::Hour},
            std::chrono::local_days(std::chrono::year{2026} / 11 / 27) + std::chrono::hours(22),
            {3, scheduler::RetentionPeriod::Unit::Month}};
}

inline catalogue::PlanSettings planNamed(const std::string& name,
                                         std::optional<catalogue::PolicyId> policy = std::nullopt) {
    catalogue::PlanSettings settings;
    settings.name = name;
    settings.client = "web1";
    settings.vault = "disk";
    settings.policy = policy;
    settings.sources = {"/etc", "/home"};
    return settings;
}

/// A whole path on this machine with so many characters.
inline std::string pathOfLength(std::size_t length) {
    const std::string root = platform::makeFileSystem()->absolutePath("/");
    return root + std::string(length - root.size(), 'x');
}

/// A point as a vault tells it; `plan` as the engine writes it.
inline vault::PointRecord pointOf(const std::string& plan, std::int64_t started,
                                  const std::string& client = "web1") {
    vault::PointRecord point;
    point.id = vault::randomId<vault::PointId>();
    point.client = client;
    point.plan = plan;
    point.sources = {"/etc", "/home"};
    point.started = {started, 5};
    point.finished = {started + 60, 7};
    point.objects = 10;
    point.logicalBytes = 1000;
    point.readBytes = 500;
    point.newBytes = 50;
    point.storedBytes = 25;
    return point;
}

/// A catalogue, and more connections to its file.
struct Shelf {
    TemporaryFolder folder;
    std::string path = folder / "state/catalogue.db";
    catalogue::Catalogue catalogue{*folder.files, path};

    [[nodiscard]] catalogue::Catalogue open(std::chrono::milliseconds busyWait = catalogue::kBusyWait) const {
        return {*folder.files, path, busyWait};
    }
};

}  // namespace test
