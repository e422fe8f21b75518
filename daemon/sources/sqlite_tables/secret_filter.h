// Settings that are secrets stay on the machine they were made on: they are not read for sending,
// and what another machine sent is not written. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/row_reader.h"

#include <span>
#include <string>
#include <vector>

namespace satchel::sources::sqlite {

/// True when the current row, read by read_sql() or scan_sql(), is a setting that stays here.
bool is_secret_row(const Schema& schema, const Table& table, const Query& row);

/// Rows to write, without those that are secrets here or where they come from.
struct SecretSplit {
    std::vector<bool> is_secret;  ///< of each row given
    std::vector<WantedRow> others;
    bool is_any = false;

    /// The outcomes of all rows, in the order given, from those of `others`.
    [[nodiscard]] std::vector<ProjectedRow> join(std::vector<ProjectedRow> done) const;
};

/// Copies rows only when one of them is a secret.
Result<SecretSplit> split_secrets(Workbench bench, std::span<const WantedRow> rows);

/// The names of the settings that stay here; at most a few hundred are looked for.
Result<std::vector<std::string>> list_secrets(Database& database, const Schema& schema);
/// "2 settings look like secrets and stay on this device: ...".
std::string secrets_in_words(const std::vector<std::string>& names);

}  // namespace satchel::sources::sqlite
