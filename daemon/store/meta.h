// Single facts by name, and the membership log.
#pragma once

#include "daemon/store/database.h"
#include "shared/base/bytes.h"

#include <optional>
#include <string_view>
#include <vector>

namespace satchel::store {

/// The fact's bytes, if set.
Result<std::optional<Bytes>> find_fact(Database& database, std::string_view name);
Status set_fact(Transaction& transaction, std::string_view name, ByteView value);

/// Notes that a process works with the store from now on. False when the last one that did so did
/// not say that it ended (killed, or the power went): the store is to be checked then.
Result<bool> begin_run(Database& database);
/// Notes that the process has done its work. Nothing may be written after it.
Status end_run(Database& database);

/// All entries of the membership log in order.
Result<std::vector<Bytes>> load_members(Database& database);
/// Appends the entry with this number; the same entry again is fine.
Status add_member(Transaction& transaction, std::uint64_t number, ByteView body);

}  // namespace satchel::store
