// SPDX-License-Identifier: Apache-2.0
#include "agent/api/input.hpp"

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>

#include "agent/catalogue/refusal.hpp"
#include "agent/service/job_words.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace api {

namespace {

using scheduler::Frequency;
using scheduler::RefusedField;
using scheduler::RetentionPeriod;

/// The unit with this name; the first one, refused, when there is none.
template <typename Unit, std::size_t Count>
Unit unitOf(Input& input, const std::array<std::pair<const char*, Unit>, Count>& units) {
    const std::string word = input.text("unit");
    for (const auto& [name, unit] : units)
        if (word == name) return unit;
    std::string names;
    for (const auto& [name, unit] : units) names += (names.empty() ? "'" : ", '") + std::string(name) + "'";
    input.refuse("unit", "The unit is one of " + names + ".");
    return units.front().second;
}

constexpr std::array<std::pair<const char*, Frequency::Unit>, 3> kFrequencyUnits = {
    {{"hour", Frequency::Unit::Hour}, {"day", Frequency::Unit::Day}, {"week", Frequency::Unit::Week}}};
constexpr std::array<std::pair<const char*, RetentionPeriod::Unit>, 3> kRetentionUnits = {
    {{"day", RetentionPeriod::Unit::Day},
     {"month", RetentionPeriod::Unit::Month},
     {"year", RetentionPeriod::Unit::Year}}};

/// An object of a count and a unit.
template <typename Period, std::size_t Count, typename Unit>
Period readPeriod(Input& input, const std::string& name,
                  const std::array<std::pair<const char*, Unit>, Count>& units) {
    auto period = input.object(name);
    if (!period) {
        input.refuse(name, "'" + name + "' is missing; give a count and a unit.");
        return {};
    }
    period->allowOnly({"count", "unit"});
    const unsigned count = period->number("count");
    return {count, unitOf(*period, units)};
}

/// Shows what clocks do, so it has neither zone nor offset.
std::optional<std::chrono::local_seconds> localTimeOf(const std::string& text) {
    constexpr std::size_t kToMinutes = 16;
    constexpr std::size_t kToSeconds = 19;
    platform::Timestamp time;
    const bool isWhole = text.size() == kToMinutes || text.size() == kToSeconds;
    if (!isWhole || !platform::parseUtc(text + (text.size() == kToMinutes ? ":00Z" : "Z"), time))
        return std::nullopt;
    return std::chrono::local_seconds(std::chrono::seconds(time.seconds));
}

void readBandwidth(Input& input, catalogue::PlanSettings& settings) {
    for (Input& range : input.objects("bandwidth")) {
        range.allowOnly({"fromHour", "untilHour", "bytesPerSecond"});
        const unsigned from = range.number("fromHour");
        const unsigned until = range.number("untilHour");
        settings.bandwidth.push_back({from, until, range.bytes("bytesPerSecond")});
    }
}

void readRetry(Input& input, catalogue::PlanSettings& settings) {
    auto retry = input.object("retry");
    if (!retry) return;
    retry->allowOnly({"mostRetries", "firstWaitMinutes"});
    settings.retry.mostRetries = retry->number("mostRetries");
    settings.retry.firstWait = std::chrono::minutes(retry->number("firstWaitMinutes"));
}

void requireWholePaths(Input& input, const std::vector<std::string>& sources) {
    for (const std::string& source : sources) {
        if (source.empty() || platform::isAbsolutePath(source)) continue;
        input.refuse("sources", "The source '" + base::printable(source) +
                                    "' depends on the current folder, and the service has another; give the "
                                    "whole path.");
    }
}

/// Options become words of a command line.
void requireKnownOptions(Input& input, const catalogue::PlanSettings& settings) {
    catalogue::Plan plan;
    plan.settings = settings;
    try {
        (void)service::backupWords(plan);
    } catch (const base::Error& error) {
        input.refuse("options", error.message() + ". " + error.hint());
    }
}

/// One of both is said, so that nobody restores over their files by forgetting something.
void readPlace(Input& input, catalogue::RestoreRequest& request) {
    const bool isInPlace = input.flagOr("inPlace", false);
    request.target = input.textOr("target", "");
    if (isInPlace == !request.target.empty()) {
        input.refuse("target",
                     "Give a folder to restore to, or 'inPlace' to restore to where the files came from.");
        return;
    }
    const bool isWhole = isInPlace || platform::isAbsolutePath(request.target);
    if (!isWhole) input.refuse("target", "The folder depends on the current one; give the whole path.");
    if (request.target.find('\0') != std::string::npos) input.refuse("target", "No path has a zero byte.");
}

std::vector<std::string> readPatterns(Input& input, const std::string& name) {
    std::vector<std::string> patterns = input.textsIfAny(name);
    for (const std::string& pattern : patterns) {
        if (pattern.empty() || pattern.find('\0') != std::string::npos)
            input.refuse(name, "A pattern is empty, or has a zero byte.");
    }
    return patterns;
}

/// What could not be read means nothing, so of such fields only that is said.
void refuseAll(const std::vector<RefusedField>& unreadable, const std::vector<RefusedField>& byMeaning) {
    std::vector<RefusedField> refused = unreadable;
    for (const RefusedField& field : byMeaning) {
        const bool isKnown = std::ranges::any_of(unreadable, [&](const RefusedField& other) {
            return other.field == field.field || other.field.starts_with(field.field + ".");
        });
        if (!isKnown) refused.push_back(field);
    }
    catalogue::refuse(refused);
}

}  // namespace

