// Epochs, revoked devices, names and roles in the membership log: what each entry needs to be
// accepted, and what it takes away.
#include "daemon/crypto/labels.h"
#include "daemon/crypto/seal.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"

#include <functional>

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

using wire::MemberEntry;

/// The workspace of the fixture with a third device, "tablet".
struct Three : test::Workspace {
    DeviceKeys tablet = test::keys_from(150);

    Three() {
        take(*make_add(keyring, desk, members, test::newcomer_of(tablet, "tablet"), random));
    }

    void take(const Bytes& entry) {
        REQUIRE(members.append(entry));
        log.push_back(entry);
    }

    /// What `keys` reads of the log.
    [[nodiscard]] Result<Keyring> ring_of(const DeviceKeys& keys) const {
        return unwrap_keyring(members, keys);
    }
};

bool can_open(const Keyring& from, const Keyring& with, const DeviceKeys& author, Members members) {
    test::CountingRandom random{1};
    const SegmentPosition position{LaneId{1}, 1, 1, {}};
    const auto sealed = seal_segment(from, author, position, as_bytes("new"), random);
    REQUIRE(sealed);
    return open_segment(with, members, *sealed).has_value();
}

/// `entry` with one change, signed again by `keys`.
Bytes changed(ByteView bytes,
              const DeviceKeys& keys,
              const std::function<void(MemberEntry&)>& change) {
    auto entry = wire::parse_member(bytes);
    REQUIRE(entry);
    change(*entry);
    entry->signature = keys.sign(labels::kSignMember, wire::encode_member_signed_part(*entry));
    return wire::encode_member(*entry);
}

}  // namespace

TEST_SUITE_BEGIN("crypto/rotation");

TEST_CASE("a revoked device gets no key of the epoch that begins with it, the others do") {
    Three home;
    const auto before = home.ring_of(home.laptop);
    REQUIRE(before);
    home.take(*make_revoke(home.desk, home.members, home.laptop.device(), {}, home.random));
    CHECK(home.members.epoch() == 2);
    const auto desk = home.ring_of(home.desk);
    const auto tablet = home.ring_of(home.tablet);
    const auto laptop = home.ring_of(home.laptop);
    REQUIRE(desk);
    REQUIRE(tablet);
    REQUIRE(laptop);
    CHECK(desk->epoch() == 2);
    CHECK(tablet->epoch() == 2);
    CHECK(laptop->epoch() == 1);
    CHECK(can_open(*desk, *tablet, home.desk, home.members));
    CHECK_FALSE(can_open(*desk, *laptop, home.desk, home.members));
    // What it read before, it still reads.
    CHECK(can_open(*before, *laptop, home.desk, home.members));
    CHECK(home.members.find_active(home.laptop.device()) == nullptr);
    CHECK(*name_of(*desk, *home.members.find(home.laptop.device())) == "laptop");
}

TEST_CASE("the log of a revoked device counts as far as its entry says") {
    Three home;
    home.take(*make_revoke(
        home.desk, home.members, home.laptop.device(), {{LaneId{1}, 5, {}}}, home.random));
    const Member* laptop = home.members.find(home.laptop.device());
    REQUIRE(laptop != nullptr);
    CHECK(laptop->may_have_written(LaneId{1}, 5));
    CHECK_FALSE(laptop->may_have_written(LaneId{1}, 6));
    CHECK_FALSE(laptop->may_have_written(LaneId{2}, 1));
    const auto seal = [&](std::uint64_t seq) {
        const SegmentPosition position{LaneId{1}, seq, seq, {}};
        return *seal_segment(home.keyring, home.laptop, position, as_bytes("x"), home.random);
    };
    CHECK(open_segment(home.keyring, home.members, seal(5)));
    const auto behind = open_segment(home.keyring, home.members, seal(6));
    REQUIRE_FALSE(behind);
    CHECK(behind.error().code == ErrorCode::refused);
}

TEST_CASE("a rotation gives everybody the next key") {
    Three home;
    home.take(*make_rotation(home.laptop, home.members, home.random));
    home.take(*make_rotation(home.desk, home.members, home.random));
    for (const DeviceKeys* keys : {&home.desk, &home.laptop, &home.tablet}) {
        const auto keyring = home.ring_of(*keys);
        REQUIRE(keyring);
        CHECK(keyring->epoch() == 3);
    }
    const auto keyring = home.ring_of(home.desk);
    // A device that comes later reads what was written before it.
    const DeviceKeys phone = test::keys_from(200);
    home.take(*make_add(
        *keyring, home.desk, home.members, test::newcomer_of(phone, "phone"), home.random));
    const auto late = home.ring_of(phone);
    REQUIRE(late);
    CHECK(to_hex(late->serialize().view()) == to_hex(keyring->serialize().view()));
    CHECK(can_open(home.keyring, *late, home.desk, home.members));
}

