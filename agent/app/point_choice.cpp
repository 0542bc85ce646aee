// SPDX-License-Identifier: Apache-2.0
#include "agent/app/point_choice.hpp"

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr std::size_t kShortDigits = 8;

bool isWanted(const Command& command, const vault::PointRecord& point) {
    const auto client = command.line.value("client");
    const auto plan = command.line.value("plan");
    const auto tag = command.line.value("tag");
    return (!client || *client == point.client) && (!plan || *plan == point.plan) &&
           (!tag || std::find(point.tags.begin(), point.tags.end(), *tag) != point.tags.end());
}

vault::PointRecord latestPoint(const Command& command, const vault::VaultState& state) {
    const std::vector<vault::PointRecord> points = selectedPoints(command, state);
    if (!points.empty()) return points.back();
    throw base::Error(
        base::ErrorKind::NotFound, "CLI-0030",
        state.points.empty() ? "The vault holds no restore point yet"
                             : "No restore point fits --client, --plan and --tag",
        state.points.empty() ? "'hbr backup run PATH' makes one." : "'hbr point list' shows what there is.");
}

bool hasDrive(const std::string& path) {
    return path.size() >= 2 && path[1] == ':' &&
           ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z'));
}

std::string joinKey(const std::vector<std::string>& names) {
    std::string key;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) key += '\0';
        key += names[i];
    }
    return key;
}

}  // namespace

std::vector<vault::PointRecord> selectedPoints(const Command& command, const vault::VaultState& state) {
    std::vector<vault::PointRecord> points;
    for (const vault::PointRecord& point : state.points) {
        if (!isWanted(command, point)) continue;
        points.insert(std::upper_bound(points.begin(), points.end(), point, vault::beganEarlier), point);
    }
    return points;
}

vault::PointRecord choosePoint(const Command& command, const vault::VaultState& state,
                               const std::string& text) {
    if (text == "latest") return latestPoint(command, state);
    if (text.empty()) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0031", "The id of a restore point is empty",
                          "Give its first digits, or 'latest'; check the variable it comes from.");
    }
    const vault::PointRecord* found = nullptr;
    for (const vault::PointRecord& point : state.points) {
        if (!point.id.hex().starts_with(text)) continue;
        if (found != nullptr) {
            throw base::Error(base::ErrorKind::Invalid, "CLI-0031",
                              "Several restore points begin with '" + base::printable(text) + "'",
                              "Give more digits of the id.");
        }
        found = &point;
    }
    if (found == nullptr) {
        throw base::Error(base::ErrorKind::NotFound, "CLI-0030",
                          "There is no restore point '" + base::printable(text) + "'",
                          "'hbr point list' shows the ids; 'latest' names the newest.");
    }
    return *found;
}

std::string keyOfHex(const std::string& text) {
    base::Bytes key(text.size() / 2);
    if (!base::decodeHex(text, key)) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0035",
                          "'" + base::printable(text) + "' is not the key of a file",
                          "Give 'key' of what 'hbr browse --json' or 'hbr find --json' tells, as it is.");
    }
    return std::string(base::asText(key));
}

std::string keyOfPath(const platform::FileSystem& fileSystem, const std::string& path) {
    if (!hasDrive(path)) return joinKey(fileSystem.splitPath(fileSystem.absolutePath(path)));
    std::vector<std::string> names;
    std::string name;
    for (const char letter : path + '/') {
        if (letter != '/' && letter != '\\') {
            name += letter;
        } else if (!name.empty()) {
            names.push_back(std::exchange(name, {}));
        }
    }
    return joinKey(names);
}

std::string shortId(const vault::PointId& id) { return id.hex().substr(0, kShortDigits); }

void addPoint(base::JsonWriter& json, const vault::PointRecord& point) {
    const auto texts = [&](const char* name, const std::vector<std::string>& values) {
        json.key(name).beginArray();
        for (const std::string& value : values) json.value(value);
        json.endArray();
    };
    json.member("id", point.id.hex()).member("client", point.client).member("plan", point.plan);
    texts("sources", point.sources);
    texts("tags", point.tags);
    json.member("started", platform::formatUtcExactly(point.started))
        .member("finished", platform::formatUtcExactly(point.finished));
    json.member("objects", point.objects).member("logicalBytes", point.logicalBytes);
    json.member("readBytes", point.readBytes).member("newBytes", point.newBytes);
    json.member("storedBytes", point.storedBytes).member("faults", point.faults);
    json.key("parent");
    point.parent == vault::PointId() ? json.null() : json.value(point.parent.hex());
}

}  // namespace app
