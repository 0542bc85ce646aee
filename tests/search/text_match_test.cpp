// SPDX-License-Identifier: Apache-2.0
#include "agent/search/text_match.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/search/letter_case.hpp"
#include "agent/search/path_record.hpp"
#include "tests/search/search_model.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using test::keyOf;

bool matches(const std::string& text, const std::string& path) {
    search::TextMatch::Scratch scratch;
    const search::TextMatch match(text);
    const bool isMatch = match.matches(keyOf(path), scratch);
    // Whatever matches must pass the filter of a block that holds it.
    if (isMatch) {
        search::NameFilterBuilder filter;
        filter.add(search::nameOfKey(keyOf(path)));
        BOOST_TEST(search::mayContain(filter.finish(), match.trigrams()), text << " and " << path);
    }
    return isMatch;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text_matches)

BOOST_AUTO_TEST_CASE(plain_text_is_a_part_of_a_name_whatever_its_case) {
    BOOST_TEST(matches("invoice", "srv/docs/My INVOICE 7.pdf"));
    BOOST_TEST(matches("ÄRGER", "srv/ärger.txt"));
    BOOST_TEST(matches("привет", "ПРИВЕТ, мир"));
    BOOST_TEST(matches("发票", "srv/2026发票.pdf"));
    BOOST_TEST(!matches("docs", "srv/docs/a.pdf"));
    BOOST_TEST(matches("", "anything"));
    BOOST_TEST(matches("b", "a/b"));
}

BOOST_AUTO_TEST_CASE(quotes_mean_the_whole_name_as_it_is) {
    BOOST_TEST(matches("\"Invoice.pdf\"", "srv/Invoice.pdf"));
    BOOST_TEST(!matches("\"Invoice.pdf\"", "srv/invoice.pdf"));
    BOOST_TEST(!matches("\"Invoice\"", "srv/Invoice.pdf"));
    BOOST_TEST(matches("\"docs/a.pdf\"", "srv/docs/a.pdf"));
    BOOST_TEST(!matches("\"ocs/a.pdf\"", "srv/docs/a.pdf"));
    BOOST_TEST(matches("\"/srv/docs\"", "srv/docs"));
    BOOST_TEST(!matches("\"/docs/a.pdf\"", "srv/docs/a.pdf"));
    BOOST_TEST(*search::TextMatch("\"/srv/docs\"").onlyKey() == keyOf("srv/docs"));
    BOOST_TEST(matches("\"*\"", "srv/*"));
    BOOST_TEST(!matches("\"*\"", "srv/a"));
}

BOOST_AUTO_TEST_CASE(wildcards_match_whole_names) {
    BOOST_TEST(matches("*.pdf", "srv/A.PDF"));
    BOOST_TEST(!matches("*.pdf", "srv/a.pdf.txt"));
    BOOST_TEST(matches("r?port-[0-9]*", "Report-2026"));
    BOOST_TEST(matches("[A-C]*", "beta"));
    BOOST_TEST(matches("\\*", "*"));
}

BOOST_AUTO_TEST_CASE(a_path_matches_at_any_depth_and_with_a_slash_in_front_from_the_top) {
    BOOST_TEST(matches("docs/*.pdf", "srv/Docs/a.pdf"));
    BOOST_TEST(!matches("docs/*.pdf", "srv/docs/x/a.pdf"));
    BOOST_TEST(matches("docs/**/*.pdf", "srv/docs/x/y/a.pdf"));
    BOOST_TEST(matches("/srv/*/a.pdf", "srv/docs/a.pdf"));
    BOOST_TEST(!matches("/docs/a.pdf", "srv/docs/a.pdf"));
    BOOST_TEST(matches("docs/", "srv/docs/x/a.pdf"));
    BOOST_TEST(!matches("docs/", "srv/docs"));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_stay_as_they_are) {
    const std::string strange =
        "\xc3\xff\x80\xe4\xbd"
        "A\xf0\x9f\x98\x80";
    BOOST_TEST(search::foldedCase(strange) ==
               "\xc3\xff\x80\xe4\xbd"
               "a\xf0\x9f\x98\x80");
    BOOST_TEST(matches("\xff\x80", "srv/" + strange));
}

BOOST_AUTO_TEST_CASE(folding_twice_is_folding_once_and_keeps_the_length) {
    test::Random random(3);
    for (int i = 0; i < 20'000; ++i) {
        const base::Bytes bytes = random.bytes(random.below(12));
        const std::string text(base::asText(bytes));
        const std::string folded = search::foldedCase(text);
        BOOST_REQUIRE_EQUAL(folded.size(), text.size());
        BOOST_REQUIRE(search::foldedCase(folded) == folded);
    }
}

BOOST_AUTO_TEST_CASE(a_filter_knows_each_of_its_names_and_few_others) {
    search::NameFilterBuilder builder;
    for (int i = 0; i < 3000; ++i) builder.add("picture-" + std::to_string(i) + ".jpg");
    const base::Bytes filter = builder.finish();
    for (int i = 0; i < 3000; ++i)
        BOOST_REQUIRE(
            search::mayContain(filter, search::trigramsOf("/picture-" + std::to_string(i) + ".jpg/")));
    int passed = 0;
    for (int i = 0; i < 1000; ++i)
        passed += search::mayContain(filter, search::trigramsOf("invoice" + std::to_string(i))) ? 1 : 0;
    BOOST_TEST(passed == 0);
    BOOST_TEST(filter.size() <= 2048U);
    // It begins anew.
    BOOST_TEST(!search::mayContain(builder.finish(), search::trigramsOf("picture")));
}

BOOST_AUTO_TEST_SUITE_END()
