// Bookkeeping of tracked values.
#include "tests/simulation/writes.h"

namespace satchel::simulation {

core::Value Writes::fresh(std::uint32_t device) {
    const std::uint64_t number = next_++;
    core::Value value = core::Value::text("w" + std::to_string(number));
    writes_.emplace(value.hash(), Write{number, device, false, false});
    return value;
}

void Writes::replaced(std::uint64_t value_hash) {
    const auto at = writes_.find(value_hash);
    if (at != writes_.end()) at->second.is_replaced = true;
}

void Writes::may_double(std::uint64_t value_hash) {
    const auto at = writes_.find(value_hash);
    if (at != writes_.end()) at->second.may_double = true;
}

const Writes::Write* Writes::find(std::uint64_t value_hash) const {
    const auto at = writes_.find(value_hash);
    return at == writes_.end() ? nullptr : &at->second;
}

}  // namespace satchel::simulation
