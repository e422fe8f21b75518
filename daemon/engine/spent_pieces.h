// Pieces of files' contents that nobody needs any more: every projection of a large file would
// leave its size in the store for ever.
#pragma once

#include "daemon/engine/replica.h"

namespace satchel::engine {

/// Drops the pieces that no row waits for and no conflict may still show. Does nothing while
/// segments wait in the inbox: pieces come before the row that names them, in segments of their
/// own, so call it only when everything announced was received too.
Status drop_spent_pieces(Replica& replica);

}  // namespace satchel::engine
