// SPDX-License-Identifier: Apache-2.0
// case_twins_test.cpp: names that differ only in letter case, where the target tells them apart and where
// not.
#include "connectors/files/case_twins.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"

namespace {

using connectors::files::CaseTwins;
using connectors::files::withoutCapitals;
using test::RecordedTree;
using test::Sandbox;

/// "Name" with content "first" and a folder "Folder", and the same in small letters, in one tree.
RecordedTree twins(const Sandbox& sandbox) {
    sandbox.write("source/Name", "first");
    sandbox.write("source/Folder/inside", "first");
    RecordedTree tree = sandbox.backUp();
    for (const auto& [from, to] :
         {std::pair{"Name", "name"}, {"Folder", "folder"}, {"Folder/inside", "folder/inside"}}) {
        test::RecordedObject twin = *tree.find(sandbox.key(from));
        twin.header.key = sandbox.key(to);
        if (!twin.content.empty()) twin.content = "other";
        tree.objects.insert_or_assign(twin.header.key, std::move(twin));
    }
    return tree;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(case_twins)

BOOST_AUTO_TEST_CASE(capitals_of_several_alphabets_become_small) {
    BOOST_TEST(withoutCapitals("ReadMe.TXT") == "readme.txt");
    BOOST_TEST(withoutCapitals("ÄÖÜ ÉÈ ČŠŽ ŁĹ ΑΩ АЯЁ") == "äöü éè čšž łĺ αω аяё");
    BOOST_TEST(withoutCapitals("ß × ÷ 雪 💾") == "ß × ÷ 雪 💾");
    const std::string noUtf8 = "\xC3(\xFF\xC3";
    BOOST_TEST(withoutCapitals(noUtf8) == noUtf8);
}

BOOST_AUTO_TEST_CASE(a_twin_is_found_in_key_order_and_no_name_is_its_own) {
    CaseTwins seen;
    BOOST_TEST(!seen.add("Name"));
    BOOST_TEST(!seen.add("Name"));
    BOOST_TEST(!seen.add("Name2"));
    BOOST_TEST(seen.add("NaMe"));
    BOOST_TEST(seen.add("name"));
    BOOST_TEST(!seen.add("other"));
    BOOST_TEST(!seen.add("other"));
}

BOOST_AUTO_TEST_CASE(a_target_that_ignores_case_gets_the_first_and_faults_any_other_gets_both) {
    for (const bool isBackwards : {false, true}) {
        const Sandbox sandbox;
        const RecordedTree tree = twins(sandbox);
        sandbox.write("target/probe", "");
        const bool ignoresCase = sandbox.exists("target/PROBE");
        test::Playback playback;
        playback.isBackwards = isBackwards;
        for (const auto rule :
             {connectors::files::ConflictRule::Skip, connectors::files::ConflictRule::Overwrite}) {
            auto options = sandbox.restoreOptions();
            options.conflict = rule;
            const auto faults = sandbox.restore(tree, options, playback).faults;
            BOOST_TEST(faults.size() == (ignoresCase ? 3U : 0U));
            for (const auto& [key, error] : faults) BOOST_TEST(error.code() == "FILES-0028");
            BOOST_TEST(sandbox.read("target/Name") == "first");
            BOOST_TEST(sandbox.read("target/Folder/inside") == "first");
            BOOST_TEST(sandbox.read("target/name") == (ignoresCase ? "first" : "other"));
        }
        BOOST_TEST(sandbox.list("target").size() == (ignoresCase ? 4U : 7U));
    }
}

BOOST_AUTO_TEST_SUITE_END()
