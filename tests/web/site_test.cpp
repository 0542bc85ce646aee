// SPDX-License-Identifier: Apache-2.0
#include "agent/web/site.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/json/json_object.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/manual_clock.hpp"

namespace {

constexpr const char* kPassword = "correct horse";
const web::PageFile kPage{"/index.html", "text/html", "<!doctype html>", false};

/// A site with an API that a test plays, and a browser that keeps its cookie.
struct World {
    test::TemporaryFolder folder;
    config::AgentSettingsFile file{*folder.files, folder.path};
    test::ManualClock clock;
    int changes = 0;
    std::vector<std::string> asked;
    config::UnlockKeeper keeper;
    web::Logon logon{
        file, config::TokenBook(*folder.files, folder.path), clock, 8011, [this] { ++changes; }, &keeper};
    web::Site site{[this](const api::Request& request) {
                       asked.push_back(request.path);
                       if (request.path == "/api/v1/broken") throw std::runtime_error("no");
                       api::Answer answer;
                       answer.body = "{\"body\":" + (request.body.empty() ? "null" : request.body) + "}";
                       return answer;
                   },
                   {&kPage, 1},
                   web::HostRules({"server7"}),
                   logon};
    web::Peer peer{"127.0.0.1", "127.0.0.1", true, false};
    const web::Peer remote{"10.0.0.9", "10.0.0.1", false, true};
    std::string cookie;
    std::string csrf;

    web::HttpResponse send(const std::string& method, const std::string& target,
                           const web::Headers& headers = {}, const std::string& body = "") {
        web::HttpRequest request;
        request.method = method;
        request.target = target;
        request.headers = headers;
        request.body = body;
        bool hasHost = false;
        for (const auto& [name, value] : headers) hasHost = hasHost || name == "host";
        if (!hasHost) request.headers.emplace_back("host", "localhost:8011");
        if (!cookie.empty()) request.headers.emplace_back("cookie", "other=1; " + cookie);
        return site.answer(request, peer);
    }

    /// As the page does it: with the token, as JSON.
    web::HttpResponse change(const std::string& method, const std::string& target,
                             const std::string& body = "") {
        csrf = *json::JsonObject::parse(send("GET", "/api/v1/session").body)->text("csrfToken");
        auto response =
            send(method, target, {{"x-hbr-csrf", csrf}, {"content-type", "application/json"}}, body);
        if (const std::string set = header(response, "Set-Cookie"); !set.empty())
            cookie = set.substr(0, set.find(';'));
        return response;
    }

    web::HttpResponse logIn(const std::string& password) {
        return change("POST", "/api/v1/session", R"({"password":")" + password + "\"}");
    }

    void setPassword() {
        BOOST_REQUIRE(change("PUT", "/api/v1/password", R"({"new":"correct horse"})").status == 204);
    }

