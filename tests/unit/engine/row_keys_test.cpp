// Keys asked for in their order are read ahead; whatever was written meanwhile, the answer is the
// store's.
#include "daemon/engine/row_keys.h"

#include "tests/unit/engine/replica_fixture.h"

#include <map>
#include <random>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;

namespace {

Bytes key_of(std::uint64_t number) {
    Bytes key;
    ByteWriter(key).u64(number);
    return key;
}

}  // namespace

TEST_SUITE("engine/row_keys") {
    TEST_CASE("who has a key is the same read ahead or not") {
        for (unsigned seed = 1; seed <= 20; ++seed) {
            CAPTURE(seed);
            std::mt19937 random(seed);
            Workspace workspace(1);
            Device device(workspace, 0);
            device.insert(1);
            device.capture();
            const std::int64_t ord = device.replica.ledger().collections().begin()->second.ord;
            std::map<std::uint64_t, Sid> expected;
            device.replica
                .in_step([&](Step& step) -> Status {
                    store::Rows rows(step.transaction.database());
                    RowKeys keys(step.transaction.database());
                    const auto write = [&](std::uint64_t number) -> Status {
                        store::StoredRow row;
                        workspace.random.fill(row.sid.bytes).value();
                        row.key = key_of(number);
                        row.held_hash = number + 1;
                        expected[number] = row.sid;
                        if (auto settled = keys.settle(ord, row); !settled) return settled;
                        return rows.save(step.transaction, ord, row);
                    };
                    for (int i = 0; i < 1'500; ++i)
                        if (auto done = write(1'000 + random() % 4'000); !done) return done;
                    std::uint64_t number = 990;
                    while (number < 5'010) {
                        SATCHEL_TRY(found, keys.find(ord, key_of(number)));
                        const auto at = expected.find(number);
                        REQUIRE(found.has_value() == (at != expected.end()));
                        if (found) REQUIRE(found->sid == at->second);
                        if (found) REQUIRE(found->held_hash == number + 1);
                        // Mostly onwards, sometimes far, sometimes back, sometimes written.
                        const auto chance = random() % 400;
                        if (chance == 0) number -= random() % 300;
                        if (chance == 1) number += random() % 700;
                        if (chance == 2)
                            if (auto done = write(number + random() % 20); !done) return done;
                        ++number;
                    }
                    return ok();
                })
                .value();
        }
    }
}
