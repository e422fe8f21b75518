// The service files that packages install as well, compiled in.
#pragma once

#include <string_view>

namespace satchel::ctl {

/// Templates with @SATCHELD@ where the program's path belongs.
extern const std::string_view kServiceUnit;
extern const std::string_view kSocketUnit;
extern const std::string_view kLaunchAgent;

}  // namespace satchel::ctl
