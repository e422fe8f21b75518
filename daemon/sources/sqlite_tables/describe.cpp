// Names of rows for people.
#include "daemon/sources/sqlite_tables/describe.h"

#include "daemon/sources/sqlite_tables/row_key.h"
#include "daemon/sources/sqlite_tables/table_sql.h"

namespace satchel::sources::sqlite {

std::string describe_row(Database& database, const Table& table, ByteView key) {
    std::string text = table.name;
    const auto values = decode_key(table, key);
    if (!values) return text + " with an unreadable key";
    for (std::size_t i = 0; i < values->size(); ++i)
        text += " " + table.key[i].name + "=" + (*values)[i].to_display();
    if (table.natural_key.empty()) return text;
    auto row = database.query("SELECT " + identifier(table.natural_key) + " FROM main." +
                              identifier(table.name) + " WHERE " + key_match_sql(table, 1));
    if (!row) return text;
    bind_key(*row, 1, *values);
    if (row->step_code() == SQLITE_ROW && !row->is_null(0))
        text += " " + table.natural_key + "=" + row->value(0).to_display();
    return text;
}

}  // namespace satchel::sources::sqlite
