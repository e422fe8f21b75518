#include "daemon/store/forget.h"

#include "daemon/core/row_codec.h"
#include "daemon/store/query.h"

#include <array>

namespace satchel::store {

Status forget_membership(Transaction& transaction) {
    // What is left of a collection is its name: its columns are told to the workspace again.
    static constexpr std::array kStatements = {
        "DELETE FROM meta WHERE name NOT IN ('running', 'enabled')",
        "DELETE FROM member",
        "DELETE FROM lane",
        "DELETE FROM applied",
        "DELETE FROM segment",
        "DELETE FROM inbox",
        "DELETE FROM head",
        "DELETE FROM parked",
        "DELETE FROM note",
        "DELETE FROM piece",
        "DELETE FROM approval",
        "UPDATE collection SET columns = x'', held = 0",
        "DELETE FROM row WHERE key IS NULL",
    };
    return guarded("forget a membership", [&]() -> Status {
        for (const char* statement : kStatements) Query(transaction.database(), statement).run();
        const Bytes nothing = core::encode_row(core::Row());
        Query blank(transaction.database(), "UPDATE row SET held_hash = 0, flags = 0, state = ?");
        blank.bind(ByteView(nothing)).run();
        return ok();
    });
}

Status forget_rows(Transaction& transaction) {
    return guarded("forget the rows of a workspace", [&]() -> Status {
        Query(transaction.database(), "DELETE FROM row").run();
        Query(transaction.database(), "DELETE FROM collection").run();
        Query(transaction.database(), "DELETE FROM history").run();
        return ok();
    });
}

}  // namespace satchel::store
