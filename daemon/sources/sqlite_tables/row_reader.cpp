// Reading rows: values, references, identities.
#include "daemon/sources/sqlite_tables/row_reader.h"

#include "daemon/sources/sqlite_tables/schema_read.h"
#include "daemon/sources/sqlite_tables/table_sql.h"
#include "shared/base/hash.h"

#include <algorithm>

namespace satchel::sources::sqlite {

namespace {

constexpr std::size_t kParentsKeptMax = 65'536;

Bytes captured_note(const Table& table) {
    return to_bytes(as_bytes("t/" + table.name));
}

}  // namespace

Result<bool> is_first_capture(Memory& memory, const Table& table) {
    SATCHEL_TRY(note, memory.note(captured_note(table)));
    return !note.has_value();
}

Status note_captured(Memory& memory, const Table& table) {
    return memory.set_note(captured_note(table), as_bytes("1"));
}

Bytes content_of(const Table& table, const Query& row, bool with_key) {
    Bytes out;
    Bytes value;
    ByteWriter writer(out);
    if (with_key) {
        row.encode(0, value);
        writer.sized(value);
    }
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        writer.u32(static_cast<std::uint32_t>(table.columns[i].id));
        row.encode(first_cell(table) + static_cast<int>(i), value);
        writer.sized(value);
    }
    return out;
}

Result<std::uint64_t> RowReader::hash(const Table& table, const Query& row) {
    std::uint64_t hash = 1;
    int at = first_cell(table);
    for (const Column& column : table.columns) {
        if (column.parent && row.type(at) == SQLITE_INTEGER) {
            SATCHEL_TRY(value, cell(column.parent, row, at));
            const ByteView encoded = value.encoded();
            scratch_.assign(encoded.begin(), encoded.end());
        } else {
            row.encode(at, scratch_);
        }
        hash = combine64(combine64(hash, static_cast<std::uint64_t>(column.id)), hash64(scratch_));
        ++at;
    }
    return hash;
}

Result<std::vector<core::ColumnValue>> RowReader::columns(const Table& table, const Query& row) {
    std::vector<core::ColumnValue> columns;
    columns.reserve(table.columns.size());
    int at = first_cell(table);
    for (const Column& column : table.columns) {
        SATCHEL_TRY(value, cell(column.parent, row, at));
        columns.push_back({column.id, std::move(value)});
        ++at;
    }
    return columns;
}

Result<core::Value> RowReader::cell(std::optional<std::size_t> parent, const Query& row, int at) {
    if (parent && row.type(at) == SQLITE_INTEGER) {
        SATCHEL_TRY(sid, parent_sid(*parent, row.integer(at)));
        if (sid) return core::Value::reference(*sid);
    }
    return row.value(at);
}

void RowReader::forget_parents() {
    parents_.assign(bench_.schema.tables.size(), {});
    last_parent_.assign(bench_.schema.tables.size(), {});
}

void RowReader::learn_parent(std::size_t table, std::int64_t number, const Sid& sid) {
    if (parents_.empty()) forget_parents();
    parents_[table].insert_or_assign(number, sid);
    last_parent_[table] = {};
}

Result<std::optional<Sid>> RowReader::parent_sid(std::size_t parent, std::int64_t number) {
    if (parents_.empty()) forget_parents();
    // Children of one parent usually stand together.
    auto& last = last_parent_[parent];
    if (last.second && last.first == number) return last.second;
    auto& known = parents_[parent];
    if (const auto at = known.find(number); at != known.end()) {
        last = {number, at->second};
        return at->second;
    }
    SATCHEL_TRY(sid, look_up_parent(bench_.schema.tables[parent], number));
    if (known.size() >= kParentsKeptMax) known.clear();
    known.emplace(number, sid);
    last = {number, sid};
    return sid;
}

Result<std::optional<Sid>> RowReader::look_up_parent(const Table& parent, std::int64_t number) {
    const auto key = integer_key(number);
    SATCHEL_TRY(known, bench_.memory.find(parent.collection, key));
    if (known) return std::optional<Sid>(known->sid);
    SATCHEL_TRY(query, bench_.database.query(read_sql(parent)));
    query.bind(1, number);
    const int code = query.step_code();
    if (code == SQLITE_DONE) return std::optional<Sid>();  // dangling: stays a number
    if (code != SQLITE_ROW) return bench_.database.error(code, "read");
    SATCHEL_TRY(derived, derived_sid(parent, query));
    if (derived) return derived;
    if (parent.identity != Identity::mapped) return std::optional<Sid>();
    SATCHEL_TRY(is_first, is_first_capture(bench_.memory, parent));
    std::optional<Bytes> content;
    if (is_first) content = content_of(parent, query, true);
    SATCHEL_TRY(
        sid,
        bench_.memory.ensure_sid(
            parent.collection, key, content ? std::optional<ByteView>(*content) : std::nullopt));
    return std::optional<Sid>(sid);
}

