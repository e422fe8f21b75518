// What keeping a folder in sync would mean, and adding the folders of an assistant by its name.
#pragma once

#include "ctl/commands/context.h"
#include "shared/protocol/control/discover.h"

#include <optional>
#include <string>

namespace satchel::ctl {

/// Whole lines: the folder, what travels with counts and bytes, what stays and why.
std::string folder_text(const control::FolderPlan& plan, const std::string& path);

/// `source add NAME` for the name of an assistant: finds its folders, explains, asks and adds them.
/// Nothing when the argument is a path.
Result<std::optional<int>> add_assistant(Context& context);

}  // namespace satchel::ctl