    static std::string header(const web::HttpResponse& response, const std::string& name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) return value;
        }
        return "";
    }

    static std::string codeOf(const web::HttpResponse& response) {
        const auto problem = json::JsonObject::parse(response.body);
        if (!problem || header(response, "Content-Type") != "application/problem+json") return "";
        return problem->text("code").value_or("");
    }

    bool isLoggedIn() {
        return *json::JsonObject::parse(send("GET", "/api/v1/session").body)->flag("isLoggedIn");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(site, World)

BOOST_AUTO_TEST_CASE(before_a_password_is_set_whoever_is_at_this_machine_is_let_in) {
    BOOST_TEST(send("GET", "/api/v1/plans").status == 200);
    const auto session = json::JsonObject::parse(send("GET", "/api/v1/session").body);
    BOOST_TEST(session->flag("isLoggedIn").value() == false);
    BOOST_TEST(session->flag("needsPassword").value() == false);
    BOOST_TEST(change("POST", "/api/v1/plans", "{\"a\":1}").body == "{\"body\":{\"a\":1}}");
    peer = remote;
    BOOST_TEST(codeOf(send("GET", "/api/v1/plans")) == "WEB-0008");
    BOOST_TEST(codeOf(change("PUT", "/api/v1/password", R"({"new":"correct horse"})")) == "WEB-0008");
    BOOST_TEST(asked.size() == 2);
}

BOOST_AUTO_TEST_CASE(names_that_others_let_stand_for_this_machine_are_refused) {
    const auto response = send("GET", "/", {{"host", "evil.example:8011"}});
    BOOST_TEST(response.status == 421);
    BOOST_TEST(codeOf(response) == "WEB-0005");
    BOOST_TEST(send("GET", "/", {{"host", "a"}, {"host", "localhost"}}).status == 421);
    BOOST_TEST(send("GET", "/", {{"host", "server7:8011"}}).status == 200);
}

BOOST_AUTO_TEST_CASE(pages_of_others_are_refused) {
    for (const char* origin :
         {"null", "http://evil.example", "https://localhost:8011", "http://localhost:3000", ""}) {
        BOOST_TEST(codeOf(send("GET", "/api/v1/plans", {{"origin", origin}})) == "WEB-0006", origin);
    }
    BOOST_TEST(send("GET", "/api/v1/plans", {{"origin", "http://localhost:8011"}}).status == 200);
    BOOST_TEST(codeOf(send("GET", "/api/v1/plans", {{"sec-fetch-site", "cross-site"}})) == "WEB-0006");
    BOOST_TEST(codeOf(send("GET", "/api/v1/plans", {{"sec-fetch-site", "same-site"}})) == "WEB-0006");
    BOOST_TEST(send("GET", "/", {{"sec-fetch-site", "cross-site"}}).status == 200);  // a link leads here
}

BOOST_AUTO_TEST_CASE(every_change_needs_the_token) {
    for (const char* method : {"POST", "PUT", "DELETE"}) {
        BOOST_TEST(codeOf(send(method, "/api/v1/plans")) == "WEB-0007", method);
        BOOST_TEST(codeOf(send(method, "/api/v1/plans", {{"x-hbr-csrf", "guess"}})) == "WEB-0007");
        BOOST_TEST(change(method, "/api/v1/plans").status == 200);
    }
    setPassword();
    const std::string strangers = csrf;  // what those get who are not logged in
    BOOST_TEST(codeOf(send("POST", "/api/v1/plans", {{"x-hbr-csrf", strangers}})) == "WEB-0007");
    BOOST_TEST(change("POST", "/api/v1/plans").status == 200);
    BOOST_TEST(csrf != strangers);
}

BOOST_AUTO_TEST_CASE(a_password_shuts_out_whoever_does_not_know_it) {
    setPassword();
    BOOST_TEST(changes == 1);
    BOOST_TEST(isLoggedIn());  // whoever set it
    const std::string first = cookie;
    cookie.clear();
    BOOST_TEST(codeOf(send("GET", "/api/v1/plans")) == "WEB-0008");
    BOOST_TEST(codeOf(change("POST", "/api/v1/plans", "{}")) == "WEB-0008");
    BOOST_TEST(send("GET", "/").status == 200);  // the page that asks for it
    const auto wrong = logIn("wrong horse");
    BOOST_TEST(wrong.status == 401);
    BOOST_TEST(codeOf(wrong) == "WEB-0009");
    BOOST_TEST(!isLoggedIn());
    BOOST_TEST(logIn(kPassword).status == 200);
    BOOST_TEST(send("GET", "/api/v1/plans").status == 200);
    BOOST_TEST(change("DELETE", "/api/v1/session").status == 204);
    cookie = first;
    BOOST_TEST(send("GET", "/api/v1/plans").status == 200);  // another session is another matter
}

BOOST_AUTO_TEST_CASE(a_session_that_was_ended_stays_ended) {
    setPassword();
    const std::string kept = cookie;
    BOOST_TEST(change("DELETE", "/api/v1/session").status == 204);
    cookie = kept;
    BOOST_TEST(!isLoggedIn());
}

BOOST_AUTO_TEST_CASE(cookies_are_kept_from_scripts_other_sites_and_plain_wires) {
    setPassword();
    const auto plain = logIn(kPassword);
    const std::string set = header(plain, "Set-Cookie");
    BOOST_TEST(set.find("hbr-session-8011=") == 0);
    BOOST_TEST(set.find("; Path=/; HttpOnly; SameSite=Strict") != std::string::npos);
    BOOST_TEST(set.find("Secure") == std::string::npos);
    peer = remote;
    BOOST_TEST(header(logIn(kPassword), "Set-Cookie").find("; Secure") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_new_password_needs_the_old_one_and_ends_all_other_sessions) {
    setPassword();
    const std::string mine = cookie;
    cookie.clear();
    BOOST_TEST(logIn(kPassword).status == 200);
    const std::string other = cookie;
    cookie = mine;
    BOOST_TEST(codeOf(change("PUT", "/api/v1/password", R"({"new":"other horse"})")) == "WEB-0009");
    BOOST_TEST(codeOf(change("PUT", "/api/v1/password", R"({"current":"x","new":"other horse"})")) ==
               "WEB-0009");
    BOOST_TEST(codeOf(change("PUT", "/api/v1/password", R"({"current":"correct horse","new":"short"})")) ==
               "CONFIG-0004");
    BOOST_TEST(
        change("PUT", "/api/v1/password", R"({"current":"correct horse","new":"other horse"})").status ==
        204);
    BOOST_TEST(isLoggedIn());
    cookie = other;
    BOOST_TEST(!isLoggedIn());
    BOOST_TEST(codeOf(logIn(kPassword)) == "WEB-0009");
    BOOST_TEST(logIn("other horse").status == 200);
}

BOOST_AUTO_TEST_CASE(a_password_that_the_command_line_sets_counts_at_once_and_ends_all_sessions) {
    setPassword();
    config::AgentSettingsFile elsewhere(*folder.files, folder.path);
    elsewhere.update([](config::AgentSettings& settings) {
        settings.password = config::PasswordHash::of("from the console");
    });
    logon.takeOverFile();
    BOOST_TEST(!isLoggedIn());
    BOOST_TEST(logIn("from the console").status == 200);
    logon.takeOverFile();  // nothing new
    BOOST_TEST(isLoggedIn());
}

BOOST_AUTO_TEST_CASE(a_thousand_wrong_passwords_are_all_refused_and_the_right_one_gets_in_from_elsewhere) {
    setPassword();
    cookie.clear();
    peer = remote;
    int wrong = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto response = logIn("guess " + std::to_string(i));
        if (response.status == 401) ++wrong;
        if (response.status == 429) BOOST_TEST(!header(response, "Retry-After").empty());
        BOOST_REQUIRE(response.status == 401 || response.status == 429);
    }
    BOOST_TEST(wrong == 3);
    BOOST_TEST(logIn(kPassword).status == 429);  // from there it is too early
    peer = {"10.0.0.10", "10.0.0.1", false, true};
    BOOST_TEST(logIn(kPassword).status == 200);
}

BOOST_AUTO_TEST_CASE(sessions_end_by_themselves) {
    setPassword();
    clock.advance(web::Sessions::kIdle);
    BOOST_TEST(!isLoggedIn());
    BOOST_TEST(codeOf(send("GET", "/api/v1/plans")) == "WEB-0008");
}

BOOST_AUTO_TEST_CASE(bodies_that_are_not_what_is_needed_are_refused) {
    BOOST_TEST(codeOf(logIn("x")) == "WEB-0023");  // nobody can log in yet
    setPassword();
    for (const char* body : {"", "[]", "{}", R"({"password":5})", R"({"password":"x","more":1})", "{"}) {
        BOOST_TEST(codeOf(change("POST", "/api/v1/session", body)) == "WEB-0019", body);
    }
    BOOST_TEST(codeOf(change("PUT", "/api/v1/password", R"({"current":"x"})")) == "WEB-0019");
    static_cast<void>(isLoggedIn());
    BOOST_TEST(codeOf(send("POST", "/api/v1/plans", {{"x-hbr-csrf", csrf}, {"content-type", "text/plain"}},
                           "{}")) == "WEB-0019");
}

BOOST_AUTO_TEST_CASE(every_answer_tells_browsers_what_they_may_do) {
    for (const auto& [method, target] :
         std::vector<std::pair<std::string, std::string>>{{"GET", "/"},
                                                          {"GET", "/nothing"},
                                                          {"GET", "/api/v1/plans"},
                                                          {"TRACE", "/"},
                                                          {"GET", "/api/v1/broken"}}) {
        const auto response = send(method, target);
        BOOST_TEST(
            header(response, "Content-Security-Policy").find("default-src 'none'; script-src 'self'; ") == 0);
        BOOST_TEST(header(response, "X-Content-Type-Options") == "nosniff");
        BOOST_TEST(header(response, "Referrer-Policy") == "no-referrer");
        BOOST_TEST(header(response, "Cross-Origin-Opener-Policy") == "same-origin");
        BOOST_TEST(header(response, "Cross-Origin-Resource-Policy") == "same-origin");
        BOOST_TEST(header(response, "Cache-Control") ==
                   (target == "/" && method == "GET" ? "no-cache" : "no-store"));
        BOOST_TEST(header(response, "Access-Control-Allow-Origin") == "");
    }
}

BOOST_AUTO_TEST_CASE(methods_that_are_not_known_are_refused) {
    for (const char* method : {"TRACE", "OPTIONS", "PATCH", "CONNECT", "get", ""}) {
        BOOST_TEST(codeOf(send(method, "/api/v1/plans")) == "WEB-0016", method);
    }
    BOOST_TEST(codeOf(send("POST", "/index.html")) == "WEB-0016");
    BOOST_TEST(send("HEAD", "/").hasBody == false);
}

BOOST_AUTO_TEST_CASE(addresses_are_decoded_once_and_checked) {
    BOOST_TEST(send("GET", "/api/v1/plans/a%20b%252F?x=1").status == 200);
    BOOST_TEST(asked.back() == "/api/v1/plans/a b%2F");
    for (const char* target : {"/api/%00", "/%ff", "/%zz", "http://localhost/", "*", "", "/a#b", "/%0d%0a"}) {
        BOOST_TEST(codeOf(send("GET", target)) == "WEB-0012", target);
    }
    BOOST_TEST(send("GET", "//index.html").status == 404);
}

BOOST_AUTO_TEST_CASE(an_api_that_throws_is_an_answer_too) {
    const auto response = send("GET", "/api/v1/broken");
    BOOST_TEST(response.status == 500);
    BOOST_TEST(codeOf(response) == "BASE-0002");
}

BOOST_AUTO_TEST_CASE(a_new_agent_that_trusts_an_issuer_can_be_activated_from_elsewhere_and_nothing_else) {
    peer = remote;
    const web::Headers host = {{"host", "server7:8011"}, {"content-type", "application/json"}};
    BOOST_TEST(codeOf(send("POST", "/api/v1/activation", host, "{}")) == "WEB-0025");
    file.update([](config::AgentSettings& settings) { settings.trustedIssuers = {"1111-2222"}; });
    logon.takeOverFile();
    BOOST_TEST(send("POST", "/api/v1/activation", host, "{}").status == 200);
    BOOST_TEST(asked.back() == "/api/v1/activation");
    for (const char* target : {"/", "/api/v1/session", "/api/v1/registration", "/api/v1/plans"}) {
        BOOST_TEST(codeOf(send("GET", target, host)) == "WEB-0025", target);
    }
    BOOST_TEST(codeOf(send("GET", "/api/v1/activation", host)) == "WEB-0025");
    // A page cannot: its browser tells where it comes from, and has no token.
    web::Headers fromPage = host;
    fromPage.emplace_back("origin", "https://server7:8011");
    BOOST_TEST(codeOf(send("POST", "/api/v1/activation", fromPage, "{}")) == "WEB-0008");
    file.update([](config::AgentSettings& settings) { settings.registration.emplace(); });
    logon.takeOverFile();
    BOOST_TEST(codeOf(send("POST", "/api/v1/activation", host, "{}")) == "WEB-0025");
}

BOOST_AUTO_TEST_CASE(an_agent_with_a_password_is_activated_with_that_one_alone) {
    setPassword();
    cookie.clear();
    const auto activate = [&](const std::string& body) {
        return send("POST", "/api/v1/activation", {{"content-type", "application/json"}}, body);
    };
    const std::size_t before = asked.size();
    for (const char* body : {"{}", "", R"({"password":"wrong"})"}) {
        BOOST_TEST(codeOf(activate(body)) == "WEB-0009", body);
        clock.advance(std::chrono::minutes(6));
    }
    BOOST_TEST(asked.size() == before);
    BOOST_TEST(activate(R"({"password":"correct horse"})").status == 200);
    for (int i = 0; i < 4; ++i) static_cast<void>(activate("{}"));
    BOOST_TEST(codeOf(activate(R"({"password":"correct horse"})")) == "WEB-0010");
}

BOOST_AUTO_TEST_CASE(logging_in_opens_what_is_encrypted_under_the_password_and_a_new_one_seals_it_anew) {
    const config::UnlockKey key = config::UnlockKey::makeNew();
    setPassword();
    file.update([&](config::AgentSettings& settings) {
        settings.unlockSeal = config::UnlockSeal::of(key, kPassword);
    });
    BOOST_TEST(!keeper.key().has_value());
    BOOST_TEST(logIn(kPassword).status == 200);
    BOOST_REQUIRE(keeper.key().has_value());
    BOOST_TEST(base::asText(keeper.key()->hex().view()) == base::asText(key.hex().view()));
    BOOST_REQUIRE(
        change("PUT", "/api/v1/password", R"({"current":"correct horse","new":"battery staple"})").status ==
        204);
    BOOST_TEST(!file.read().unlockSeal->open(kPassword).has_value());
    BOOST_TEST(file.read().unlockSeal->open("battery staple").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
