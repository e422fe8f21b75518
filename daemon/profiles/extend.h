// A person's file that says only what is other than in a shipped profile.
#pragma once

#include "shared/base/result.h"
#include "shared/json/value.h"

#include <vector>

namespace satchel::profiles {

/// A shipped profile with a person's changes in it.
struct Extended {
    json::Object document;
    std::vector<json::Value> changed;  ///< the person's rules, completed, in their order
};

/// Puts `own` over `shipped`: a key that is given counts instead of the shipped one. A rule for a
/// shipped pattern changes that rule key by key, and its lists of places one by one; "add" puts
/// places into lists. Other rules come before the shipped ones. Only what stands in the way of
/// that is refused: the result is read as any profile is.
Result<Extended> extend(const json::Object& own, const json::Object& shipped);

}  // namespace satchel::profiles
