// Items and batches too large for one object.
#include "daemon/core/batch.h"
#include "daemon/engine/left_out.h"
#include "daemon/engine/log_writer.h"
#include "shared/base/limits.h"
#include "tests/unit/engine/replica_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;

namespace {

constexpr std::size_t kMiB = 1u << 20;

/// Bytes no compression makes smaller.
Bytes noise(std::size_t count) {
    Bytes bytes(count);
    SeededRandom(count).fill(bytes).value();
    return bytes;
}

void put(Device& device, std::int64_t key, core::Value second, core::Value third) {
    device.application.tables[0].rows[key] = {
        core::Value::integer(key), std::move(second), std::move(third)};
    device.application.changed.insert({0, key});
}

}  // namespace

TEST_SUITE("engine/large") {
    TEST_CASE("a value no device would take stays here and the rest travels") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        left.insert(1);
        put(left, 2, core::Value::blob(noise(limits::kValueBytesMax + 1)), {});
        put(left, 3, core::Value::blob(noise(limits::kValueBytesMax)), {});
        const StepReport report = left.capture();
        CHECK(report.captured == 2);
        REQUIRE(report.notes.size() == 1);
        CHECK(report.notes[0].find("4194305 bytes") != std::string::npos);
        CHECK(describe_left_out(left.slot()) != "");
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        CHECK(right.rows() == 2);
        CHECK(right.application.tables[0].rows.at(3) == left.application.tables[0].rows.at(3));
        // A smaller value travels again, and nothing is left to tell.
        put(left, 2, core::Value::integer(2), {});
        CHECK(left.capture().captured == 1);
        CHECK(describe_left_out(left.slot()) == "");
    }

    TEST_CASE("a row too large for one object stays here and is remembered") {
        Workspace workspace(1);
        Device device(workspace, 0);
        const core::Value half = core::Value::blob(noise(limits::kValueBytesMax));
        put(device, 1, half, half);
        device.insert(2);
        CHECK(device.capture().captured == 1);
        CHECK(device.slot().left_out.size() == 1);
        device.slot().left_out.clear();
        device.slot().is_open = false;
        device.replica.open_source("app").value();
        CHECK(device.slot().left_out.size() == 1);
        // Nobody reports that it is gone.
        device.application.tables[0].rows.erase(1);
        device.insert(3);
        device.capture();
        CHECK(device.slot().left_out.empty());
    }

    TEST_CASE("whatever is gathered is cut into objects that a push can carry") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        const LaneId lane = left.slot().declaration.lane;
        left.replica
            .in_step([&](Step& step) {
                LogWriter log(step, lane);
                for (int i = 0; i < 20; ++i) {
                    core::Op op;
                    op.kind = core::OpKind::piece;
                    op.columns = {{ColumnId{1}, core::Value::blob(Bytes(sizeof(Hash256)))},
                                  {ColumnId{2}, core::Value::integer(i)},
                                  {ColumnId{3}, core::Value::blob(noise(kMiB + 1))}};
                    log.append(std::move(op));
                }
                return log.flush();
            })
            .value();
        left.replica.note_own_op();
        const auto log = left.log();
        CHECK(log.size() >= 5);
        for (const Bytes& object : log)
            CHECK(object.size() <= limits::kHttpBodyBytesMax - limits::kHttpFramingBytes);
        CHECK(right.replica.receive(log).value() == log.size());
        CHECK(right.apply().applied_ops >= 20);
    }

    TEST_CASE("the largest op allowed fits one object") {
        Workspace workspace(1);
        Device device(workspace, 0);
        core::Op op;
        op.columns = {{ColumnId{1}, core::Value::blob(noise(limits::kValueBytesMax))}};
        const std::size_t rest = limits::kOpBytesMax - core::encoded_bytes_max(op) - 20;
        op.columns.push_back({ColumnId{2}, core::Value::blob(noise(rest))});
        CHECK_FALSE(find_oversized(op));
        const Status sealed = device.replica.in_step([&](Step& step) {
            LogWriter log(step, LaneId{7});
            log.append(std::move(op));
            return log.flush();
        });
        CHECK(sealed.has_value());
    }
}
