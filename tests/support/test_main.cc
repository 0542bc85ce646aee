// SPDX-License-Identifier: Apache-2.0
// test_main.cc: the main() of every unit test program.
#define BOOST_TEST_MODULE hbr
#include <boost/test/included/unit_test.hpp>
