// The dry run of a cycle in words.
#pragma once

#include "shared/protocol/control/cycle.h"

#include <string>

namespace satchel::ctl {

/// Every item that was named, the totals, and what cannot be told.
std::string plan_text(const control::CyclePlan& plan);

}  // namespace satchel::ctl
