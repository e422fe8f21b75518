// A source's own notes: a small ordered map kept beside its rows, in the same transactions.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/bytes.h"

#include <optional>
#include <utility>
#include <vector>

namespace satchel::store {

Result<std::optional<Bytes>> find_note(Database& database, std::int64_t source, ByteView name);
Status set_note(Transaction& transaction, std::int64_t source, ByteView name, ByteView value);
Status erase_note(Transaction& transaction, std::int64_t source, ByteView name);
/// Notes whose name starts with `prefix` and is above `after`, in order.
Result<std::vector<std::pair<Bytes, Bytes>>> list_notes(
    Database& database, std::int64_t source, ByteView prefix, ByteView after, std::size_t limit);
/// Forgets everything a source noted.
Status erase_notes(Transaction& transaction, std::int64_t source);

}  // namespace satchel::store
