// What a replica takes from the hub, what it leaves out, and how it gets over damage.
#include "daemon/core/batch.h"
#include "daemon/crypto/seal.h"
#include "daemon/store/inbox.h"
#include "tests/unit/engine/replica_fixture.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

bool has_word(const std::vector<std::string>& sentences, std::string_view word) {
    return std::ranges::any_of(sentences, [&](const std::string& sentence) {
        return sentence.find(word) != sentence.npos;
    });
}

/// The last segment of the log again, sealed and signed as its author would, with other content.
Bytes reseal(Device& author, const Bytes& segment, const std::function<void(Bytes&)>& change) {
    auto opened =
        crypto::open_segment(author.workspace.keyring, author.identity.members, segment).value();
    change(opened.plain);
    const crypto::SegmentPosition position{
        opened.header.lane, opened.header.from, opened.header.to, opened.header.link};
    return crypto::seal_segment(author.workspace.keyring,
                                author.identity.keys,
                                position,
                                opened.plain,
                                author.workspace.random)
        .value();
}

}  // namespace

TEST_SUITE("engine/exchange") {
    TEST_CASE("a damaged segment blocks its own log only and is fetched again later") {
        Workspace workspace(3);
        Device bad(workspace, 0), good(workspace, 1), reader(workspace, 2);
        reader.capture();
        bad.insert(1);
        bad.capture();
        good.insert(2);
        good.capture();
        const auto log = bad.log();
        auto damaged = log;
        damaged.back()[damaged.back().size() - 100] ^= 1;
        reader.replica.absorb_heads(std::vector<Bytes>{bad.head()}).value();
        CHECK(reader.replica.receive(damaged).value() == damaged.size() - 1);
        CHECK(has_word(reader.replica.take_alarms(), "damaged"));
        reader.replica.receive(good.log()).value();
        reader.apply();
        CHECK(reader.rows() == 1);
        CHECK(reader.application.tables[0].rows.contains(2));
        CHECK(store::list_received(*reader.database).value().empty());
        // Not at once, and not never.
        CHECK(reader.replica.missing().value().empty());
        CHECK_FALSE(reader.replica.is_retry_due());
        workspace.clock.pass(5 * 60'000);
        CHECK(reader.replica.is_retry_due());
        CHECK(reader.replica.missing().value().size() == 1);
        CHECK(reader.replica.receive(log).value() == 1);
        reader.apply();
        CHECK(reader.rows() == 2);
        CHECK_FALSE(reader.replica.is_retry_due());
    }

    TEST_CASE("a segment that its author made wrong is dropped and asked for less and less") {
        Workspace workspace(2);
        Device author(workspace, 0), reader(workspace, 1);
        reader.capture();
        author.insert(1);
        author.capture();
        const auto log = author.log();
        auto wrong = log;
        wrong.back() = reseal(author, log.back(), [](Bytes& plain) { plain.pop_back(); });
        reader.replica.absorb_heads(std::vector<Bytes>{author.head()}).value();
        reader.replica.receive(wrong).value();
        CHECK(has_word(reader.apply().notes, "stops here"));
        CHECK(store::list_received(*reader.database).value().empty());
        workspace.clock.pass(5 * 60'000);
        REQUIRE(reader.replica.missing().value().size() == 1);
        reader.replica.receive(wrong).value();
        reader.apply();
        workspace.clock.pass(5 * 60'000);
        CHECK(reader.replica.missing().value().empty());
        workspace.clock.pass(5 * 60'000);
        CHECK(reader.replica.missing().value().size() == 1);
        reader.replica.receive(log).value();
        reader.apply();
        CHECK(reader.rows() == 1);
    }

    TEST_CASE("what only a newer program can read waits for it") {
        Workspace workspace(2);
        Device author(workspace, 0), reader(workspace, 1);
        reader.capture();
        author.insert(1);
        author.capture();
        auto log = author.log();
        log.back() = reseal(author, log.back(), [](Bytes& plain) { plain[0] = 99; });
        reader.replica.absorb_heads(std::vector<Bytes>{author.head()}).value();
        reader.replica.receive(log).value();
        CHECK(has_word(reader.apply().notes, "newer than this program"));
        auto inbox = store::list_received(*reader.database).value();
        REQUIRE(inbox.size() == 1);
        CHECK(inbox[0].state == store::InboxState::quarantined);
        CHECK(reader.replica.missing().value().empty());
        // The same again does not make it readable.
        CHECK(reader.replica.receive(log).value() == 0);
        inbox = store::list_received(*reader.database).value();
        CHECK(inbox[0].state == store::InboxState::quarantined);
        // A restart may have brought a newer program, new members a key.
        REQUIRE(reader.replica.load().has_value());
        inbox = store::list_received(*reader.database).value();
        CHECK(inbox[0].state == store::InboxState::waiting);
        reader.apply();
        CHECK(reader.replica.learn_members({}).has_value());
        inbox = store::list_received(*reader.database).value();
        CHECK(inbox[0].state == store::InboxState::waiting);
    }

    TEST_CASE("a segment that arrived is not replaced by another at its place") {
        Workspace workspace(2);
        Device author(workspace, 0), reader(workspace, 1);
        reader.capture();
        author.insert(1);
        author.capture();
        const auto log = author.log();
        CHECK(reader.replica.receive(log).value() == log.size());
        auto wrong = log;
        for (Bytes& body : wrong)
            body = reseal(author, body, [](Bytes& plain) { plain.pop_back(); });
        CHECK(reader.replica.receive(wrong).value() == 0);
        reader.apply();
        CHECK(reader.rows() == 1);
    }

    TEST_CASE("what nobody asked for is not kept") {
        Workspace workspace(2);
        Device author(workspace, 0), reader(workspace, 1);
        author.insert(1);
        author.capture();
        reader.replica.drop_source("app");
        CHECK(reader.replica.receive(author.log()).value() == 0);
        CHECK(store::list_received(*reader.database).value().empty());
    }

    TEST_CASE("entries that do not all hold are not learned at all") {
        Workspace workspace(2);
        Device device(workspace, 0, 1);
        const std::vector<Bytes> entries = {workspace.members[1], Bytes(300, 7)};
        CHECK_FALSE(device.replica.learn_members(entries).has_value());
        CHECK(device.identity.members.next_number() == 1);
        CHECK(device.replica.learn_members(std::span(entries).first(1)).has_value());
        CHECK(device.identity.members.next_number() == 2);
    }

    TEST_CASE("what a rolled-back hub lacks is sent again and only that") {
        Workspace workspace(1);
        Device device(workspace, 0);
        device.insert(1);
        device.capture();
        const auto first = device.log();
        const Bytes old_head = device.head();
        device.replica.mark_head_published().value();
        device.insert(2);
        device.capture();
        const auto second = device.log();
        const Bytes new_head = device.head();
        device.replica.mark_head_published().value();
        CHECK(device.replica.absorb_heads(std::vector<Bytes>{new_head}).value().empty());
        CHECK(device.log().empty());
        const auto alarms = device.replica.absorb_heads(std::vector<Bytes>{old_head}).value();
        CHECK(has_word(alarms, "rolled back"));
        CHECK(device.log() == second);
        CHECK(device.replica.new_head().value().has_value());
        // Once is enough.
        CHECK(device.replica.absorb_heads(std::vector<Bytes>{old_head}).value().empty());
        // A wiped hub gets everything.
        CHECK(has_word(device.replica.absorb_heads({}).value(), "rolled back"));
        CHECK(device.log().size() == first.size() + second.size());
    }

    TEST_CASE("a restored device takes its own log back before it writes behind it") {
        Workspace workspace(2);
        Device lost(workspace, 0), other(workspace, 1);
        lost.insert(1);
        lost.insert(2);
        lost.capture();
        const auto log = lost.log();
        const Bytes head = lost.head();
        // The same device with a store that knows nothing, and an application that has one of the
        // rows still and another that is new.
        Device restored(workspace, 0);
        restored.application.tables[0].rows[1] = lost.application.tables[0].rows[1];
        restored.application.changed.insert({0, 1});
        restored.insert(3);
        CHECK(restored.replica.may_be_restored());
        restored.replica.absorb_heads(std::vector<Bytes>{head}).value();
        CHECK_FALSE(restored.replica.may_be_restored());
        REQUIRE(restored.replica.is_behind_itself().value());
        CHECK(restored.replica.missing().value().size() == 1);
        restored.replica.receive(log).value();
        restored.apply();
        CHECK_FALSE(restored.replica.is_behind_itself().value());
        CHECK(restored.capture().captured == 1);
        restored.replica.show_waiting().value();
        CHECK(restored.rows() == 3);
        const auto more = restored.log();
        // What it writes continues what it wrote before, for everybody.
        other.capture();
        other.replica.receive(log).value();
        other.replica.receive(more).value();
        CHECK(other.apply().notes.empty());
        CHECK(other.rows() == 3);
        CHECK(other.replica.ledger().lanes().begin()->second.digest ==
              restored.replica.ledger().lanes().begin()->second.digest);
        // Its heads count on, and a rolled-back hub gets all of it from here.
        restored.replica.push_all_again().value();
        CHECK(restored.log().size() == log.size() + more.size());
        CHECK(has_word(other.replica.absorb_heads(std::vector<Bytes>{restored.head()}).value(),
                       "") == false);
    }

    TEST_CASE("a step that throws leaves nothing behind") {
        Workspace workspace(1);
        Device device(workspace, 0);
        device.capture();
        device.log();
        device.insert(1);
        const LaneId lane = device.slot().declaration.lane;
        const core::VersionVector before = device.replica.ledger().lanes().at(lane).vector();
        CHECK_THROWS(device.replica
                         .in_step([&](Step& step) -> Status {
                             step.ledger.advance(lane, device.identity.device, {99, {}});
                             throw std::runtime_error("a defect");
                         })
                         .has_value());
        CHECK((device.replica.ledger().lanes().at(lane).vector() == before));
        CHECK(device.capture().captured == 1);
    }
}
