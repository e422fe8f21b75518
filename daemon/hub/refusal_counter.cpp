#include "daemon/hub/refusal_counter.h"

#include <utility>

namespace satchel::hub {

void RefusalCounter::count(const AuditNote& note) {
    const Key key{note.device, note.address, note.operation, note.result};
    const auto found = counts_.find(key);
    if (found != counts_.end())
        ++found->second;
    else if (counts_.size() < kRefusalsApart)
        counts_.emplace(key, 1);
    else
        ++others_;
}

bool RefusalCounter::is_due(milliseconds now) {
    if (written_at_.count() < 0) written_at_ = now;
    return !counts_.empty() && now - written_at_ >= kRefusalsEvery;
}

std::vector<AuditNote> RefusalCounter::take(milliseconds now) {
    std::vector<AuditNote> notes;
    for (const auto& [key, count] : std::exchange(counts_, {})) {
        const auto& [device, address, operation, result] = key;
        notes.push_back({device, address, operation, {}, result, count});
    }
    const std::uint64_t others = std::exchange(others_, 0);
    if (others > 0) notes.push_back({{}, "others", "several", {}, "refused", others});
    written_at_ = now;
    return notes;
}

}  // namespace satchel::hub
