// Replicas driven by hand: what is refused, what is halted, what raises an alarm.
#include "daemon/crypto/seal.h"
#include "daemon/store/inbox.h"
#include "tests/unit/engine/replica_fixture.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

bool has_alarm(const std::vector<std::string>& alarms, std::string_view word) {
    return std::ranges::any_of(
        alarms, [&](const std::string& alarm) { return alarm.find(word) != alarm.npos; });
}

}  // namespace

TEST_SUITE("engine/replica") {
    TEST_CASE("what one device writes another shows and nobody writes again") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        left.insert(1);
        CHECK(left.capture().captured == 1);
        right.capture();
        right.replica.receive(left.log()).value();
        CHECK(right.apply().projected.applied == 1);
        CHECK(right.application.tables[0].rows == left.application.tables[0].rows);
        CHECK(right.capture().captured == 0);
    }

    TEST_CASE("losing most items at once halts before anything is sent") {
        Workspace workspace(1);
        Device device(workspace, 0);
        for (std::int64_t key = 1; key <= 60; ++key) device.insert(key);
        device.capture();
        device.log();
        while (device.rows() > 10)
            device.application.remove({0, device.application.tables[0].rows.begin()->first});
        device.capture();
        CHECK(device.slot().state == SourceState::halted);
        CHECK(device.log().empty());
        CHECK(device.replica.resume("app").value());
        CHECK(device.capture().captured == 50);
        CHECK(device.log().size() == 1);
    }

    TEST_CASE("another device's mass delete is not carried out unasked") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        for (std::int64_t key = 1; key <= 60; ++key) left.insert(key);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        REQUIRE(right.rows() == 60);
        while (left.rows() > 10)
            left.application.remove({0, left.application.tables[0].rows.begin()->first});
        left.capture();
        left.replica.resume("app").value();
        left.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        CHECK(right.slot().state == SourceState::halted);
        CHECK(right.rows() == 60);
        CHECK(right.replica.resume("app").value());
        right.apply();
        CHECK(right.rows() == 10);
    }

    TEST_CASE("a mass delete that comes in many pages deletes nothing unasked") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        constexpr std::int64_t kRows = 6'000;
        for (std::int64_t key = 1; key <= kRows; ++key) left.insert(key);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        REQUIRE(right.rows() == kRows);
        // One page of deletions is less than a fifth of the rows; together they are all of them.
        std::vector<Bytes> log;
        for (std::int64_t key = 1; key <= kRows; ++key) {
            left.application.remove({0, key});
            if (key % 1'000 != 0) continue;
            left.slot().accepts_sending_loss = true;
            left.capture();
            for (Bytes& body : left.log()) log.push_back(std::move(body));
        }
        REQUIRE(left.rows() == 0);
        right.replica.receive(log).value();
        right.apply();
        CHECK(right.slot().state == SourceState::halted);
        CHECK(right.rows() == kRows);
        // Nor does it after a restart, when the rows wait.
        right.slot().state = SourceState::ok;
        right.replica.show_waiting().value();
        CHECK(right.slot().state == SourceState::halted);
        CHECK(right.rows() == kRows);
        CHECK(right.replica.resume("app").value());
        right.apply();
        CHECK(right.rows() == 0);
    }

    TEST_CASE("a permission lasts for one cycle and one direction") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        for (std::int64_t key = 1; key <= 100; ++key) left.insert(key);
        left.capture();
        right.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        for (std::int64_t key = 1; key <= 50; ++key) left.application.remove({0, key});
        left.capture();
        REQUIRE(left.slot().state == SourceState::halted);
        // The permission is used up even if the source cannot be read in that cycle.
        REQUIRE(left.replica.resume("app").value());
        workspace.faults.source_busy = 1'000'000;
        left.capture();
        workspace.faults.source_busy = 0;
        left.capture();
        CHECK(left.slot().state == SourceState::halted);
        CHECK(left.log().empty());
        REQUIRE(left.replica.resume("app").value());
        CHECK(left.capture().captured == 50);
        right.replica.receive(left.log()).value();
        right.apply();
        REQUIRE(right.slot().state == SourceState::halted);
        right.log();
        // To allow what others deleted is not to allow what is lost here.
        REQUIRE(right.replica.resume("app").value());
        for (std::int64_t key = 51; key <= 100; ++key) right.application.remove({0, key});
        right.capture();
        CHECK(right.slot().state == SourceState::halted);
        CHECK(right.log().empty());
    }

    TEST_CASE("losses are counted by table and new items make up for none") {
        Workspace workspace(1);
        Device device(workspace, 0);
        for (std::int64_t key = 1; key <= 60; ++key) device.insert(key);
        for (std::int64_t key = 1; key <= 1'000; ++key) device.insert_project(key);
        device.capture();
        for (std::int64_t key = 1; key <= 50; ++key) device.application.remove({0, key});
        for (std::int64_t key = 101; key <= 150; ++key) device.insert(key);
        device.capture();
        CHECK(device.slot().state == SourceState::halted);
        CHECK(device.slot().trouble.message.find("lost 50 of 60") != std::string::npos);
    }

    TEST_CASE("a few losses are no mass loss") {
        CHECK_FALSE(is_mass_loss(60, 40));
        CHECK(is_mass_loss(60, 39));
        CHECK_FALSE(is_mass_loss(1'000, 800));
        CHECK(is_mass_loss(1'000, 799));
        CHECK_FALSE(is_mass_loss(5, 10));
    }

    TEST_CASE("segments out of order wait for the ones before them") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        right.capture();
        std::vector<Bytes> log;
        for (std::int64_t key = 1; key <= 3; ++key) {
            left.insert(key);
            left.capture();
            for (Bytes& body : left.log()) log.push_back(std::move(body));
        }
        REQUIRE(log.size() >= 3);
        right.replica.receive(std::vector<Bytes>{log.back()}).value();
        right.apply();
        CHECK(right.rows() == 0);
        right.replica.absorb_heads(std::vector<Bytes>{left.head()}).value();
        const auto missing = right.replica.missing().value();
        REQUIRE(missing.size() == 1);
        CHECK(missing[0].after == 0);
        right.replica.receive(log).value();
        right.apply();
        CHECK(right.rows() == 3);
        CHECK(right.replica.missing().value().empty());
    }

    TEST_CASE("a log that does not continue what came before is refused whole") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        left.insert(1);
        left.capture();
        const auto log = left.log();
        auto opened = std::move(
            crypto::open_segment(workspace.keyring, left.identity.members, log.back()).value());
        crypto::SegmentPosition position{
            opened.header.lane, opened.header.from, opened.header.to, {}};
        position.link[0] = 1;
        const Bytes forged =
            crypto::seal_segment(
                workspace.keyring, left.identity.keys, position, opened.plain, workspace.random)
                .value();
        right.capture();
        std::vector<Bytes> received(log.begin(), log.end() - 1);
        received.push_back(forged);
        right.replica.receive(received).value();
        CHECK(has_alarm(right.apply().notes, "does not continue"));
        CHECK(right.rows() == 0);
    }

    TEST_CASE("objects of strangers are left out and new members are learned") {
        Workspace workspace(2);
        Device left(workspace, 0, 1), right(workspace, 1);
        right.insert(1);
        right.capture();
        const auto log = right.log();
        left.capture();
        CHECK(left.replica.receive(log).value() == 0);
        left.replica.learn_members(std::span<const Bytes>(workspace.members).subspan(1)).value();
        CHECK(store::load_members(*left.database).value().size() == 1);
        CHECK(left.replica.receive(log).value() == log.size());
        left.apply();
        CHECK(left.rows() == 1);
        const Bytes nonsense(300, 7);
        CHECK(left.replica.receive(std::vector<Bytes>{nonsense}).value() == 0);
        CHECK_FALSE(left.replica.learn_members(std::vector<Bytes>{nonsense}).has_value());
    }

    TEST_CASE("an older head than seen before raises an alarm") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        left.capture();
        const Bytes first = left.head();
        left.insert(1);
        left.capture();
        const Bytes second = left.head();
        CHECK(right.replica.absorb_heads(std::vector<Bytes>{second}).value().empty());
        CHECK(
            has_alarm(right.replica.absorb_heads(std::vector<Bytes>{first}).value(), "older head"));
    }

    TEST_CASE("equal vectors with unequal digests raise an alarm") {
        Workspace workspace(2);
        Device left(workspace, 0), right(workspace, 1);
        left.insert(1);
        left.capture();
        right.replica.receive(left.log()).value();
        right.apply();
        HeadState state;
        for (const auto& [id, lane] : right.replica.ledger().lanes()) {
            core::Digest wrong = lane.digest;
            wrong.words[0] ^= 1;
            state.lanes.push_back({id, "app", lane.vector(), wrong.bytes()});
        }
        const Bytes head =
            seal_own_head(left.identity, left.replica.ledger(), state, 9, workspace.random).value();
        CHECK(has_alarm(right.replica.absorb_heads(std::vector<Bytes>{head}).value(), "differ"));
    }

    TEST_CASE("head states come back and damaged ones are refused or harmless") {
        HeadState state{"name", "1.0", 5, {{LaneId{3}, "source", {}, {}}}};
        state.lanes[0].vector.raise(DeviceId{}, 4);
        const Bytes bytes = encode_head_state(state);
        const auto back = decode_head_state(bytes);
        REQUIRE(back.has_value());
        CHECK((back->lanes == state.lanes));
        for (std::size_t size = 0; size < bytes.size(); ++size)
            CHECK_FALSE(decode_head_state(ByteView(bytes).first(size)).has_value());
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            Bytes flipped = bytes;
            flipped[bit / 8] ^= static_cast<Byte>(1u << (bit % 8));
            (void)decode_head_state(flipped);
        }
    }
}
