// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/refusal.hpp"

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace catalogue {

using base::Error;
using base::ErrorKind;

namespace {

std::string sentencesOf(const std::vector<scheduler::RefusedField>& fields) {
    std::string sentences;
    for (const auto& field : fields) {
        if (!sentences.empty()) sentences += ' ';
        sentences += field.sentence;
    }
    if (sentences.ends_with('.')) sentences.pop_back();  // as messages of errors do
    return sentences;
}

}  // namespace

Refusal::Refusal(std::vector<scheduler::RefusedField> fields)
    : Error(ErrorKind::Invalid, "CATALOG-0010", sentencesOf(fields)), fields_(std::move(fields)) {}

void refuse(const std::vector<scheduler::RefusedField>& fields) {
    if (!fields.empty()) throw Refusal(fields);
}

void throwNameTaken(const std::string& what, const std::string& name) {
    throw Error(ErrorKind::Exists, "CATALOG-0011",
                "There is a " + what + " named '" + base::printable(name) + "' already",
                "Choose another name.");
}

void throwNotThere(const std::string& what) {
    throw Error(ErrorKind::NotFound, "CATALOG-0012", "There is no " + what,
                "Look at the list again; it may have been deleted.");
}

}  // namespace catalogue
