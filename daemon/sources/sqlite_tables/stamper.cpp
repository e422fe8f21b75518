// Stamping: find rows without an id, make one, write it.
#include "daemon/sources/sqlite_tables/stamper.h"

#include "daemon/sources/sqlite_tables/table_sql.h"

#include <unordered_map>

namespace satchel::sources::sqlite {

namespace {

constexpr std::string_view kUnstamped = "(sync_id IS NULL OR sync_id = '')";

std::string uuid_text(std::array<Byte, 16> bytes, int version) {
    bytes[6] = static_cast<Byte>((bytes[6] & 0x0f) | (version << 4));
    bytes[8] = static_cast<Byte>((bytes[8] & 0x3f) | 0x80);
    std::string text = to_hex(bytes);
    for (const std::size_t at : {20u, 16u, 12u, 8u}) text.insert(at, "-");
    return text;
}

using NewIds = std::vector<std::pair<std::int64_t, std::string>>;

/// Chooses ids for the rows of one table.
class Chooser {
  public:
    Chooser(Workbench bench, const Table& table, const RandomBytes& random, bool is_first)
        : bench_(bench), table_(table), random_(random), reader_(bench), is_first_(is_first) {}

    /// By the names people give rows, so that what two devices call alike is one row; by the whole
    /// content for rows there from the start; else by chance.
    Result<std::string> choose(const Query& row) {
        SATCHEL_TRY(name, reader_.natural_name(table_, row));
        if (name) {
            std::string named = uuid_text(bench_.ids.row(table_.collection, *name).bytes, 5);
            SATCHEL_TRY(is_free, is_free_id(named));
            if (is_free) return named;
        }
        std::array<Byte, 16> bytes{};
        if (is_first_) {
            Bytes content = content_of(table_, row, false);
            const std::uint64_t copy = copies_[bench_.ids.row(table_.collection, content)]++;
            ByteWriter(content).varint(copy);
            bytes = bench_.ids.row(table_.collection, content).bytes;
        } else {
            random_(bytes);
        }
        return uuid_text(bytes, is_first_ ? 5 : 4);
    }

  private:
    /// A row that was renamed keeps the id of its old name.
    Result<bool> is_free_id(const std::string& text) {
        SATCHEL_TRY(holder,
                    bench_.database.query("SELECT 1 FROM main." + identifier(table_.name) +
                                          " WHERE sync_id = ?1"));
        holder.bind(1, std::string_view(text));
        const int code = holder.step_code();
        if (code != SQLITE_ROW && code != SQLITE_DONE) return bench_.database.error(code, "stamp");
        return code == SQLITE_DONE;
    }

    Workbench bench_;
    const Table& table_;
    const RandomBytes& random_;
    RowReader reader_;
    bool is_first_;
    std::unordered_map<Sid, std::uint64_t> copies_;
};

/// The rows to stamp and their ids, in id order.
Result<NewIds> choose_ids(Workbench bench, const Table& table, const RandomBytes& random) {
    NewIds chosen;
    SATCHEL_TRY(is_first, is_first_capture(bench.memory, table));
    Chooser chooser(bench, table, random, is_first);
    SATCHEL_TRY(rows,
                bench.database.query(scan_sql(table, false)
                                         .insert(scan_sql(table, false).rfind(" ORDER BY"),
                                                 " WHERE " + std::string(kUnstamped))));
    int code = SQLITE_ROW;
    while ((code = rows.step_code()) == SQLITE_ROW) {
        SATCHEL_TRY(text, chooser.choose(rows));
        chosen.emplace_back(rows.integer(0), std::move(text));
    }
    if (code != SQLITE_DONE) return bench.database.error(code, "stamp");
    return chosen;
}

}  // namespace

Result<std::uint64_t> count_without_sync_id(Database& database, const Schema& schema) {
    std::uint64_t count = 0;
    for (const Table& table : schema.tables) {
        if (table.identity != Identity::column) continue;
        SATCHEL_TRY(rows,
                    database.integer("SELECT count(*) FROM main." + identifier(table.name) +
                                     " WHERE " + std::string(kUnstamped)));
        count += static_cast<std::uint64_t>(rows);
    }
    return count;
}

Result<std::uint64_t> stamp_rows(Workbench bench, const RandomBytes& random) {
    SATCHEL_TRY(transaction, Transaction::start(bench.database, "BEGIN IMMEDIATE"));
    std::uint64_t count = 0;
    for (const Table& table : bench.schema.tables) {
        if (table.identity != Identity::column) continue;
        SATCHEL_TRY(chosen, choose_ids(bench, table, random));
        SATCHEL_TRY(update,
                    bench.database.query("UPDATE main." + identifier(table.name) +
                                         " SET sync_id = ?1 WHERE " + identifier(table.rowid) +
                                         " = ?2 AND " + std::string(kUnstamped)));
        for (const auto& [number, text] : chosen) {
            update.bind(1, std::string_view(text));
            update.bind(2, number);
            const int code = update.step_code();
            if (code != SQLITE_DONE) return bench.database.error(code, "stamp");
            update.reset();
            ++count;
        }
    }
    if (const Status done = transaction.commit(); !done) return done.error();
    return count;
}

}  // namespace satchel::sources::sqlite
