#include "daemon/store/declarations.h"

#include "daemon/store/query.h"

namespace satchel::store {

Result<std::vector<Declaration>> load_declarations(Database& database) {
    return guarded("read the sources", [&]() -> Result<std::vector<Declaration>> {
        std::vector<Declaration> declarations;
        Query query(
            database,
            "SELECT id, name, kind, path, options, lane FROM source WHERE kind <> '' ORDER BY id");
        while (query.step()) {
            declarations.push_back({query.integer(0),
                                    query.text(1),
                                    query.text(2),
                                    query.text(3),
                                    query.text(4),
                                    static_cast<LaneId>(query.integer(5))});
        }
        return declarations;
    });
}

Status add_declaration(Transaction& transaction, Declaration& declaration) {
    return guarded("declare a source", [&]() -> Status {
        Query query(transaction.database(), R"sql(
            INSERT INTO source (name, kind, path, options, lane) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, path = excluded.path,
                options = excluded.options, lane = excluded.lane WHERE kind = ''
            RETURNING id
        )sql");
        query.bind(declaration.name).bind(declaration.kind).bind(declaration.path);
        query.bind(declaration.options).bind(static_cast<int>(declaration.lane));
        if (!query.step())
            return Error{ErrorCode::already_exists,
                         "declare a source: the name '" + declaration.name + "' is taken",
                         "choose another with --name, or remove the first one"};
        declaration.id = query.integer(0);
        return ok();
    });
}

Status set_options(Transaction& transaction, std::int64_t id, const std::string& options) {
    return guarded("change a source", [&]() -> Status {
        Query query(transaction.database(), "UPDATE source SET options = ? WHERE id = ?");
        query.bind(std::string_view(options)).bind(id).run();
        return ok();
    });
}

Status set_lane(Transaction& transaction, std::int64_t id, LaneId lane) {
    return guarded("change a source", [&]() -> Status {
        Query query(transaction.database(), "UPDATE source SET lane = ? WHERE id = ?");
        query.bind(static_cast<int>(lane)).bind(id).run();
        return ok();
    });
}

Status remove_declaration(Transaction& transaction, std::int64_t id) {
    return guarded("remove a source", [&]() -> Status {
        // What is left keeps the id, and with it the notes, for the day the name comes back.
        Query query(transaction.database(),
                    "UPDATE source SET kind = '', path = '', options = '{}' WHERE id = ?");
        query.bind(id).run();
        return ok();
    });
}

}  // namespace satchel::store
