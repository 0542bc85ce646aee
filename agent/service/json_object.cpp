// SPDX-License-Identifier: Apache-2.0
#include "agent/service/json_object.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

namespace service {

namespace {

constexpr std::size_t kDeepest = 16;

}  // namespace

struct JsonObject::Content {
    Poco::JSON::Object::Ptr object;
};

std::optional<JsonObject> JsonObject::parse(const std::string& text) {
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(kDeepest);
        const Poco::Dynamic::Var value = parser.parse(text);
        if (value.type() != typeid(Poco::JSON::Object::Ptr)) return std::nullopt;
        auto object = value.extract<Poco::JSON::Object::Ptr>();
        return JsonObject(std::make_shared<const Content>(Content{std::move(object)}));
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

std::optional<std::string> JsonObject::text(const std::string& name) const {
    const Poco::Dynamic::Var value = content_->object->get(name);
    if (!value.isString()) return std::nullopt;
    return value.extract<std::string>();
}

std::optional<std::uint64_t> JsonObject::number(const std::string& name) const {
    const Poco::Dynamic::Var value = content_->object->get(name);
    if (!value.isInteger()) return std::nullopt;
    try {
        return value.convert<std::uint64_t>();
    } catch (const Poco::Exception&) {
        return std::nullopt;  // negative
    }
}

std::optional<JsonObject> JsonObject::object(const std::string& name) const {
    const Poco::JSON::Object::Ptr object = content_->object->getObject(name);
    if (object.isNull()) return std::nullopt;
    return JsonObject(std::make_shared<const Content>(Content{object}));
}

}  // namespace service
