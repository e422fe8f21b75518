// What adding a database would mean, as text.
#pragma once

#include "shared/protocol/control/source.h"

#include <string>

namespace satchel::ctl {

/// Whole lines: the file, its tables one by one, what stays, what will and what will not be done.
std::string plan_text(const control::DatabasePlan& plan, const std::string& path);

}  // namespace satchel::ctl
