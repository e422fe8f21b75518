// See table.h.
#include "tests/generate/table.h"

#include "shared/base/time_text.h"
#include "tests/generate/database.h"

#include <filesystem>

namespace satchel::generate {

namespace {

constexpr std::string_view kColumns =
    "id, title, kind, size_bytes, score, created_at, updated_at, owner, note, flags";

std::string schema(bool text_key) {
    return std::string("CREATE TABLE entry (id ") +
           (text_key ? "TEXT PRIMARY KEY NOT NULL" : "INTEGER PRIMARY KEY") +
           ", title TEXT NOT NULL, kind TEXT, size_bytes INTEGER, score REAL, created_at TEXT, "
           "updated_at TEXT, owner TEXT, note TEXT, flags INTEGER DEFAULT 0)";
}

}  // namespace

Status make_table(const TableOptions& options, Random& random) {
    if (std::filesystem::exists(options.path))
        return Error{ErrorCode::already_exists, "make '" + options.path + "': it is there already"};
    Database db(options.path);
    db.run(schema(options.text_key));
    for (std::uint64_t i = 1; i <= options.rows; ++i) {
        const auto time_ms = kFirstDayMs + static_cast<std::int64_t>(random.below(2'400'000'000));
        db.insert("entry",
                  kColumns,
                  {options.text_key ? Value(uuid(random)) : Value(static_cast<std::int64_t>(i)),
                   prose(random, 24),
                   std::string(word(random)),
                   static_cast<std::int64_t>(random.below(1'000'000)),
                   static_cast<double>(random.below(10'000)) / 16.0,
                   to_rfc3339(time_ms),
                   random.one_in(3) ? Value{} : Value(to_rfc3339(time_ms + 60'000)),
                   std::string(word(random)),
                   prose(random, 70),
                   static_cast<std::int64_t>(random.below(8))});
    }
    return db.finish();
}

}  // namespace satchel::generate
