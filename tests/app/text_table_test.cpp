// SPDX-License-Identifier: Apache-2.0
// text_table_test.cpp: columns line up, whatever letters are in them; and lines fit a terminal.
#include "agent/app/text_table.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/app/status_lines.hpp"
#include "platform/base/text.hpp"
#include "tests/app/world.hpp"

BOOST_AUTO_TEST_SUITE(text_tables)

BOOST_AUTO_TEST_CASE(columns_line_up_left_and_right) {
    app::TextTable table({{"NAME"}, {"SIZE", app::Align::Right}, {"PATH"}});
    table.add({"a", "1000", "/x"});
    table.add({"longer", "2", "/yy"});
    BOOST_TEST(table.text() ==
               "NAME    SIZE  PATH\n"
               "a       1000  /x\n"
               "longer     2  /yy\n");
}

BOOST_AUTO_TEST_CASE(letters_of_several_bytes_take_one_column) {
    app::TextTable table({{"N"}, {"S", app::Align::Right}});
    table.add({"\xC3\xA4\xC3\xB6\xC3\xBC", "\xE2\x82\xAC"});
    table.add({"ab", "12"});
    BOOST_TEST(table.text() ==
               "N     S\n"
               "\xC3\xA4\xC3\xB6\xC3\xBC   \xE2\x82\xAC\n"
               "ab   12\n");
}

BOOST_AUTO_TEST_CASE(a_table_without_rows_is_its_titles) {
    BOOST_TEST(app::TextTable({{"A"}, {"B"}}).text() == "A  B\n");
}

BOOST_AUTO_TEST_CASE(shortened_text_keeps_its_end_and_whole_letters) {
    BOOST_TEST(app::shortened("/a/b", 4) == "/a/b");
    BOOST_TEST(app::shortened("/home/user/file", 8) == ".../file");
    BOOST_TEST(app::shortened("abcdef", 2) == "..");
    BOOST_TEST(app::shortened("abcdef", 0).empty());
    const std::string umlauts = "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\xC3\xA4";
    for (std::size_t columns = 0; columns <= umlauts.size(); ++columns) {
        BOOST_TEST(base::isUtf8(app::shortened(umlauts, columns)));
        BOOST_TEST(app::shortened(umlauts, columns).size() <= columns);
    }
}

BOOST_AUTO_TEST_CASE(status_lines_are_cut_to_the_terminal_and_wiped_at_the_end) {
    test::FakeConsole console;
    console.width = 30;
    {
        app::StatusLines lines(console);
        lines.show({std::string(100, 'x'), std::string(40, 'a') + "\xC3\xA4"});
        const std::string shown = console.talk();
        BOOST_TEST(shown.find(std::string(29, 'x')) != std::string::npos);
        BOOST_TEST(shown.find(std::string(30, 'x')) == std::string::npos);
    }
    BOOST_TEST(console.talk().ends_with("\r\x1b[2K\x1b[1A\x1b[2K"));
    BOOST_TEST(base::isUtf8(console.talk()));
}

BOOST_AUTO_TEST_SUITE_END()
