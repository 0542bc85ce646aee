// SPDX-License-Identifier: Apache-2.0
#include "agent/json/json_object.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

namespace json {

namespace {

constexpr std::size_t kDeepest = 16;

using ObjectPointer = Poco::JSON::Object::Ptr;
using ArrayPointer = Poco::JSON::Array::Ptr;
using Poco::Dynamic::Var;

std::optional<std::string> textOf(const Var& value) {
    if (!value.isString()) return std::nullopt;
    return value.extract<std::string>();
}

/// Each element as `convert` takes it; nothing when it does not take one.
template <typename Element, typename Convert>
std::optional<std::vector<Element>> elements(const ArrayPointer& array, const Convert& convert) {
    if (array.isNull()) return std::nullopt;
    std::vector<Element> all;
    all.reserve(array->size());
    for (const Var& value : *array) {
        std::optional<Element> element = convert(value);
        if (!element) return std::nullopt;
        all.push_back(std::move(*element));
    }
    return all;
}

}  // namespace

struct JsonObject::Content {
    ObjectPointer object;
};

std::optional<JsonObject> JsonObject::parse(const std::string& text) {
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(kDeepest);
        const Var value = parser.parse(text);
        if (value.type() != typeid(ObjectPointer)) return std::nullopt;
        auto object = value.extract<ObjectPointer>();
        return JsonObject(std::make_shared<const Content>(Content{std::move(object)}));
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

std::vector<std::string> JsonObject::names() const { return content_->object->getNames(); }

bool JsonObject::has(const std::string& name) const { return !content_->object->isNull(name); }

std::optional<std::string> JsonObject::text(const std::string& name) const {
    return textOf(content_->object->get(name));
}

std::optional<std::uint64_t> JsonObject::number(const std::string& name) const {
    const Var value = content_->object->get(name);
    if (!value.isInteger() || value.isBoolean()) return std::nullopt;
    try {
        return value.convert<std::uint64_t>();
    } catch (const Poco::Exception&) {
        return std::nullopt;  // negative
    }
}

std::optional<bool> JsonObject::flag(const std::string& name) const {
    const Var value = content_->object->get(name);
    if (!value.isBoolean()) return std::nullopt;
    return value.extract<bool>();
}

std::optional<JsonObject> JsonObject::object(const std::string& name) const {
    const ObjectPointer object = content_->object->getObject(name);
    if (object.isNull()) return std::nullopt;
    return JsonObject(std::make_shared<const Content>(Content{object}));
}

std::optional<std::vector<std::string>> JsonObject::texts(const std::string& name) const {
    return elements<std::string>(content_->object->getArray(name), textOf);
}

std::optional<std::vector<JsonObject>> JsonObject::objects(const std::string& name) const {
    return elements<JsonObject>(
        content_->object->getArray(name), [](const Var& value) -> std::optional<JsonObject> {
            if (value.type() != typeid(ObjectPointer)) return std::nullopt;
            auto object = value.extract<ObjectPointer>();
            return JsonObject(std::make_shared<const Content>(Content{std::move(object)}));
        });
}

}  // namespace json
