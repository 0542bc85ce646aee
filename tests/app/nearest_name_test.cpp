// SPDX-License-Identifier: Apache-2.0
// nearest_name_test.cpp: which word was meant.
#include "agent/app/nearest_name.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

BOOST_AUTO_TEST_SUITE(nearest_names)

BOOST_AUTO_TEST_CASE(one_slip_of_the_finger_is_forgiven) {
    const std::vector<std::string> names = {"verify", "repair", "prune"};
    for (const char* slip : {"verfy", "veriffy", "verigy", "verfiy", "verify", "verif"}) {
        BOOST_TEST(app::nearestName(slip, names) == "verify", slip);
    }
}

BOOST_AUTO_TEST_CASE(the_nearest_of_several_is_meant) {
    const std::vector<std::string> names = {"--keep-daily", "--keep-last", "--keep-yearly"};
    BOOST_TEST(app::nearestName("--keep-dayly", names) == "--keep-daily");
    BOOST_TEST(app::nearestName("--keep-lsat", names) == "--keep-last");
}

BOOST_AUTO_TEST_CASE(a_beginning_means_the_whole_word) {
    const std::vector<std::string> names = {"completion", "cat"};
    BOOST_TEST(app::nearestName("comp", names) == "completion");
}

BOOST_AUTO_TEST_CASE(words_far_from_all_mean_nothing) {
    const std::vector<std::string> names = {"verify", "repair", "prune"};
    for (const char* word : {"", "x", "banana", "yfirev"})
        BOOST_TEST(app::nearestName(word, names).empty(), word);
    BOOST_TEST(app::nearestName("verify", {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
