// The program's version.
#pragma once

#include <string_view>

namespace satchel::app {

/// Major, minor and patch number.
std::string_view program_version();

}  // namespace satchel::app
