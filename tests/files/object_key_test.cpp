// SPDX-License-Identifier: Apache-2.0
// object_key_test.cpp: keys of objects.
#include "connectors/files/object_key.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using connectors::files::hasDrives;
using connectors::files::isAtOrBelow;
using connectors::files::keyOf;
using connectors::files::namesOf;
using connectors::files::pathOfKey;

namespace {

std::string key(const std::vector<std::string>& names) { return keyOf(names); }

}  // namespace

BOOST_AUTO_TEST_SUITE(object_key)

BOOST_AUTO_TEST_CASE(a_key_gives_its_names_back) {
    const std::vector<std::string> cases[] = {
        {}, {"a"}, {"a", "b c", "\xff\n"}, {std::string(255, 'x'), "y"}};
    for (const std::vector<std::string>& names : cases) {
        const std::string joined = key(names);
        const std::vector<std::string_view> back = namesOf(joined);
        BOOST_TEST(std::equal(names.begin(), names.end(), back.begin(), back.end()));
    }
}

BOOST_AUTO_TEST_CASE(a_folder_sorts_right_before_what_is_in_it) {
    std::vector<std::string> keys = {key({"a-b"}),   key({"a", "z"}),      key({"a"}),
                                     key({"a.txt"}), key({"a", "b", "c"}), key({"a", "b"})};
    std::sort(keys.begin(), keys.end());
    const std::vector<std::string> expected = {key({"a"}),      key({"a", "b"}), key({"a", "b", "c"}),
                                               key({"a", "z"}), key({"a-b"}),    key({"a.txt"})};
    BOOST_TEST(keys == expected);
}

BOOST_AUTO_TEST_CASE(below_means_whole_names) {
    BOOST_TEST(isAtOrBelow(key({"a", "b"}), key({"a"})));
    BOOST_TEST(isAtOrBelow(key({"a"}), key({"a"})));
    BOOST_TEST(isAtOrBelow(key({"a"}), ""));
    BOOST_TEST(!isAtOrBelow(key({"ab"}), key({"a"})));
    BOOST_TEST(!isAtOrBelow(key({"a"}), key({"a", "b"})));
}

BOOST_AUTO_TEST_CASE(a_path_becomes_a_key_and_a_path_again) {
    const auto files = platform::makeFileSystem();
    const std::string path = files->joinPath(hasDrives(*files) ? std::vector<std::string>{"C:", "a", "b"}
                                                               : std::vector<std::string>{"a", "b"});
    BOOST_TEST(pathOfKey(*files, keyOf(*files, path)) == path);
}

BOOST_AUTO_TEST_SUITE_END()
