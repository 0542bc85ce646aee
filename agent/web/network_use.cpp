// SPDX-License-Identifier: Apache-2.0
#include "agent/web/network_use.hpp"

#include <Poco/Net/Net.h>

namespace web {

NetworkUse::NetworkUse() { Poco::Net::initializeNetwork(); }

NetworkUse::~NetworkUse() { Poco::Net::uninitializeNetwork(); }

}  // namespace web
