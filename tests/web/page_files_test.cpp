// SPDX-License-Identifier: Apache-2.0
#include "agent/web/page_files.hpp"

#include <Poco/InflatingStream.h>

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "tests/platform/temporary_folder.hpp"

namespace {

const std::string kIndex = "<!doctype html>" + std::string(5000, 'x');
const web::PageFile kFiles[] = {{"/index.html", "text/html; charset=utf-8", kIndex, false},
                                {"/a.js", "text/javascript", "x", false}};

std::string headerOf(const web::HttpResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
    }
    return "";
}

web::HttpRequest asking(const std::string& encoding, const std::string& etag = "") {
    web::HttpRequest request;
    request.headers = {{"accept-encoding", encoding}, {"if-none-match", etag}};
    return request;
}

std::string inflated(const std::string& bytes) {
    std::istringstream from(bytes);
    Poco::InflatingInputStream gzip(from, Poco::InflatingStreamBuf::STREAM_GZIP);
    std::ostringstream to;
    to << gzip.rdbuf();
    return to.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(page_files)

BOOST_AUTO_TEST_CASE(a_file_comes_compressed_to_whoever_takes_that) {
    const web::PageFiles files(kFiles);
    const auto plain = files.get("/", asking(""));
    BOOST_TEST(plain.body == kIndex);
    BOOST_TEST(headerOf(plain, "Content-Type") == "text/html; charset=utf-8");
    const auto small = files.get("/index.html", asking("br, gzip;q=0.5"));
    BOOST_TEST(headerOf(small, "Content-Encoding") == "gzip");
    BOOST_TEST(small.body.size() < 200);
    BOOST_TEST(inflated(small.body) == kIndex);
    BOOST_TEST(headerOf(small, "ETag") != headerOf(plain, "ETag"));
    BOOST_TEST(headerOf(files.get("/a.js", asking("gzip")), "Content-Encoding") == "");  // is no smaller
}

BOOST_AUTO_TEST_CASE(a_file_that_was_compressed_before_comes_plain_to_whoever_does_not_take_that) {
    const std::string gzip = web::PageFiles(kFiles).get("/", asking("gzip")).body;
    const web::PageFile file{"/index.html", "text/html", gzip, true};
    const web::PageFiles files({&file, 1});
    BOOST_TEST(files.get("/", asking("gzip;q=0")).body == kIndex);
    BOOST_TEST(files.get("/", asking("gzip")).body == gzip);
    const web::PageFile broken{"/x", "text/html", "not compressed", true};
    BOOST_CHECK_EXCEPTION(web::PageFiles({&broken, 1}), base::Error, test::hasCode("WEB-0022"));
}

BOOST_AUTO_TEST_CASE(what_a_browser_has_is_not_sent_again) {
    const web::PageFiles files(kFiles);
    const std::string etag = headerOf(files.get("/", asking("gzip")), "ETag");
    BOOST_TEST(files.get("/", asking("gzip", etag)).status == 304);
    BOOST_TEST(files.get("/", asking("gzip", "\"a\", W/" + etag)).status == 304);
    BOOST_TEST(files.get("/", asking("gzip", "\"other\"")).status == 200);
    BOOST_TEST(files.get("/", asking("", etag)).status == 200);
}

BOOST_AUTO_TEST_CASE(there_is_nothing_but_the_files) {
    const web::PageFiles files(kFiles);
    for (const char* path : {"/nothing", "/../etc/passwd", "", "/a.js/", "/A.JS"}) {
        BOOST_TEST(files.get(path, asking("")).status == 404);
    }
}

BOOST_AUTO_TEST_SUITE_END()