void Input::allowOnly(std::initializer_list<std::string_view> names) {
    for (const std::string& name : object_.names()) {
        if (std::ranges::find(names, name) == names.end())
            refuse(base::printable(name), "There is no field '" + base::printable(name) + "'; take it away.");
    }
}

void Input::refuse(const std::string& name, std::string sentence) {
    refused_.push_back({prefix_ + name, std::move(sentence)});
}

std::string Input::text(const std::string& name) {
    auto text = object_.text(name);
    if (!text) refuse(name, "'" + name + "' is missing, or is not a text.");
    return std::move(text).value_or("");
}

std::string Input::textOr(const std::string& name, std::string otherwise) {
    return has(name) ? text(name) : std::move(otherwise);
}

bool Input::flagOr(const std::string& name, bool otherwise) {
    if (!has(name)) return otherwise;
    const auto flag = object_.flag(name);
    if (!flag) refuse(name, "'" + name + "' is neither true nor false.");
    return flag.value_or(otherwise);
}

std::uint64_t Input::numberUpTo(const std::string& name, std::uint64_t most) {
    const auto number = object_.number(name);
    if (number && *number <= most) return *number;
    refuse(name, "'" + name + "' is missing, or is not a whole number that can be used.");
    return 0;
}

unsigned Input::number(const std::string& name) {
    return static_cast<unsigned>(numberUpTo(name, std::numeric_limits<std::uint32_t>::max()));
}

unsigned Input::numberOr(const std::string& name, unsigned otherwise) {
    return has(name) ? number(name) : otherwise;
}

