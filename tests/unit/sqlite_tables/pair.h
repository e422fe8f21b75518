// Two machines with a database of one schema each.
#pragma once

#include "tests/unit/sqlite_tables/fixture.h"

#include <doctest/doctest.h>

namespace satchel::test {

/// Left writes, right receives.
struct Pair {
    Pair(const std::string& schema, sources::Capture mode)
        : left_app(folder / "a.db"),
          right_app(folder / "b.db"),
          left(prepared(left_app, schema, settings_for(folder / "a.db", mode)), 1),
          right(prepared(right_app, schema, settings_for(folder / "b.db", mode)), 2) {}

    static sources::SqliteTablesSettings prepared(App& app,
                                                  const std::string& schema,
                                                  sources::SqliteTablesSettings settings) {
        app.run(schema);
        return settings;
    }

    /// Left to right; every row must be applied.
    void send() {
        left.capture();
        right.capture();
        for (const sources::ProjectedRow& result : right.project_from(left)) {
            INFO(result.reason);
            CHECK(result.outcome == sources::Outcome::applied);
        }
    }

    TempFolder folder;
    App left_app;
    App right_app;
    Bench left;
    Bench right;
};

}  // namespace satchel::test
