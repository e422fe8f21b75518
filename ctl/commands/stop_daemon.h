// Ending the daemon's process, whoever started it.
#pragma once

#include "ctl/commands/context.h"

namespace satchel::ctl {

/// Tells the daemon of this device to stop and waits until it has. True when one ran, false when
/// none did; busy when it is still at work after a while.
Result<bool> stop_daemon(Context& context);

}  // namespace satchel::ctl
