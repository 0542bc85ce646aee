// SPDX-License-Identifier: Apache-2.0
// json_object.hpp: reads the members of a JSON object, whoever wrote it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace json {

/// A JSON object that is only read. A member that is not there, is null or is of another type is nothing.
/// Copies share it; safe to read from several threads.
class JsonObject final {
public:
    /// Nothing when the text is no JSON object, or is nested deeper than 16 levels.
    static std::optional<JsonObject> parse(const std::string& text);

    /// Of all members, in order of the alphabet.
    [[nodiscard]] std::vector<std::string> names() const;
    /// True for a member that is there and is not null.
    [[nodiscard]] bool has(const std::string& name) const;

    [[nodiscard]] std::optional<std::string> text(const std::string& name) const;
    /// A whole number of at least 0.
    [[nodiscard]] std::optional<std::uint64_t> number(const std::string& name) const;
    [[nodiscard]] std::optional<bool> flag(const std::string& name) const;
    [[nodiscard]] std::optional<JsonObject> object(const std::string& name) const;
    /// A list of texts and nothing else.
    [[nodiscard]] std::optional<std::vector<std::string>> texts(const std::string& name) const;
    /// A list of objects and nothing else.
    [[nodiscard]] std::optional<std::vector<JsonObject>> objects(const std::string& name) const;

private:
    struct Content;
    explicit JsonObject(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

    std::shared_ptr<const Content> content_;
};

}  // namespace json
