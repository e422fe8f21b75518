// Completion scripts for shells, made from the command table.
#pragma once

#include "shared/base/result.h"

#include <string>
#include <string_view>

namespace satchel::ctl {

/// The script that completes satchelctl's words in `shell`: bash, zsh or fish. Fails with
/// invalid_argument for another shell.
Result<std::string> completion_script(std::string_view shell);

}  // namespace satchel::ctl
