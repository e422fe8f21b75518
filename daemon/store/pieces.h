// Parts of files' contents between their arrival and the moment a file on disk holds them.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/bytes.h"
#include "shared/base/ids.h"

#include <optional>
#include <vector>

namespace satchel::store {

Status put_piece(Transaction& transaction,
                 const Sid& sid,
                 const Hash256& content,
                 std::uint32_t number,
                 ByteView body);
Result<std::optional<Bytes>> find_piece(Database& database,
                                        const Sid& sid,
                                        const Hash256& content,
                                        std::uint32_t number);
/// Files that have pieces, above `after`, in order, at most `limit`.
Result<std::vector<Sid>> list_piece_owners(Database& database, const Sid& after, std::size_t limit);
/// Drops the pieces of every content of the file but those in `keep`.
Status drop_pieces_except(Transaction& transaction, const Sid& sid, std::span<const Hash256> keep);

}  // namespace satchel::store
