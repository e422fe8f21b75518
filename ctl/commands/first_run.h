// The first run on a machine: which of three ways in, and what to keep in sync after it.
#pragma once

#include "ctl/commands/context.h"

#include <optional>
#include <string>

namespace satchel::ctl {

/// True where a person is there to be asked and said nothing of a way in yet.
bool is_first_run(const Context& context, bool is_enrolled);

/// Asks how this machine becomes a device. Gives a join string made on this machine's own hub, an
/// empty one where the person has one to paste, or nothing when the way is another command, which
/// has been told. Fails with invalid_argument when no way was chosen.
Result<std::optional<std::string>> choose_way_in(Context& context, const std::string& device_name);

/// Explains and offers the folders of each assistant that is found and not in sync yet; a "no" is
/// an answer, and one that fails is told and does not stop the others.
Status offer_assistants(Context& context);

}  // namespace satchel::ctl
