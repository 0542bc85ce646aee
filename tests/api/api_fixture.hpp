// SPDX-License-Identifier: Apache-2.0
// api_fixture.hpp: an agent's API in an empty folder, and its answers as JSON.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

#include "agent/api/api.hpp"
#include "agent/config/vault_book.hpp"
#include "agent/json/json_object.hpp"
#include "platform/base/json_writer.hpp"
#include "tests/catalogue/shelf.hpp"
#include "tests/support/manual_clock.hpp"

namespace test {

/// At first it is noon on 27 November 2026, in a zone one hour ahead of UTC. A vault named "disk" is known.
struct ApiShelf {
    TemporaryFolder folder;
    catalogue::Catalogue catalogue{*folder.files, folder / "state/catalogue.db"};
    sys_seconds start = std::chrono::sys_days(std::chrono::year{2026} / 11 / 27) + std::chrono::hours(12);
    ManualClock clock{start.time_since_epoch().count()};
    api::Api agent{{*folder.files, clock, folder / "config", folder / "state",
                    [] { return platform::TimeZone(std::chrono::hours(1)); }}};

    ApiShelf() {
        config::VaultBook(*folder.files, folder / "config")
            .remember("disk", folder / "disk", "00", base::Bytes(32, 7));
    }

    api::Answer ask(api::Method method, const std::string& path, const std::string& body = {},
                    std::map<std::string, std::string> query = {}) {
        api::Request request;
        request.method = method;
        request.path = "/api/v1" + path;
        request.query = std::move(query);
        request.body = body;
        return agent.handle(request);
    }
    api::Answer get(const std::string& path, std::map<std::string, std::string> query = {}) {
        return ask(api::Method::Get, path, {}, std::move(query));
    }
    api::Answer post(const std::string& path, const std::string& body = {}) {
        return ask(api::Method::Post, path, body);
    }

    /// A good answer's object.
    static json::JsonObject object(const api::Answer& answer, int status = 200) {
        BOOST_TEST_REQUIRE(answer.status == status, answer.body);
        const auto parsed = json::JsonObject::parse(answer.body);
        BOOST_REQUIRE(parsed.has_value());
        return *parsed;
    }
    static std::vector<json::JsonObject> list(const json::JsonObject& object, const char* name) {
        auto listed = object.objects(name);
        BOOST_REQUIRE(listed.has_value());
        return std::move(*listed);
    }
    static std::vector<json::JsonObject> items(const api::Answer& answer) {
        return list(object(answer), "items");
    }
    /// The fields that a refusal names, one after the other.
    static std::string refusedFields(const api::Answer& answer) {
        const auto problem = object(answer, 400);
        BOOST_TEST(answer.contentType == "application/problem+json");
        std::string names;
        if (!problem.has("fields")) return names;
        for (const auto& field : list(problem, "fields")) {
            BOOST_TEST(!field.text("sentence").value().empty());
            names += field.text("field").value() + " ";
        }
        return names;
    }
    static void requireProblem(const api::Answer& answer, int status, const std::string& code) {
        const auto problem = object(answer, status);
        BOOST_TEST(answer.contentType == "application/problem+json");
        BOOST_TEST(problem.text("code").value() == code);
        BOOST_TEST(problem.number("status").value() == static_cast<unsigned>(status));
        BOOST_TEST(!problem.text("title").value().empty());
    }

    static std::string policyText(const std::string& name,
                                  const std::string& frequency = R"({"count": 6, "unit": "hour"})",
                                  const std::string& first = "2026-11-27T22:00",
                                  const std::string& retention = R"({"count": 3, "unit": "month"})") {
        return R"({"name": ")" + name + R"(", "frequency": )" + frequency + R"(, "firstBackup": ")" + first +
               R"(", "retention": )" + retention + "}";
    }
    [[nodiscard]] std::string planText(const std::string& name, const std::string& more = {}) const {
        return R"({"name": ")" + name + R"(", "vault": "disk", "sources": [")" + source + "\"]" + more + "}";
    }
    std::int64_t addPolicy(const std::string& name) {
        return static_cast<std::int64_t>(
            object(post("/policies", policyText(name)), 201).number("id").value());
    }
    std::string addPlan(const std::string& name, const std::string& more = {}) {
        return object(post("/plans", planText(name, more)), 201).text("id").value();
    }

    /// A whole path on this machine, as JSON text has it.
    const std::string source = jsonText(folder.files->absolutePath("/srv"));

    static std::string jsonText(const std::string& text) {
        base::JsonWriter json;
        const std::string quoted = json.value(text).text();
        return quoted.substr(1, quoted.size() - 2);
    }
};

}  // namespace test