Result<std::optional<Sid>> RowReader::derived_sid(const Table& table, const Query& row) {
    if (table.identity == Identity::column) {
        const Column* column = table.find_column("sync_id");
        if (column == nullptr) return std::optional<Sid>();
        const int at = first_cell(table) + static_cast<int>(column - table.columns.data());
        const std::string_view text = row.text(at);
        if (text.empty()) return std::optional<Sid>();
        return std::optional<Sid>(bench_.ids.row(table.collection, as_bytes(text)));
    }
    if (table.identity != Identity::key) return std::optional<Sid>();
    std::vector<core::Value> values;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
        SATCHEL_TRY(value, cell(table.key[i].parent, row, static_cast<int>(i)));
        values.push_back(std::move(value));
    }
    const auto key = encode_key(table, values);
    if (!key) return std::optional<Sid>();
    return std::optional<Sid>(bench_.ids.row(table.collection, *key));
}

Result<std::optional<Bytes>> RowReader::natural_name(const Table& table, const Query& row) {
    if (table.natural_rule.empty()) return std::optional<Bytes>();
    Bytes name;
    ByteWriter writer(name);
    writer.sized(as_bytes("natural"));
    for (const KeyColumn& key : table.natural_rule) {
        const Column* column = table.find_column(key.name);
        const int at = first_cell(table) + static_cast<int>(column - table.columns.data());
        SATCHEL_TRY(value, cell(key.parent, row, at));
        const bool is_number = key.parent && value.kind() != core::ValueKind::reference;
        if (value.is_null() || is_number) return std::optional<Bytes>();
        writer.sized(as_bytes(upper(key.name)));
        writer.sized(canonical_key_value(value, key.collation).encoded());
    }
    return std::optional<Bytes>(std::move(name));
}

Result<std::vector<core::ColumnValue>> RowReader::seeds(const Table& table, ByteView key) {
    std::vector<core::ColumnValue> seeds;
    const auto values = decode_key(table, key);
    if (!values) return seeds;
    SATCHEL_TRY(row, bench_.database.query(seeds_sql(table)));
    bind_key(row, 1, *values);
    const int code = row.step_code();
    if (code == SQLITE_DONE) return seeds;
    if (code != SQLITE_ROW) return bench_.database.error(code, "read");
    for (std::size_t i = 0; i < table.seeds.size(); ++i) {
        SATCHEL_TRY(value, cell(table.seeds[i].parent, row, static_cast<int>(i)));
        if (!value.is_null()) seeds.push_back({table.seeds[i].id, std::move(value)});
    }
    return seeds;
}

Result<LocalRow> RowReader::local_row(const Table& table, const Query& row, Bytes key) {
    LocalRow local;
    local.collection = table.collection;
    local.is_present = true;
    SATCHEL_TRY(cells, columns(table, row));
    local.columns = std::move(cells);
    if (!table.seeds.empty()) {
        SATCHEL_TRY(held, bench_.memory.find(table.collection, key));
        if (!held || held->held_hash == 0) {
            SATCHEL_TRY(seeds, this->seeds(table, key));
            local.columns.insert(local.columns.end(), seeds.begin(), seeds.end());
            std::ranges::sort(local.columns, {}, &core::ColumnValue::column);
        }
    }
    if (table.has_rowid_identity() && !table.is_by_content())
        local.marker = core::Value::integer(row.integer(0));
    if (table.identity == Identity::mapped) {
        SATCHEL_TRY(known, bench_.memory.find(table.collection, key));
        if (known) {
            local.sid = known->sid;
        } else {
            SATCHEL_TRY(is_first, is_first_capture(bench_.memory, table));
            std::optional<Bytes> content;
            if (is_first) content = content_of(table, row, true);
            SATCHEL_TRY(sid,
                        bench_.memory.ensure_sid(
                            table.collection,
                            key,
                            content ? std::optional<ByteView>(*content) : std::nullopt));
            local.sid = sid;
        }
    } else {
        SATCHEL_TRY(sid, derived_sid(table, row));
        local.sid = sid;
    }
    local.key = std::move(key);
    return local;
}

}  // namespace satchel::sources::sqlite
