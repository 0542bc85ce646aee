// SPDX-License-Identifier: Apache-2.0
#include "agent/web/request_reader.hpp"

#include <boost/test/unit_test.hpp>

namespace {

std::string refusalOf(const std::string& bytes) {
    web::RequestReader reader;
    reader.add(bytes);
    const auto outcome = reader.next();
    return outcome.refusal ? outcome.refusal->error.code() : outcome.request ? "request" : "more";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_reader)

BOOST_AUTO_TEST_CASE(a_request_is_read_however_it_is_cut) {
    const std::string text =
        "POST /api/v1/x?a=b HTTP/1.1\r\nHost: localhost\r\nX-Thing:  two words \r\nContent-Length: "
        "5\r\n\r\nhello";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        web::RequestReader reader;
        reader.add(text.substr(0, cut));
        auto outcome = reader.next();
        if (cut < text.size()) {
            BOOST_REQUIRE(!outcome.request && !outcome.refusal);
            reader.add(text.substr(cut));
            outcome = reader.next();
        }
        BOOST_REQUIRE(outcome.request.has_value());
        BOOST_TEST(outcome.request->method == "POST");
        BOOST_TEST(outcome.request->target == "/api/v1/x?a=b");
        BOOST_TEST(outcome.request->header("x-thing") == "two words");
        BOOST_TEST(outcome.request->body == "hello");
        BOOST_TEST(outcome.request->keepsAlive);
        BOOST_TEST(!reader.hasBegun());
    }
}

BOOST_AUTO_TEST_CASE(requests_that_come_together_are_read_one_after_the_other) {
    web::RequestReader reader;
    reader.add("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.0\r\n\r\nGET");
    BOOST_TEST(reader.next().request.value().target == "/1");
    const auto second = reader.next().request;
    BOOST_TEST(second.value().target == "/2");
    BOOST_TEST(!second->keepsAlive);
    BOOST_TEST(!reader.next().request.has_value());
    BOOST_TEST(reader.hasBegun());
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_refused_before_it_is_all_there) {
    BOOST_TEST(refusalOf("GET /" + std::string(20'000, 'x')) == "WEB-0014");
    BOOST_TEST(refusalOf("GET / HTTP/1.1\r\nA: " + std::string(17'000, 'x') + "\r\n\r\n") == "WEB-0014");
    BOOST_TEST(refusalOf("PUT / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n") == "WEB-0013");
    BOOST_TEST(refusalOf("PUT / HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n") == "more");
}

BOOST_AUTO_TEST_CASE(requests_whose_end_is_a_matter_of_opinion_are_refused) {
    BOOST_TEST(refusalOf("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == "WEB-0017");
    BOOST_TEST(refusalOf("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx") == "WEB-0012");
    BOOST_TEST(refusalOf("PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n") == "WEB-0012");
    BOOST_TEST(refusalOf("PUT / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\nx") == "WEB-0012");
}

BOOST_AUTO_TEST_CASE(lines_that_readers_read_in_different_ways_are_refused) {
    for (const std::string lines :
         {"A: b\n\nContent-Length: 5", "A: b\nTransfer-Encoding: chunked", "Transfer-Encoding : chunked",
          "A: b\r\n folded", "no value", ": no name", "A: b\rC: d",
          "Content-Length:", "Content-Length: ", "Content-Length: +5", "A\tB: c"}) {
        web::RequestReader reader;
        reader.add("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n");
        BOOST_TEST(reader.next().refusal.has_value(), lines);
    }
    web::RequestReader reader;
    reader.add("GET / HTTP/1.1\r\nHost:a\r\nX-Empty:\r\nX-Tab:\ta\r\n\r\n");
    BOOST_TEST(reader.next().request.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused) {
    BOOST_TEST(refusalOf("SSH-2.0-OpenSSH\r\n\r\n") == "WEB-0012");
    BOOST_TEST(refusalOf("GET / HTTP/2.0\r\n\r\n") == "WEB-0012");
    BOOST_TEST(refusalOf("GET / HTTP/1.1\r\n" + std::string(2000, 'a') + ": b\r\n\r\n") == "WEB-0012");
    std::string many = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 200; ++i) many += "A" + std::to_string(i) + ": b\r\n";
    BOOST_TEST(refusalOf(many + "\r\n") == "WEB-0012");
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_whether_its_body_is_welcome_is_told_once) {
    web::RequestReader reader;
    reader.add("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    BOOST_TEST(!reader.next().request.has_value());
    BOOST_TEST(reader.awaitsBody());
    BOOST_TEST(reader.takeContinue());
    BOOST_TEST(!reader.takeContinue());
    reader.add("ok");
    BOOST_TEST(reader.next().request.value().body == "ok");
}

BOOST_AUTO_TEST_CASE(a_large_body_is_read_only_of_whom_the_head_lets_in) {
    int asked = 0;
    bool mayCome = false;
    const auto outcomeOf = [&](std::size_t bytes) {
        web::RequestReader reader([&](const web::HttpRequest&) {
            ++asked;
            return mayCome ? std::nullopt : std::optional(web::loginNeeded());
        });
        reader.add("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
        const auto outcome = reader.next();
        return outcome.refusal ? outcome.refusal->status : 0;
    };
    BOOST_TEST(outcomeOf(web::kMostStrangersBodyBytes) == 0);
    BOOST_TEST(asked == 0);
    BOOST_TEST(outcomeOf(web::kMostStrangersBodyBytes + 1) == 401);
    mayCome = true;
    BOOST_TEST(outcomeOf(web::kMostBodyBytes) == 0);
    BOOST_TEST(outcomeOf(web::kMostBodyBytes + 1) == 413);
}

BOOST_AUTO_TEST_SUITE_END()
