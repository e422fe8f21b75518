#include "daemon/core/version_vector.h"

#include <algorithm>

namespace satchel::core {

namespace {

bool before(const VersionVector::Entry& entry, const DeviceId& device) {
    return entry.first < device;
}

}  // namespace

std::uint64_t VersionVector::of(const DeviceId& device) const {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), device, before);
    return at != entries_.end() && at->first == device ? at->second : 0;
}

void VersionVector::raise(const DeviceId& device, std::uint64_t seq) {
    if (seq == 0) return;
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), device, before);
    if (at != entries_.end() && at->first == device)
        at->second = std::max(at->second, seq);
    else
        entries_.insert(at, {device, seq});
}

bool VersionVector::covers(const VersionVector& other) const {
    return std::ranges::all_of(other.entries_,
                               [&](const Entry& entry) { return entry.second <= of(entry.first); });
}

void VersionVector::encode(ByteWriter& out) const {
    out.varint(entries_.size());
    for (const auto& [device, seq] : entries_) {
        out.raw(device.view());
        out.varint(seq);
    }
}

VersionVector VersionVector::decode(ByteReader& in) {
    VersionVector vector;
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        DeviceId device;
        in.fill(device.bytes);
        const std::uint64_t seq = in.varint();
        const bool is_ordered = vector.entries_.empty() || vector.entries_.back().first < device;
        if (seq == 0 || !is_ordered) in.fail();
        if (!in.failed()) vector.entries_.emplace_back(device, seq);
    }
    return vector;
}

}  // namespace satchel::core
