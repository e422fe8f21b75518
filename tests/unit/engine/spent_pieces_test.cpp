// Pieces of contents: kept while a value names them, dropped when none does.
#include "daemon/engine/spent_pieces.h"

#include "daemon/engine/store_memory.h"
#include "daemon/store/pieces.h"
#include "tests/unit/engine/replica_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

/// A device whose rows name contents.
struct Keeper : Device {
    using Device::Device;

    /// Gives the row a value that names a content.
    void name_content(std::int64_t key, const Hash256& content) {
        application.tables[0].rows[key] = {
            core::Value::integer(key), core::Value::blob(content), core::Value()};
        application.changed.insert({0, key});
    }

    void put_piece(const Sid& sid, const Hash256& content) {
        replica
            .in_step([&](Step& step) {
                return store::put_piece(step.transaction, sid, content, 0, Bytes{1});
            })
            .value();
    }

    bool has_piece(const Sid& sid, const Hash256& content) {
        return store::find_piece(*database, sid, content, 0).value().has_value();
    }

    Sid sid_of(std::int64_t key) {
        Sid sid;
        replica
            .in_step([&](Step& step) -> Status {
                StoreMemory memory(step, 1);
                for (const auto& [id, collection] : step.ledger.collections()) {
                    SATCHEL_TRY(known, memory.find(id, MemorySource::encode_key(key)));
                    if (known) sid = known->sid;
                }
                return ok();
            })
            .value();
        return sid;
    }
};

}  // namespace

TEST_SUITE("engine/spent_pieces") {
    TEST_CASE("pieces nobody needs any more are dropped and those of a conflict stay") {
        Workspace workspace(2);
        Keeper left(workspace, 0), right(workspace, 1);
        const Hash256 first{1}, theirs{2}, ours{3};
        left.name_content(1, first);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        left.name_content(1, theirs);
        right.name_content(1, ours);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        const Sid sid = right.sid_of(1);
        REQUIRE_FALSE(sid.is_zero());
        for (const Hash256& content : {first, theirs, ours}) right.put_piece(sid, content);
        REQUIRE(drop_spent_pieces(right.replica).has_value());
        const bool shows_ours = right.application.tables[0].rows[1][1] == core::Value::blob(ours);
        CHECK_FALSE(right.has_piece(sid, first));
        CHECK(right.has_piece(sid, theirs) == shows_ours);
        CHECK(right.has_piece(sid, ours) == !shows_ours);
    }

    TEST_CASE("pieces whose row may still come stay") {
        Workspace workspace(2);
        Keeper left(workspace, 0), right(workspace, 1);
        Sid unknown;
        unknown.bytes[0] = 9;
        left.insert(1);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.put_piece(unknown, {});
        REQUIRE(drop_spent_pieces(right.replica).has_value());
        CHECK(right.has_piece(unknown, {}));
        right.apply();
        REQUIRE(drop_spent_pieces(right.replica).has_value());
        CHECK_FALSE(right.has_piece(unknown, {}));
    }
}
