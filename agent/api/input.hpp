// SPDX-License-Identifier: Apache-2.0
// input.hpp: reads what a request wants out of JSON, and gathers a sentence for each field that cannot be.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/catalogue/plans.hpp"
#include "agent/catalogue/restores.hpp"
#include "agent/json/json_object.hpp"
#include "agent/scheduler/policy.hpp"

namespace api {

/// The members of one object. What is missing or of another type is refused under its name, and read as
/// something harmless; so is a member that nobody asked for, which may be a word mistyped.
class Input final {
public:
    /// `refused` is where sentences go, under `prefix` and the member's name.
    Input(json::JsonObject object, std::vector<scheduler::RefusedField>& refused, std::string prefix = {})
        : object_(std::move(object)), refused_(refused), prefix_(std::move(prefix)) {}

    /// Refuses all members but these. First.
    void allowOnly(std::initializer_list<std::string_view> names);

    [[nodiscard]] bool has(const std::string& name) const { return object_.has(name); }

    std::string text(const std::string& name);
    std::string textOr(const std::string& name, std::string otherwise);
    bool flagOr(const std::string& name, bool otherwise);
    /// At most 2^32 - 1: all numbers that people choose are small.
    unsigned number(const std::string& name);
    unsigned numberOr(const std::string& name, unsigned otherwise);
    std::uint64_t bytes(const std::string& name);
    std::vector<std::string> texts(const std::string& name);
    /// None when they are missing.
    std::vector<std::string> textsIfAny(const std::string& name);
    /// Nothing when it is missing.
    std::optional<Input> object(const std::string& name);
    /// None when they are missing.
    std::vector<Input> objects(const std::string& name);

    void refuse(const std::string& name, std::string sentence);

private:
    [[nodiscard]] std::uint64_t numberUpTo(const std::string& name, std::uint64_t most);

    json::JsonObject object_;
    std::vector<scheduler::RefusedField>& refused_;
    std::string prefix_;
};

/// A policy, as the schema PolicySettings describes it. Throws catalogue::Refusal.
scheduler::Policy readPolicy(const json::JsonObject& object);

/// A plan, as the schema PlanSettings describes it; `client` is its client when none is named. Throws
/// catalogue::Refusal.
catalogue::PlanSettings readPlan(const json::JsonObject& object, const std::string& client);

/// What a restore brings back, where to and how, as the schema NewRestore describes it; all but vault, point
/// and confirm, which it allows. Refuses fields by `input`.
catalogue::RestoreRequest readRestore(Input& input);

/// The key that hex digits stand for; nothing for other text.
std::optional<std::string> keyFromHex(const std::string& text);

/// "2026-12-01T22:00", as clocks show it and policies have it.
std::string formatLocalTime(std::chrono::local_seconds time);

}  // namespace api
