// What to call a row in messages. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/schema.h"

namespace satchel::sources::sqlite {

/// "project id=4 name="atlas"": the key, and the value of a unique column if there is one.
std::string describe_row(Database& database, const Table& table, ByteView key);

}  // namespace satchel::sources::sqlite