TEST_CASE("an old key lets nobody in any more") {
    Three home;
    const Keyring old = home.keyring.clone();
    home.take(*make_rotation(home.desk, home.members, home.random));
    const DeviceKeys phone = test::keys_from(200);
    const auto entry =
        make_add(old, home.desk, home.members, test::newcomer_of(phone, "phone"), home.random);
    REQUIRE(entry);
    CHECK_FALSE(home.members.append(*entry));
}

TEST_CASE("a rotation that is not for all, for others too, or not the next is refused") {
    Three home;
    const Bytes good = *make_rotation(home.desk, home.members, home.random);
    const auto is_refused = [&](const std::function<void(MemberEntry&)>& change) {
        const Status status = home.members.append(changed(good, home.desk, change));
        return !status && status.error().code == ErrorCode::refused;
    };
    CHECK(is_refused([](MemberEntry& entry) { entry.envelopes.pop_back(); }));
    CHECK(is_refused([](MemberEntry& entry) { entry.envelopes[1] = entry.envelopes[0]; }));
    CHECK(is_refused([](MemberEntry& entry) {
        entry.envelopes.push_back({test::keys_from(50).device(), {}});
    }));
    CHECK(is_refused([](MemberEntry& entry) { entry.epoch = 3; }));
    CHECK(is_refused([](MemberEntry& entry) { entry.epoch = 1; }));
    CHECK(is_refused([&](MemberEntry& entry) { entry.device = home.laptop.device(); }));
    CHECK(home.members.append(good));
}

TEST_CASE("two keys for one epoch are found by who got the other one") {
    Three home;
    const Bytes one = *make_rotation(home.desk, home.members, home.random);
    const Bytes other = *make_rotation(home.desk, home.members, home.random);
    const auto theirs = wire::parse_member(other);
    const Bytes mixed = changed(one, home.desk, [&](MemberEntry& entry) {
        entry.envelopes.back() = theirs->envelopes.back();
    });
    home.take(mixed);
    CHECK(home.ring_of(home.desk));
    const auto tablet = home.ring_of(home.tablet);
    REQUIRE_FALSE(tablet);
    CHECK(tablet.error().code == ErrorCode::refused);
}

TEST_CASE("a revoked device signs nothing any more") {
    Three home;
    const Bytes early = *make_rotation(home.laptop, home.members, home.random);
    home.take(*make_revoke(home.desk, home.members, home.laptop.device(), {}, home.random));
    CHECK_FALSE(home.members.append(early));
    CHECK_FALSE(make_rotation(home.laptop, home.members, home.random));
    CHECK_FALSE(make_revoke(home.laptop, home.members, home.desk.device(), {}, home.random));
    const auto again = make_revoke(home.desk, home.members, home.laptop.device(), {}, home.random);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::not_found);
}

TEST_CASE("a device that goes by itself begins no epoch and asks for one") {
    Three home;
    home.take(*make_revoke(home.laptop, home.members, home.laptop.device(), {}, home.random));
    CHECK(home.members.epoch() == 1);
    CHECK(home.members.needs_rotation());
    home.take(*make_rotation(home.tablet, home.members, home.random));
    CHECK_FALSE(home.members.needs_rotation());
    CHECK(home.ring_of(home.laptop)->epoch() == 1);
    CHECK(home.ring_of(home.desk)->epoch() == 2);
}

TEST_CASE("the last device that may write stays") {
    Three home;
    home.take(*make_role(home.desk, home.members, home.tablet.device(), MemberRole::reader, {}));
    home.take(*make_revoke(home.desk, home.members, home.laptop.device(), {}, home.random));
    CHECK_FALSE(make_revoke(home.desk, home.members, home.desk.device(), {}, home.random));
    CHECK_FALSE(make_role(home.desk, home.members, home.desk.device(), MemberRole::reader, {}));
}

TEST_CASE("a device that may only read writes neither ops nor entries, until it may again") {
    Three home;
    home.take(*make_role(
        home.desk, home.members, home.laptop.device(), MemberRole::reader, {{LaneId{1}, 2, {}}}));
    const Member* laptop = home.members.find_active(home.laptop.device());
    REQUIRE(laptop != nullptr);
    CHECK(laptop->may_have_written(LaneId{1}, 2));
    CHECK_FALSE(laptop->may_have_written(LaneId{1}, 3));
    CHECK_FALSE(make_rotation(home.laptop, home.members, home.random));
    home.take(*make_role(home.desk, home.members, home.laptop.device(), MemberRole::normal, {}));
    CHECK(home.members.find(home.laptop.device())->may_have_written(LaneId{1}, 3));
    CHECK(make_rotation(home.laptop, home.members, home.random));
}

TEST_CASE("a name is changed by any member and read by all") {
    Three home;
    const Newcomer renamed = test::newcomer_of(home.laptop, "travel");
    home.take(*make_rename(home.keyring, home.tablet, home.members, renamed, home.random));
    CHECK(*name_of(home.keyring, *home.members.find(home.laptop.device())) == "travel");
    CHECK(Members::verify(home.log, home.members.genesis_hash()));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
