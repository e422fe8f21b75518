// What satcheld does for a hub that does not run: back it up, put a backup back. They are here and
// not in satchelctl because that cannot open a database.
#pragma once

#include "daemon/app/arguments.h"
#include "shared/platform/dirs.h"

namespace satchel::app {

/// Both print what they did, as JSON when asked to, and return the exit status.
int run_hub_backup(const Arguments& arguments, const platform::Dirs& dirs);
int run_hub_restore(const Arguments& arguments, const platform::Dirs& dirs);

}  // namespace satchel::app
