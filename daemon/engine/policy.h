// What to do with a conflict without asking: per source, or per table of it.
//
// A preference is carried out by the device that holds it, for cells of which it wrote one of the
// values: an ordinary change that replaces all versions. Two devices may decide against each other
// at the same time; then both decisions stand as a conflict, and neither is decided again, because
// a value that is a decision of this device already is left to what is newer. So preferences come
// to an end whatever they are.
#pragma once

#include "shared/base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace satchel::engine {

struct Step;
struct SourceSlot;

enum class Policy : std::uint8_t {
    prefer_newer,   ///< show the newest value; the others stay listed
    manual_abort,   ///< show nothing new of the row until a person decides
    prefer_local,   ///< take what this device wrote
    prefer_remote,  ///< take what the others wrote
};

/// A source's policies.
struct Policies {
    Policy all = Policy::prefer_newer;
    std::map<std::string, Policy, std::less<>> tables{};

    [[nodiscard]] Policy of(std::string_view table) const;
    /// True when some conflict may be decided without a person.
    [[nodiscard]] bool has_preference() const;
};

/// The policy of a word as on the command line, or nothing.
std::optional<Policy> find_policy(std::string_view word);
std::string_view policy_word(Policy policy);

/// Decides what the policies decide, of all conflicts of the source; the number of cells.
Result<std::uint64_t> settle_conflicts(Step& step, SourceSlot& slot);

}  // namespace satchel::engine
