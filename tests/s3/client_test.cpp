// SPDX-License-Identifier: Apache-2.0
// client_test.cpp: what is tried again, for how long, and what a refusal means, on a server of the test's
// own.
#include "agent/s3/client.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <vector>

#include "agent/s3/s3_store.hpp"
#include "platform/base/error.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/manual_clock.hpp"

namespace {

using std::chrono::milliseconds;

/// Answers as the test says.
class ScriptedTransport final : public s3::HttpTransport {
public:
    using Script = std::function<s3::HttpAnswer(const s3::HttpRequest&)>;
    explicit ScriptedTransport(Script script) : script_(std::move(script)) {}
    s3::HttpAnswer send(const s3::HttpRequest& request, std::size_t) override { return script_(request); }

private:
    Script script_;
};

s3::HttpAnswer answer(int status, const std::string& body = "") {
    return {status, {}, base::Bytes(body.begin(), body.end()), false};
}

s3::HttpAnswer refusal(int status, const std::string& code) {
    return answer(status, "<Error><Code>" + code + "</Code></Error>");
}

[[noreturn]] void fail(const char* code) {
    throw base::Error(base::ErrorKind::Unavailable, code, "failed", "", base::Retry::Later);
}

/// The connection ends in the middle.
[[noreturn]] void drop() { fail("BUCKET-0021"); }

/// A world whose time passes only while something sleeps.
struct World {
    test::ManualClock clock;
    std::chrono::nanoseconds time{};
    std::vector<milliseconds> slept;
    double chance = 0.999;
    base::CancelToken cancel;

