// SPDX-License-Identifier: Apache-2.0
// store_refusal.hpp: why the store refused, for somebody who fills in a form.
#pragma once

#include "platform/base/error.hpp"

namespace client {

/// The same error with what to do for somebody who has a form before them, and no variables and options.
base::Error forForm(const base::Error& error);

/// Runs `work`; what the store refuses comes as forForm() says it.
template <typename Work>
auto saidToPeople(const Work& work) {
    try {
        return work();
    } catch (const base::Error& error) {
        throw base::Error(forForm(error));
    }
}

}  // namespace client
