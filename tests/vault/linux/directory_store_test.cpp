// SPDX-License-Identifier: Apache-2.0
// directory_store_test.cpp: a vault's folder that goes away while a file in it is open, which Windows
// prevents.
#include "agent/vault/directory_store.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/platform/temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(directory_stores_on_linux)

// Its disk was taken away between two uploads into the same folder, which the store therefore takes for
// there.
BOOST_AUTO_TEST_CASE(an_upload_into_a_vault_that_has_gone_is_not_one_that_a_prune_removed) {
    const test::TemporaryFolder folder;
    const auto store = vault::createDirectoryStore(*folder.files, folder / "vault");
    store->create("packs/aa/1", base::asBytes("x"));
    const auto upload = store->startUpload("packs/aa/2");
    upload->write(base::asBytes("y"));
    test::TemporaryFolder::empty(*folder.files->openDirectory(folder / "vault"));
    BOOST_CHECK_EXCEPTION(upload->commit(), base::Error, test::hasCode("STORE-0005"));
    BOOST_TEST(!folder.files->status(folder / "vault/packs").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
