// What to call a row in messages, and what to say of rows that stay. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/scanner.h"
#include "daemon/sources/sqlite_tables/schema.h"

namespace satchel::sources::sqlite {

/// "project id=4 name="atlas"": the key, and the value of a unique column if there is one.
std::string describe_row(Database& database, const Table& table, ByteView key);
/// What does not travel and why, a sentence each.
std::vector<std::string> what_is_left_out(const Schema& schema,
                                          const ScanReport& scan,
                                          const std::vector<std::string>& secrets);

}  // namespace satchel::sources::sqlite
