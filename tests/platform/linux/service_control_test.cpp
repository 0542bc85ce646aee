// SPDX-License-Identifier: Apache-2.0
// service_control_test.cpp: on Linux no program registers itself as a service.
#include "platform/service_control.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"
#include "tests/platform/temporary_folder.hpp"

using test::hasCode;

BOOST_AUTO_TEST_SUITE(linux_service_control)

BOOST_AUTO_TEST_CASE(registering_a_service_is_left_to_its_unit_file) {
    const platform::ServiceRegistration service{"hbr", "HBR", "Backs up", {"/usr/bin/hbr"}};
    BOOST_CHECK_EXCEPTION(platform::installService(service), base::Error, hasCode("SERVICE-0008"));
    BOOST_CHECK_EXCEPTION(platform::repairService(service), base::Error, hasCode("SERVICE-0008"));
    BOOST_CHECK_EXCEPTION(platform::removeService("hbr"), base::Error, hasCode("SERVICE-0008"));
}

BOOST_AUTO_TEST_SUITE_END()
