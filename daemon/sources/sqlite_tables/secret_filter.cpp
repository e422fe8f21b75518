// Judging rows by their name and value, on the way out and on the way in.
#include "daemon/sources/sqlite_tables/secret_filter.h"

#include "daemon/sources/sqlite_tables/table_sql.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

constexpr std::size_t kSecretsListed = 500;
constexpr std::size_t kSecretsNamed = 5;

/// Texts and blobs as they are; a number is no secret by itself.
std::string text_of(const core::Value& value) {
    if (value.kind() != core::ValueKind::text && value.kind() != core::ValueKind::blob) return {};
    const ByteView bytes = value.encoded().subspan(1);
    return {bytes.begin(), bytes.end()};
}

std::string cell_text(const Table& table, const Query& row, std::size_t column) {
    return text_of(row.value(first_cell(table) + static_cast<int>(column)));
}

struct Setting {
    std::string name;
    std::string value;
};

Setting setting_of(const Table& table, const Query& row) {
    return {cell_text(table, row, table.secret->name), cell_text(table, row, table.secret->value)};
}

bool is_secret(const Schema& schema, const Setting& setting) {
    return is_secret_setting(setting.name, setting.value, schema.secret_exceptions);
}

/// Puts what the row should be over what it is.
void overlay(const Table& table, const WantedRow& wanted, Setting& setting) {
    for (const core::ColumnValue& cell : wanted.columns) {
        if (cell.column == table.columns[table.secret->name].id) setting.name = text_of(cell.value);
        if (cell.column == table.columns[table.secret->value].id)
            setting.value = text_of(cell.value);
    }
}

/// Secret as it is here, or as it should become.
Result<bool> is_secret_wish(Workbench bench, const Table& table, const WantedRow& wanted) {
    Setting setting;
    const auto key = wanted.key ? decode_key(table, *wanted.key) : std::nullopt;
    if (key) {
        SATCHEL_TRY(row, bench.database.query(read_sql(table)));
        bind_key(row, 1, *key);
        const int code = row.step_code();
        if (code != SQLITE_ROW && code != SQLITE_DONE) return bench.database.error(code, "read");
        if (code == SQLITE_ROW) setting = setting_of(table, row);
        if (is_secret(bench.schema, setting)) return true;
    }
    overlay(table, wanted, setting);
    return is_secret(bench.schema, setting);
}

}  // namespace

bool is_secret_row(const Schema& schema, const Table& table, const Query& row) {
    return table.secret && is_secret(schema, setting_of(table, row));
}

std::vector<ProjectedRow> SecretSplit::join(std::vector<ProjectedRow> done) const {
    std::vector<ProjectedRow> all(is_secret.size());
    auto next = done.begin();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (is_secret[i]) {
            all[i].outcome = Outcome::parked;
            all[i].reason = "it looks like a secret and is not taken from another device";
        } else {
            all[i] = std::move(*next++);
        }
    }
    return all;
}

Result<SecretSplit> split_secrets(Workbench bench, std::span<const WantedRow> rows) {
    SecretSplit split;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Table* table = bench.schema.find(rows[i].collection);
        if (table == nullptr || !table->secret) continue;
        SATCHEL_TRY(is_secret, is_secret_wish(bench, *table, rows[i]));
        if (!is_secret) continue;
        split.is_any = true;
        split.is_secret.resize(rows.size());
        split.is_secret[i] = true;
    }
    if (!split.is_any) return split;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!split.is_secret[i]) split.others.push_back(rows[i]);
    return split;
}

Result<std::vector<std::string>> list_secrets(Database& database, const Schema& schema) {
    std::vector<std::string> names;
    for (const Table& table : schema.tables) {
        if (!table.secret) continue;
        SATCHEL_TRY(rows, database.query(scan_sql(table, false)));
        int code = SQLITE_ROW;
        while (names.size() < kSecretsListed && (code = rows.step_code()) == SQLITE_ROW) {
            const Setting setting = setting_of(table, rows);
            if (is_secret(schema, setting)) names.push_back(setting.name);
        }
        if (code != SQLITE_ROW && code != SQLITE_DONE) return database.error(code, "read");
    }
    return names;
}

std::string secrets_in_words(const std::vector<std::string>& names) {
    std::string text = std::to_string(names.size()) +
                       (names.size() == 1 ? " setting looks like a secret and stays"
                                          : " settings look like secrets and stay") +
                       " on this device: ";
    for (std::size_t i = 0; i < std::min(names.size(), kSecretsNamed); ++i)
        text += (i > 0 ? ", " : "") + escape_for_terminal(std::string_view(names[i]).substr(0, 64));
    if (names.size() > kSecretsNamed) text += ", ...";
    return text;
}

}  // namespace satchel::sources::sqlite
