// Letting a person change a text in an editor of their own.
#pragma once

#include "ctl/commands/context.h"

#include <string>

namespace satchel::ctl {

/// The text as the editor ($VISUAL, else $EDITOR, else vi) left it. It lies in a file that only
/// this user can read, gone afterwards. A line end that only the editor added is taken off. A text
/// that was JSON must be JSON afterwards.
Result<std::string> edit_text(const Context& context, const std::string& text);

}  // namespace satchel::ctl
