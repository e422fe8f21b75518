// What a device forgets that leaves its workspace, or begins anew in it.
#pragma once

#include "daemon/store/database.h"

namespace satchel::store {

/// Forgets keys, members, heads, logs and values. Kept are the declared sources, what changes
/// displaced here, and which row each local key stood for: a device that joins the same workspace
/// again knows its rows by that.
Status forget_membership(Transaction& transaction);
/// Forgets that too: another workspace names its rows otherwise.
Status forget_rows(Transaction& transaction);

}  // namespace satchel::store