    s3::RetryWorld retry() {
        return {[this] { return time; },
                [this](milliseconds wait) {
                    time += wait;
                    slept.push_back(wait);
                },
                [this] { return chance; }, cancel};
    }
    s3::Client client(ScriptedTransport::Script script) {
        return {settings(), credentials(), std::make_unique<ScriptedTransport>(std::move(script)), clock,
                retry()};
    }
    std::unique_ptr<vault::ObjectStore> store(ScriptedTransport::Script script) {
        return s3::makeStore(settings(), credentials(), {clock, retry()},
                             std::make_unique<ScriptedTransport>(std::move(script)));
    }
    static s3::Settings settings() {
        return s3::makeSettings("s3://bucket/folder", {{"endpoint", "http://127.0.0.1:9"}});
    }
    static s3::Credentials credentials() {
        return {"id", base::SecretBytes(std::string_view("TOPSECRET")),
                base::SecretBytes(std::string_view("TOKENSECRET"))};
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(s3_clients)

BOOST_AUTO_TEST_CASE(what_may_pass_is_tried_again_until_it_does) {
    World world;
    int number = 0;
    auto client = world.client([&](const s3::HttpRequest&) -> s3::HttpAnswer {
        switch (++number) {
            case 1:
                return refusal(503, "SlowDown");
            case 2:
                drop();
            case 3:
                return answer(429);
            case 4:
                return answer(500);
            case 5:
                return refusal(409, "ConditionalRequestConflict");
            case 6:
                return refusal(400, "XAmzContentSHA256Mismatch");
            default:
                return answer(200);
        }
    });
    BOOST_TEST(client.send({"GET", "a", {}, {}, {}}).status == 200);
    BOOST_TEST(number == 7);
}

BOOST_AUTO_TEST_CASE(waits_grow_up_to_a_limit_and_end_with_the_time) {
    World world;
    int number = 0;
    auto client = world.client(
        [&](const s3::HttpRequest&) { return ++number == 1 ? answer(200) : refusal(503, "SlowDown"); });
    client.send({"GET", "a", {}, {}, {}});
    BOOST_CHECK_EXCEPTION(client.send({"GET", "a", {}, {}, {}}), base::Error, test::hasCode("BUCKET-0014"));
    BOOST_TEST((world.time >= milliseconds(299'000) && world.time <= milliseconds(301'000)));
    BOOST_TEST(number < 60);
}

BOOST_AUTO_TEST_CASE(a_server_that_was_never_reached_is_given_up_early) {
    World world;
    auto client = world.client([](const s3::HttpRequest&) -> s3::HttpAnswer { fail("BUCKET-0004"); });
    BOOST_CHECK_EXCEPTION(client.send({"GET", "a", {}, {}, {}}), base::Error, test::hasCode("BUCKET-0004"));
    BOOST_TEST((world.time <= milliseconds(16'000)));
}

BOOST_AUTO_TEST_CASE(a_server_that_was_reached_and_never_answered_is_tried_for_a_minute) {
    World world;
    int number = 0;
    auto client = world.client([&](const s3::HttpRequest&) -> s3::HttpAnswer {
        if (++number == 1) drop();
        fail("BUCKET-0004");
    });
    BOOST_CHECK_EXCEPTION(client.send({"GET", "a", {}, {}, {}}), base::Error, test::hasCode("BUCKET-0004"));
    BOOST_TEST((world.time >= milliseconds(59'000) && world.time <= milliseconds(61'000)));
}

BOOST_AUTO_TEST_CASE(time_alone_does_not_end_the_tries) {
    // Each try takes longer than all of them may, as on a machine that stands still.
    for (const char* code : {"BUCKET-0004", "BUCKET-0021"}) {
        World world;
        int number = 0;
        auto client = world.client([&](const s3::HttpRequest&) -> s3::HttpAnswer {
            ++number;
            world.time += std::chrono::hours(1);
            fail(code);
        });
        BOOST_CHECK_EXCEPTION(client.send({"GET", "a", {}, {}, {}}), base::Error, test::hasCode(code));
        BOOST_TEST(number == 5);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_of_success_that_tells_of_a_passing_failure_is_tried_again) {
    World world;
    int number = 0;
    auto client = world.client(
        [&](const s3::HttpRequest&) { return ++number < 3 ? refusal(200, "InternalError") : answer(200); });
    BOOST_TEST(client.send({"POST", "a", {}, {}, {}}).body.empty());
    BOOST_TEST(number == 3);
}

BOOST_AUTO_TEST_CASE(chance_decides_how_much_of_a_wait_is_waited) {
    World world;
    world.chance = 0.0;
    int number = 0;
    auto client =
        world.client([&](const s3::HttpRequest&) { return ++number < 20 ? answer(503) : answer(200); });
    client.send({"GET", "a", {}, {}, {}});
    BOOST_TEST(world.slept.empty());
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_ends) {
    World world;
    auto client = world.client([&](const s3::HttpRequest&) {
        world.cancel.cancel();
        return answer(503);
    });
    BOOST_CHECK_EXCEPTION(client.send({"GET", "a", {}, {}, {}}), base::Error, test::hasCode("BASE-0004"));
}

BOOST_AUTO_TEST_CASE(each_refusal_has_a_sentence_of_its_own_and_is_not_tried_again) {
    struct Case {
        const char* method;
        int status;
        const char* code;
        const char* error;
    };
    for (const Case& one :
         {Case{"GET", 403, "RequestTimeTooSkewed", "BUCKET-0007"},
          Case{"GET", 400, "AuthorizationHeaderMalformed", "BUCKET-0008"},
          Case{"GET", 301, "PermanentRedirect", "BUCKET-0008"},
          Case{"GET", 403, "InvalidAccessKeyId", "BUCKET-0009"},
          Case{"GET", 403, "SignatureDoesNotMatch", "BUCKET-0010"},
          Case{"GET", 404, "NoSuchBucket", "BUCKET-0011"}, Case{"PUT", 403, "AccessDenied", "BUCKET-0012"},
          Case{"DELETE", 403, "AccessDenied", "BUCKET-0013"},
          Case{"PUT", 507, "XMinioStorageFull", "BUCKET-0015"}, Case{"PUT", 418, "Teapot", "BUCKET-0016"}}) {
        World world;
        int number = 0;
        auto client = world.client([&](const s3::HttpRequest&) {
            ++number;
            return refusal(one.status, one.code);
        });
        BOOST_TEST_CONTEXT(one.code) {
            BOOST_CHECK_EXCEPTION(client.send({one.method, "a", {}, {}, {}}), base::Error,
                                  test::hasCode(one.error));
            BOOST_TEST(number == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_redirection_is_called_a_wrong_region_only_when_it_says_so) {
    const auto error = [](int status, std::map<std::string, std::string> headers,
                          const std::string& body = "") {
        s3::HttpAnswer given = answer(status, body);
        given.headers = std::move(headers);
        return s3::errorOf(World::settings(), {"GET", "a", {}, {}, {}}, given);
    };
    const auto region = error(301, {{"x-amz-bucket-region", "eu-west-1"}, {"location", "https://other"}});
    BOOST_TEST(region.code() == "BUCKET-0008");
    BOOST_TEST(region.hint() == "Give --region eu-west-1, and the --endpoint that belongs to it.");
    BOOST_TEST(error(307, {}, "<Error><Code>x</Code><Region>eu-west-1</Region></Error>").code() ==
               "BUCKET-0008");
    for (const int status : {301, 302, 303, 307, 308}) {
        const auto other = error(status, {{"location", "https://me:SECRET@other:9\x1b/SECRET?a=SECRET#b"}});
        BOOST_TEST(other.code() == "BUCKET-0024");
        BOOST_TEST(other.message().find("sends us to https://other:9") != std::string::npos);
        BOOST_TEST(std::string(other.what()).find("SECRET") == std::string::npos);
        BOOST_TEST(std::string(other.what()).find('\x1b') == std::string::npos);
    }
    for (const char* location : {"", "/login", "javascript:alert", "https://", "https://me@"}) {
        BOOST_TEST(error(302, {{"location", location}}).message() ==
                   "The server http://127.0.0.1:9 sends us to another page (HTTP 302)");
    }
}

BOOST_AUTO_TEST_CASE(no_secret_is_in_a_request_or_an_error) {
    World world;
    auto client = world.client([](const s3::HttpRequest& request) {
        for (const auto& [name, value] : request.headers) {
            BOOST_TEST(value.find("TOPSECRET") == std::string::npos);
            if (name != "x-amz-security-token") BOOST_TEST(value.find("TOKENSECRET") == std::string::npos);
        }
        BOOST_TEST(request.target.find("SECRET") == std::string::npos);
        return refusal(403, "SignatureDoesNotMatch");
    });
    BOOST_CHECK_EXCEPTION(client.send({"GET", "a", {}, {}, {}}), base::Error, [](const base::Error& error) {
        return std::string(error.what()).find("TOPSECRET") == std::string::npos &&
               std::string(error.what()).find("TOKENSECRET") == std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_try_after_a_lost_reply_finds_its_own_object) {
    World world;
    std::string stored;
    auto store = world.store([&](const s3::HttpRequest& request) -> s3::HttpAnswer {
        if (request.method == "PUT") {
            BOOST_TEST(request.headers.at("if-none-match") == "*");
            BOOST_TEST(request.target == "/bucket/folder/a");
            if (!stored.empty()) return refusal(412, "PreconditionFailed");
            stored = std::string(base::asText(request.body));
            drop();
        }
        s3::HttpAnswer found = answer(206, request.method == "HEAD" ? "" : stored);
        found.headers["content-length"] = std::to_string(stored.size());
        return found;
    });
    BOOST_TEST((store->create("a", base::asBytes("mine")) == vault::CreateResult::Created));
    BOOST_TEST((store->create("a", base::asBytes("other")) == vault::CreateResult::AlreadyThere));
    BOOST_TEST((store->create("a", base::asBytes("mind")) == vault::CreateResult::AlreadyThere));
}

BOOST_AUTO_TEST_CASE(a_server_that_closes_on_each_body_of_a_taken_name_is_asked_for_the_name) {
    World world;
    const std::string stored = "mine";
    int puts = 0;
    auto store = world.store([&](const s3::HttpRequest& request) -> s3::HttpAnswer {
        if (request.method == "PUT") {
            ++puts;
            drop();
        }
        s3::HttpAnswer found = answer(206, request.method == "HEAD" ? "" : stored);
        if (request.method == "HEAD") found.status = 200;
        found.headers["content-length"] = std::to_string(stored.size());
        return found;
    });
    BOOST_TEST((store->create("a", base::asBytes("mine")) == vault::CreateResult::Created));
    BOOST_TEST((store->create("a", base::asBytes("mind")) == vault::CreateResult::AlreadyThere));
    BOOST_TEST(puts == 2);
}

BOOST_AUTO_TEST_CASE(an_upload_that_somebody_else_ended_is_told_of) {
    for (const std::string gone : {"PUT", "POST"}) {  // a part, the completion
        for (const char* code : {"NoSuchUpload", "NoSuchKey", ""}) {
            World world;
            auto store = world.store([&](const s3::HttpRequest& request) -> s3::HttpAnswer {
                if (request.target.find("?uploads") != std::string::npos) {
                    return answer(200,
                                  "<InitiateMultipartUploadResult><UploadId>1</UploadId>"
                                  "</InitiateMultipartUploadResult>");
                }
                if (request.method == gone) return *code == 0 ? answer(404) : refusal(404, code);
                return request.method == "HEAD" ? answer(404) : answer(200);
            });
            const auto upload = store->startUpload("a");
            BOOST_CHECK_EXCEPTION(
                {
                    upload->write(base::Bytes((32 << 20) + 1));
                    upload->commit();
                },
                base::Error, test::hasCode("BUCKET-0025"));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_listing_that_is_cut_is_asked_for_again) {
    const std::string whole =
        "<ListBucketResult><Contents><Key>folder/a</Key><Size>3</Size></Contents></ListBucketResult>";
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        World world;
        int number = 0;
        auto store = world.store(
            [&](const s3::HttpRequest&) { return answer(200, ++number < 3 ? whole.substr(0, cut) : whole); });
        std::vector<std::string> names;
        store->list("", [&](const std::string& name, std::uint64_t) { names.push_back(name); });
        BOOST_TEST((names == std::vector<std::string>{"a"}));
    }
    World world;
    auto store = world.store([](const s3::HttpRequest&) { return answer(200, "<html>Welcome</html>"); });
    BOOST_CHECK_EXCEPTION(store->list("", [](const std::string&, std::uint64_t) {}), base::Error,
                          test::hasCode("BUCKET-0017"));
    BOOST_TEST((world.time < milliseconds(10'000)));
}

BOOST_AUTO_TEST_CASE(a_sweep_without_the_right_to_see_uploads_says_so) {
    const auto kindOf = [](const s3::HttpAnswer& given) {
        World world;
        auto store = world.store([&](const s3::HttpRequest&) { return given; });
        try {
            store->sweepUnfinished([](std::uint64_t) { return true; });
        } catch (const base::Error& error) {
            return error.kind();
        }
        return base::ErrorKind::Internal;
    };
    BOOST_TEST((kindOf(refusal(403, "AccessDenied")) == base::ErrorKind::Denied));
    BOOST_TEST((kindOf(refusal(501, "NotImplemented")) == base::ErrorKind::Unsupported));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_the_range_asked_for_is_refused) {
    World world;
    s3::HttpAnswer given = answer(206, "abc");
    auto store = world.store([&](const s3::HttpRequest&) { return given; });
    base::Bytes three(3);
    const auto read = [&] { static_cast<void>(store->readRange("a", 5, three)); };
    given.headers["content-range"] = "bytes 6-8/20";
    BOOST_CHECK_EXCEPTION(read(), base::Error, test::hasCode("BUCKET-0017"));
    given.status = 200;
    BOOST_CHECK_EXCEPTION(read(), base::Error, test::hasCode("BUCKET-0017"));
    given = answer(206, "ab");
    given.headers["content-range"] = "bytes 5-6/7";
    BOOST_CHECK_EXCEPTION(read(), base::Error, test::hasCode("STORE-0006"));
    given = refusal(404, "NoSuchBucket");
    BOOST_CHECK_EXCEPTION(read(), base::Error, test::hasCode("BUCKET-0011"));
    given = refusal(404, "NoSuchKey");
    BOOST_TEST(!store->readRange("a", 5, three));
}

BOOST_AUTO_TEST_CASE(a_listing_that_runs_in_a_circle_is_refused_however_large_the_circle_is) {
    for (const int circle : {1, 2, 3, 100}) {
        for (const int before : {0, 1, 50}) {  // pages that lead into it
            World world;
            int pages = 0;
            const auto store = world.store([&](const s3::HttpRequest& request) {
                const int place = pages < before ? pages : before + (pages - before) % circle;
                ++pages;
                const std::string token = "x" + std::to_string(place);
                const bool isUploads = request.target.find("uploads") != std::string::npos;
                return answer(200, isUploads
                                       ? "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>"
                                         "<NextKeyMarker>folder/a</NextKeyMarker><NextUploadIdMarker>" +
                                             token + "</NextUploadIdMarker></ListMultipartUploadsResult>"
                                       : "<ListBucketResult><IsTruncated>true</IsTruncated>"
                                         "<NextContinuationToken>" +
                                             token + "</NextContinuationToken></ListBucketResult>");
            });
            BOOST_CHECK_EXCEPTION(store->list("packs/", [](const std::string&, std::uint64_t) {}),
                                  base::Error, test::hasCode("BUCKET-0017"));
            BOOST_TEST(pages <= 4 * (before + circle + 1));
            pages = 0;
            BOOST_CHECK_EXCEPTION(store->sweepUnfinished([](std::uint64_t) { return true; }), base::Error,
                                  test::hasCode("BUCKET-0017"));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_long_listing_is_no_circle) {
    World world;
    int pages = 0;
    const auto store = world.store([&](const s3::HttpRequest&) {
        if (++pages == 3000) {
            return answer(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
        }
        return answer(200, "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>" +
                               std::to_string(pages) + "</NextContinuationToken></ListBucketResult>");
    });
    store->list("packs/", [](const std::string&, std::uint64_t) {});
    BOOST_TEST(pages == 3000);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(s3_settings)

BOOST_AUTO_TEST_CASE(places_and_options_are_read) {
    const auto plain = s3::makeSettings("s3://my-bucket//a/b/", {{"region", "eu-west-1"}});
    BOOST_TEST(plain.bucket == "my-bucket");
    BOOST_TEST(plain.prefix == "a/b/");
    BOOST_TEST(plain.place() == "s3://my-bucket/a/b");
    BOOST_TEST(plain.endpoint.url() == "https://s3.eu-west-1.amazonaws.com");
    BOOST_TEST((plain.addressing == s3::Addressing::Host));
    const std::map<std::string, std::string> several = {
        {"endpoint", "vpc=http://10.0.0.1:9000,public=https://s3.example.com"}, {"network", "public"}};
    BOOST_TEST(s3::makeSettings("s3://abc", several).endpoint.url() == "https://s3.example.com");
    const std::map<std::string, std::string> first = {{"endpoint", several.at("endpoint")}};
    BOOST_TEST(s3::makeSettings("s3://abc", first).endpoint.url() == "http://10.0.0.1:9000");
}

BOOST_AUTO_TEST_CASE(each_mistake_in_a_url_of_a_server_is_named_as_what_it_is) {
    const auto says = [](const std::string& option, const std::string& url, const std::string& words) {
        std::map<std::string, std::string> options = {{"endpoint", "https://host"}};
        options[option] = url;
        BOOST_TEST_CONTEXT(option << ' ' << url) {
            BOOST_CHECK_EXCEPTION(
                s3::makeSettings("s3://abc", options), base::Error, [&](const base::Error& error) {
                    BOOST_TEST(std::string(error.what()).find("SECRET") == std::string::npos);
                    BOOST_TEST(error.message() == words);
                    return error.code() == "BUCKET-0002";
                });
        }
    };
    const std::string tls =
        "The proxy of --proxy begins with https://, and proxies are spoken to without TLS";
    says("proxy", "https://host:3128", tls);
    says("proxy", "https://me:SECRET@host:3128", tls);
    says("proxy", "host:3128", "The proxy of --proxy does not begin with http://");
    says("proxy", "http://me:SECRET@host", "The proxy of --proxy is more than a host and a port");
    says("proxy", "http://host:x", "The proxy of --proxy has a port that is no number from 1 to 65535");
    says("endpoint", "host", "An endpoint does not begin with https:// or http://");
    says("endpoint", "https://me:SECRET@host:1", "An endpoint is more than a host and a port");
    says("endpoint", "https://host:9000/path", "An endpoint is more than a host and a port");
    says("endpoint", "https://host:0", "An endpoint has a port that is no number from 1 to 65535");
    for (const char* url : {"https://[::1]:9000", "http://[fe80::1]", "https://[::1]/"}) {
        says("endpoint", url, "An endpoint is an IPv6 address, which is not taken");
    }
    says("proxy", "http://[::1]:3128", "The proxy of --proxy is an IPv6 address, which is not taken");
    BOOST_TEST(s3::parseProxy("http://host:3128/").url() == "http://host:3128");
}

BOOST_AUTO_TEST_CASE(a_network_chooses_among_names_alone) {
    BOOST_TEST(s3::hasNamedEndpoints("https://a,vpc=https://b"));
    BOOST_TEST(!s3::hasNamedEndpoints("https://a"));
    BOOST_TEST(!s3::hasNamedEndpoints(""));
    const auto says = [](const std::string& endpoints, const std::string& words) {
        const std::map<std::string, std::string> options = {{"endpoint", endpoints}, {"network", "vpc"}};
        BOOST_CHECK_EXCEPTION(s3::makeSettings("s3://abc", options), base::Error,
                              [&](const base::Error& error) { return error.hint() == words; });
    };
    says("", "The only endpoint has no name; leave --network out.");
    says("https://a", "The only endpoint has no name; leave --network out.");
    says("x=https://a,y=https://b", "Choose one of: x, y.");
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused) {
    for (const char* place : {"s3://", "s3://AB", "s3://a", "s3://bucket/../x", "s4://bucket", "s3:///x"}) {
        BOOST_CHECK_EXCEPTION(s3::normalPlace(place), base::Error, test::hasCode("BUCKET-0001"));
    }
    for (const char* url : {"host", "ftp://host", "https://", "https://user:password@host",
                            "https://host/path", "https://host:0", "https://host:65536", "https://ho st"}) {
        BOOST_CHECK_EXCEPTION(s3::parseEndpoint(url), base::Error, [](const base::Error& error) {
            return error.code() == "BUCKET-0002" &&
                   std::string(error.what()).find("password@") == std::string::npos;
        });
    }
    const std::map<std::string, std::string> unknown = {{"endpoint", "a=https://b"}, {"network", "c"}};
    BOOST_CHECK_EXCEPTION(s3::makeSettings("s3://abc", unknown), base::Error, test::hasCode("BUCKET-0002"));
    BOOST_CHECK_EXCEPTION(s3::makeSettings("s3://abc", {{"addressing", "x"}}), base::Error,
                          test::hasCode("BUCKET-0002"));
}

BOOST_AUTO_TEST_CASE(a_url_that_is_no_bucket_is_not_taken_for_a_folder_and_not_repeated) {
    for (const char* text : {"s3:/bucket/x", "S3://bucket/x", "s3:bucket", "S3:\\bucket", "gs://b/x",
                             "https://me:password@foo/bar", "file:///vault", "s4://bucket"}) {
        BOOST_CHECK_EXCEPTION(s3::refuseOtherUrl(text), base::Error, [](const base::Error& error) {
            return error.code() == "BUCKET-0001" &&
                   std::string(error.what()).find("password") == std::string::npos;
        });
    }
    for (const char* text : {"s3://bucket/x", "/folder", "folder", "./s3:/bucket", "/mnt/s3:/x", "C:/vault",
                             "C:\\vault", "c:vault", "a b:/x", "10:/x", "backup:monday", "", ":", "s3"}) {
        BOOST_CHECK_NO_THROW(s3::refuseOtherUrl(text));
    }
}

BOOST_AUTO_TEST_CASE(a_proxy_login_comes_as_two_lines) {
    const auto login = s3::parseProxyLogin(base::asBytes("DOMAIN\\me\r\n pass:word \r\n\n"));
    BOOST_TEST(login.user == "DOMAIN\\me");
    BOOST_TEST(base::asText(login.password.view()) == " pass:word ");
    const auto again = s3::parseProxyLogin(s3::formatProxyLogin(login).view());
    BOOST_TEST(again.user == login.user);
    BOOST_TEST(base::asText(again.password.view()) == base::asText(login.password.view()));
    for (const char* text : {"", "me", "me\n\n", "\nTOPSECRET", "me\nTOP\nSECRET", "m:e\nTOPSECRET",
                             "me\nTOP\rSECRET", "m\te\nTOPSECRET"}) {
        BOOST_CHECK_EXCEPTION(s3::parseProxyLogin(base::asBytes(text)), base::Error,
                              [](const base::Error& error) {
                                  return error.code() == "BUCKET-0023" &&
                                         std::string(error.what()).find("SECRET") == std::string::npos;
                              });
    }
}

BOOST_AUTO_TEST_CASE(an_access_key_comes_as_lines) {
    const auto key = s3::parseCredentials(base::asBytes("id\r\nsecret\n\n"));
    BOOST_TEST(key.accessKeyId == "id");
    BOOST_TEST(base::asText(key.secretAccessKey.view()) == "secret");
    BOOST_TEST(key.sessionToken.empty());
    const auto again = s3::parseCredentials(s3::formatCredentials(key).view());
    BOOST_TEST(base::asText(again.secretAccessKey.view()) == "secret");
    for (const char* text : {"", "id", "id\n\n", "a\nb\nc\nd"}) {
        BOOST_CHECK_EXCEPTION(s3::parseCredentials(base::asBytes(text)), base::Error,
                              test::hasCode("BUCKET-0003"));
    }
}

BOOST_AUTO_TEST_CASE(an_access_key_with_blanks_or_control_characters_is_refused_and_not_repeated) {
    const auto isRefusal = [](const base::Error& error) {
        return error.code() == "BUCKET-0003" && std::string(error.what()).find("AKIA") == std::string::npos;
    };
    for (const std::string id : {"AKIA 1", "AKIA\t1", "AKIA\r1", "AKIA\x01", "AKIA\x7f", "AKIA\xc3\xa4"}) {
        BOOST_CHECK_EXCEPTION(s3::parseCredentials(base::asBytes(id + "\nsecret\n")), base::Error, isRefusal);
        BOOST_CHECK_EXCEPTION(s3::parseCredentials(base::asBytes("id\nsecret\n" + id)), base::Error,
                              isRefusal);
    }
    // As variables bring them: as lines, a part of one would stand in the place of another.
    const auto secret = [](const char* text) { return base::SecretBytes(std::string_view(text)); };
    BOOST_CHECK_EXCEPTION(s3::formatCredentials({"AKIA\n1", secret("s"), secret("")}), base::Error,
                          isRefusal);
    BOOST_CHECK_EXCEPTION(s3::formatCredentials({"id", secret("AKIA\ns"), secret("")}), base::Error,
                          isRefusal);
    BOOST_CHECK_EXCEPTION(s3::formatCredentials({"id", secret("s"), secret("AKIA\nt")}), base::Error,
                          isRefusal);
    BOOST_TEST(s3::parseCredentials(base::asBytes("id\na secret of words\n")).accessKeyId == "id");
}

BOOST_AUTO_TEST_SUITE_END()
