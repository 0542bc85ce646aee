// SPDX-License-Identifier: Apache-2.0
#include "agent/json/json_object.hpp"

#include <boost/test/unit_test.hpp>

using json::JsonObject;

BOOST_AUTO_TEST_SUITE(json_objects)

BOOST_AUTO_TEST_CASE(members_are_read_as_what_they_are_and_as_nothing_else) {
    const auto value = JsonObject::parse(
        R"({"text": "a\u00fc", "number": 7, "flag": true, "none": null, "least": -1, "half": 0.5,
            "object": {"in": 1}, "texts": ["a", ""], "mixed": ["a", 1], "objects": [{"n": 1}, {"n": 2}],
            "empty": []})");
    BOOST_REQUIRE(value.has_value());
    BOOST_TEST(value->text("text").value() == "a\xC3\xBC");
    BOOST_TEST(value->number("number").value() == 7U);
    BOOST_TEST(value->flag("flag").value());
    BOOST_TEST(value->object("object")->number("in").value() == 1U);
    BOOST_TEST(value->texts("texts").value() == (std::vector<std::string>{"a", ""}),
               boost::test_tools::per_element());
    BOOST_TEST(value->objects("objects")->at(1).number("n").value() == 2U);
    BOOST_TEST(value->texts("empty")->empty());
    BOOST_TEST(value->objects("empty")->empty());
    for (const char* name : {"number", "flag", "none", "object", "texts", "missing"})
        BOOST_TEST(!value->text(name).has_value(), name);
    for (const char* name : {"text", "flag", "none", "least", "half", "object", "missing"})
        BOOST_TEST(!value->number(name).has_value(), name);
    for (const char* name : {"number", "text", "none", "missing"}) {
        BOOST_TEST(!value->flag(name).has_value(), name);
        BOOST_TEST(!value->object(name).has_value(), name);
    }
    for (const char* name : {"mixed", "objects", "text", "object", "missing"})
        BOOST_TEST(!value->texts(name).has_value(), name);
    for (const char* name : {"mixed", "texts", "text", "missing"})
        BOOST_TEST(!value->objects(name).has_value(), name);
    BOOST_TEST(value->has("flag"));
    BOOST_TEST(!value->has("none"));
    BOOST_TEST(!value->has("missing"));
    BOOST_TEST(value->names().size() == 11U);
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_nothing) {
    for (const char* text : {"", "[]", "1", "{", "{\"a\":}", "\"a\"", "{} x"})
        BOOST_TEST(!JsonObject::parse(text).has_value(), text);
    std::string deep;
    for (int level = 0; level < 1000; ++level) deep += "{\"a\":";
    BOOST_TEST(!JsonObject::parse(deep + "1" + std::string(1000, '}')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
