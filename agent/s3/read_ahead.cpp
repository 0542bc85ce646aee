// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/read_ahead.hpp"

#include <algorithm>

namespace s3 {

std::list<ReadAhead::Object>::iterator ReadAhead::find(const std::string& name) {
    return std::find_if(objects_.begin(), objects_.end(),
                        [&](const Object& object) { return object.name == name; });
}

bool ReadAhead::take(const std::string& name, std::uint64_t offset, base::MutableBytes to) {
    const std::lock_guard lock(mutex_);
    const auto object = find(name);
    if (object == objects_.end() || offset < object->offset) return false;
    const std::uint64_t skipped = offset - object->offset;
    if (skipped > object->content.size() || to.size() > object->content.size() - skipped) return false;
    std::copy_n(object->content.begin() + static_cast<std::ptrdiff_t>(skipped), to.size(), to.begin());
    object->lastEnd = std::max(object->lastEnd, offset + to.size());
    objects_.splice(objects_.begin(), objects_, object);
    return true;
}

std::size_t ReadAhead::bytesToRead(const std::string& name, std::uint64_t offset, std::size_t wanted) {
    const std::lock_guard lock(mutex_);
    const auto object = find(name);
    if (object == objects_.end()) return wanted;
    const std::uint64_t gap = offset > object->lastEnd ? offset - object->lastEnd : object->lastEnd - offset;
    return gap <= kGapBytes ? std::max(wanted, kBlockBytes) : wanted;
}

void ReadAhead::keep(const std::string& name, std::uint64_t offset, std::size_t wanted, base::Bytes content) {
    const std::lock_guard lock(mutex_);
    const auto object = find(name);
    if (object != objects_.end()) objects_.erase(object);
    // A range larger than a block has little to gain.
    if (content.size() > kBlockBytes) content = {};
    objects_.push_front({name, offset, offset + wanted, std::move(content)});
    if (objects_.size() > kObjects) objects_.pop_back();
}

void ReadAhead::remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto object = find(name);
    if (object != objects_.end()) objects_.erase(object);
}

}  // namespace s3
