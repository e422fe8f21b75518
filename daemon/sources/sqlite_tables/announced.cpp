// One note of the source: collection, sid and number of each row.
#include "daemon/sources/sqlite_tables/announced.h"

#include "daemon/sources/sqlite_tables/table_sql.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

constexpr std::string_view kNote = "announced";

/// True when the columns hold what the row shows.
bool is_shown(const Table& table,
              const core::Row& row,
              std::span<const core::ColumnValue> columns) {
    const auto shown = core::shown_siblings(row);
    return std::ranges::all_of(columns, [&](const core::ColumnValue& cell) {
        const auto at = std::ranges::find(shown, cell.column, &core::Sibling::column);
        if (at != shown.end()) return (*at)->value_hash == cell.value.hash();
        return cell.value.is_null() || cell.value == table.find_column(cell.column)->fill;
    });
}

}  // namespace

Result<Announcements> Announcements::load(Memory& memory) {
    Announcements announcements;
    SATCHEL_TRY(note, memory.note(as_bytes(kNote)));
    if (!note) return announcements;
    ByteReader reader(*note);
    while (reader.remaining() > 0 && !reader.failed()) {
        const auto collection = static_cast<CollectionId>(reader.u64());
        const auto sid = Sid::from(reader.raw(sizeof(Sid{}.bytes)));
        const std::int64_t number = reader.zigzag();
        if (!reader.failed() && sid)
            announcements.earlier_.insert_or_assign({collection, *sid}, number);
    }
    return announcements;
}

std::optional<std::int64_t> Announcements::find(CollectionId collection, const Sid& sid) const {
    for (const Numbers* numbers : {&added_, &earlier_})
        if (const auto at = numbers->find({collection, sid}); at != numbers->end())
            return at->second;
    return std::nullopt;
}

void Announcements::add(CollectionId collection, const Sid& sid, std::int64_t number) {
    const auto [at, is_new] = added_.insert({{collection, sid}, number});
    is_news_ = is_news_ || is_new || at->second != number;
    at->second = number;
}

Status Announcements::make_durable(Memory& memory) {
    if (!is_news_) return ok();
    Bytes note;
    ByteWriter writer(note);
    for (const auto& [place, number] : added_) {
        writer.u64(static_cast<std::uint64_t>(place.first));
        writer.raw(place.second.view());
        writer.zigzag(number);
    }
    if (const Status noted = memory.set_note(as_bytes(kNote), note); !noted) return noted;
    is_news_ = false;
    return memory.make_durable();
}

Status Announcements::report(Workbench bench, CaptureSink& sink, UnixMs edited_ms) {
    SATCHEL_TRY(announcements, load(bench.memory));
    if (announcements.earlier_.empty()) return ok();
    RowReader reader(bench);
    for (const auto& [place, number] : announcements.earlier_)
        if (const auto table = bench.schema.index_of(place.first))
            reader.learn_parent(*table, number, place.second);
    bool is_any_reported = false;
    for (const auto& row : announcements.earlier_) {
        SATCHEL_TRY(is_reported, report_row(bench, reader, row, sink, edited_ms));
        is_any_reported = is_any_reported || is_reported;
    }
    if (const Status erased = bench.memory.erase_note(as_bytes(kNote)); !erased) return erased;
    return is_any_reported ? sink.item_done() : ok();
}

Result<bool> Announcements::report_row(Workbench bench,
                                       RowReader& reader,
                                       const Numbers::value_type& row,
                                       CaptureSink& sink,
                                       UnixMs edited_ms) {
    const auto& [place, number] = row;
    const Table* table = bench.schema.find(place.first);
    if (table == nullptr || table->identity != Identity::mapped) return false;
    const auto key = integer_key(number);
    SATCHEL_TRY(own, bench.memory.find_key(place.first, place.second));
    if (own && std::ranges::equal(*own, key)) return false;
    SATCHEL_TRY(state, bench.memory.find_row(place.first, place.second));
    if (!state || !state->is_pending()) return false;
    LocalRow local;
    {
        SATCHEL_TRY(found, bench.database.query(read_sql(*table)));
        found.bind(1, number);
        const int code = found.step_code();
        if (code == SQLITE_DONE) return false;
        if (code != SQLITE_ROW) return bench.database.error(code, "read");
        SATCHEL_TRY(columns, reader.columns(*table, found));
        local.columns = std::move(columns);
    }
    if (!is_shown(*table, *state, local.columns)) return false;
    local.collection = place.first;
    local.sid = place.second;
    local.key = to_bytes(key);
    local.is_present = true;
    local.marker = core::Value::integer(number);
    local.edited_ms = edited_ms;
    const Status taken = sink.row(std::move(local));
    return taken ? Result<bool>(true) : Result<bool>(taken.error());
}

}  // namespace satchel::sources::sqlite