std::uint64_t Input::bytes(const std::string& name) {
    return numberUpTo(name, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

std::vector<std::string> Input::texts(const std::string& name) {
    auto texts = object_.texts(name);
    if (!texts) refuse(name, "'" + name + "' is missing, or is not a list of texts.");
    return std::move(texts).value_or(std::vector<std::string>());
}

std::vector<std::string> Input::textsIfAny(const std::string& name) {
    return has(name) ? texts(name) : std::vector<std::string>();
}

std::optional<Input> Input::object(const std::string& name) {
    if (!has(name)) return std::nullopt;
    if (auto object = object_.object(name)) return Input(std::move(*object), refused_, prefix_ + name + ".");
    refuse(name, "'" + name + "' is not an object.");
    return std::nullopt;
}

std::vector<Input> Input::objects(const std::string& name) {
    std::vector<Input> inputs;
    if (!has(name)) return inputs;
    auto objects = object_.objects(name);
    if (!objects) refuse(name, "'" + name + "' is not a list of objects.");
    for (auto& object : std::move(objects).value_or(std::vector<json::JsonObject>()))
        inputs.emplace_back(std::move(object), refused_, prefix_ + name + ".");
    return inputs;
}

scheduler::Policy readPolicy(const json::JsonObject& object) {
    std::vector<RefusedField> refused;
    Input input(object, refused);
    input.allowOnly({"name", "frequency", "firstBackup", "retention"});
    scheduler::Policy policy;
    policy.name = input.text("name");
    policy.frequency = readPeriod<Frequency>(input, "frequency", kFrequencyUnits);
    policy.retention = readPeriod<RetentionPeriod>(input, "retention", kRetentionUnits);
    const std::string first = input.text("firstBackup");
    const auto firstBackup = localTimeOf(first);
    if (!firstBackup && !first.empty())
        input.refuse("firstBackup",
                     "The first backup time is written like 2026-12-01T22:00, as clocks show it.");
    policy.firstBackup = firstBackup.value_or(std::chrono::local_seconds());
    refuseAll(refused, scheduler::checkPolicy(policy));
    return policy;
}

catalogue::PlanSettings readPlan(const json::JsonObject& object, const std::string& client) {
    std::vector<RefusedField> refused;
    Input input(object, refused);
    input.allowOnly({"name", "client", "vault", "policy", "sources", "options", "scriptBefore", "scriptAfter",
                     "bandwidth", "retry"});
    catalogue::PlanSettings settings;
    settings.name = input.text("name");
    settings.client = input.textOr("client", client);
    settings.vault = input.text("vault");
    if (input.has("policy")) settings.policy = catalogue::PolicyId{input.number("policy")};
    settings.sources = input.texts("sources");
    for (Input& option : input.objects("options")) {
        option.allowOnly({"name", "value"});
        std::string name = option.text("name");
        settings.options.emplace_back(std::move(name), option.text("value"));
    }
    settings.scriptBefore = input.textOr("scriptBefore", "");
    settings.scriptAfter = input.textOr("scriptAfter", "");
    readBandwidth(input, settings);
    readRetry(input, settings);
    requireWholePaths(input, settings.sources);
    requireKnownOptions(input, settings);
    refuseAll(refused, catalogue::checkPlan(settings));
    return settings;
}

std::optional<std::string> keyFromHex(const std::string& text) {
    base::Bytes key(text.size() / 2);
    if (!base::decodeHex(text, key)) return std::nullopt;
    return std::string(base::asText(key));
}

catalogue::RestoreRequest readRestore(Input& input) {
    input.allowOnly({"vault", "point", "inPlace", "target", "keys", "includes", "excludes", "onConflict",
                     "verify", "dryRun", "bytesPerSecond", "confirm"});
    catalogue::RestoreRequest request;
    readPlace(input, request);
    for (const std::string& text : input.textsIfAny("keys")) {
        const auto key = keyFromHex(text);
        if (!key) input.refuse("keys", "'" + base::printable(text) + "' is no key of an entry.");
        // The root is everything, and so is no key.
        if (key && !key->empty()) request.keys.push_back(*key);
        if (key && key->empty()) request.keys.clear();
        if (key && key->empty()) break;
    }
    request.includes = readPatterns(input, "includes");
    request.excludes = readPatterns(input, "excludes");
    const auto rule = catalogue::onConflictNamed(input.textOr("onConflict", "skip"));
    if (!rule) input.refuse("onConflict", "The rule is one of 'skip', 'newer', 'overwrite', 'keep-both'.");
    request.onConflict = rule.value_or(catalogue::OnConflict::Skip);
    request.isVerified = input.flagOr("verify", false);
    request.isDryRun = input.flagOr("dryRun", false);
    if (input.has("bytesPerSecond")) request.bytesPerSecond = input.bytes("bytesPerSecond");
    if (request.bytesPerSecond == 0U)
        input.refuse("bytesPerSecond", "At a rate of 0 nothing would ever come; leave it out for no limit.");
    return request;
}

std::string formatLocalTime(std::chrono::local_seconds time) {
    std::string text = platform::formatUtc({time.time_since_epoch().count(), 0});
    text.pop_back();  // the Z
    if (text.ends_with(":00")) text.resize(text.size() - 3);
    return text;
}

}  // namespace api
