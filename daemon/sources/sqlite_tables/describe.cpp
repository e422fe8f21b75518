// Names of rows for people.
#include "daemon/sources/sqlite_tables/describe.h"

#include "daemon/sources/sqlite_tables/row_key.h"
#include "daemon/sources/sqlite_tables/secret_filter.h"
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

std::vector<std::string> what_is_left_out(const Schema& schema,
                                          const ScanReport& scan,
                                          const std::vector<std::string>& secrets) {
    std::vector<std::string> facts;
    for (const std::string& name : schema.missing)
        facts.push_back("table " + name + " is not there; its rows are kept elsewhere");
    facts.insert(facts.end(), schema.remarks.begin(), schema.remarks.end());
    if (!secrets.empty()) facts.push_back(secrets_in_words(secrets));
    if (scan.rows_without_key > 0) {
        std::string named;
        for (const std::string& row : scan.without_key) named += (named.empty() ? "" : ", ") + row;
        if (scan.rows_without_key > scan.without_key.size()) named += ", ...";
        facts.push_back(std::to_string(scan.rows_without_key) +
                        " rows without a complete key are skipped: " + named);
    }
    if (scan.rows_with_taken_identity > 0)
        facts.push_back(std::to_string(scan.rows_with_taken_identity) +
                        " rows repeat another row's sync_id and are skipped");
    return facts;
}

}  // namespace satchel::sources::sqlite
