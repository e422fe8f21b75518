// What satcheld does for a hub that does not run: make it, back it up, put a backup back. They are
// here and not in satchelctl because that cannot open a database.
#pragma once

#include "daemon/app/arguments.h"
#include "shared/platform/dirs.h"

namespace satchel::app {

/// Makes the data directory and the database if they are not there, and says what is next.
int run_hub_init(const Arguments& arguments, const platform::Dirs& dirs);
/// Both print what they did, as JSON when asked to, and return the exit status.
int run_hub_backup(const Arguments& arguments, const platform::Dirs& dirs);
int run_hub_restore(const Arguments& arguments, const platform::Dirs& dirs);

}  // namespace satchel::app
