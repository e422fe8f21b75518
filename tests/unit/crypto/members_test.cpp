// The membership log: who gets in, and every way a hub might try to change it.
#include "daemon/crypto/members.h"

#include "daemon/crypto/labels.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

// The entry with one change, signed again by `keys`.
Bytes resigned(ByteView entry, const DeviceKeys& keys, void (*change)(wire::MemberEntry&)) {
    auto parsed = wire::parse_member(entry);
    REQUIRE(parsed);
    change(*parsed);
    parsed->signature = keys.sign(labels::kSignMember, wire::encode_member_signed_part(*parsed));
    return wire::encode_member(*parsed);
}

ErrorCode code_of(const std::vector<Bytes>& log, std::optional<Hash256> pin = std::nullopt) {
    const auto members = Members::verify(log, pin);
    REQUIRE_FALSE(members);
    return members.error().code;
}

}  // namespace

TEST_SUITE_BEGIN("crypto/members");

TEST_CASE("a founder and a second device are members with their names") {
    const test::Workspace home;
    CHECK(home.members.all().size() == 2);
    CHECK(home.members.next_number() == 2);
    CHECK(home.members.workspace() == home.keyring.workspace());
    const Member* laptop = home.members.find(home.laptop.device());
    REQUIRE(laptop != nullptr);
    CHECK(laptop->ed_public == home.laptop.ed_public());
    CHECK(laptop->added_by == home.desk.device());
    CHECK(*name_of(home.keyring, *laptop) == "laptop");
    CHECK(*name_of(home.keyring, home.members.all()[0]) == "desk");
    CHECK(home.members.find(test::keys_from(50).device()) == nullptr);
}

TEST_CASE("every member gets the keyring from its own entry and no other") {
    const test::Workspace home;
    for (const DeviceKeys* keys : {&home.desk, &home.laptop}) {
        const auto keyring = unwrap_keyring(home.members, *keys);
        REQUIRE(keyring);
        CHECK(to_hex(keyring->serialize().view()) == to_hex(home.keyring.serialize().view()));
    }
    CHECK_FALSE(unwrap_keyring(home.members, test::keys_from(50)));
}

TEST_CASE("the pin decides which log is ours") {
    const test::Workspace home;
    CHECK(Members::verify(home.log, home.members.genesis_hash()));
    CHECK(code_of(home.log, Hash256{1}) == ErrorCode::refused);
    CHECK(code_of({}) == ErrorCode::refused);
}

TEST_CASE("every flipped byte and every cut of an entry is found") {
    const test::Workspace home;
    const Bytes& entry = home.log[1];
    for (std::size_t i = 0; i < entry.size(); i += 3) {
        const Bytes cut(entry.begin(), entry.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK_FALSE(Members::verify(std::vector{home.log[0], cut}, std::nullopt));
        Bytes flipped = entry;
        flipped[i] ^= 4;
        CAPTURE(i);
        CHECK_FALSE(Members::verify(std::vector{home.log[0], flipped}, std::nullopt));
    }
}

TEST_CASE("entries out of place are refused") {
    const test::Workspace home;
    CHECK(code_of({home.log[1]}) == ErrorCode::refused);
    CHECK(code_of({home.log[0], home.log[1], home.log[1]}) == ErrorCode::conflict);
    CHECK(code_of({home.log[0], home.log[0]}) == ErrorCode::refused);
    const Bytes gap =
        resigned(home.log[1], home.desk, [](wire::MemberEntry& entry) { entry.number = 2; });
    CHECK(code_of({home.log[0], gap}) == ErrorCode::refused);
    const Bytes unlinked =
        resigned(home.log[1], home.desk, [](wire::MemberEntry& entry) { entry.previous[5] ^= 1; });
    CHECK(code_of({home.log[0], unlinked}) == ErrorCode::refused);
    const Bytes foreign = resigned(
        home.log[1], home.desk, [](wire::MemberEntry& entry) { entry.workspace.bytes[0] ^= 1; });
    CHECK(code_of({home.log[0], foreign}) == ErrorCode::refused);
}

TEST_CASE("a hub cannot add a device of its own") {
    const test::Workspace home;
    const DeviceKeys hub = test::keys_from(77);
    const Bytes signed_by_hub = resigned(home.log[1], hub, [](wire::MemberEntry&) {});
    CHECK(code_of({home.log[0], signed_by_hub}) == ErrorCode::refused);

    // Self-signed: author and device are the hub's own.
    auto entry = wire::parse_member(home.log[1]);
    REQUIRE(entry);
    entry->device = hub.device();
    entry->author = hub.device();
    entry->ed_public = hub.ed_public();
    entry->signature = hub.sign(labels::kSignMember, wire::encode_member_signed_part(*entry));
    CHECK(code_of({home.log[0], wire::encode_member(*entry)}) == ErrorCode::refused);
}

TEST_CASE("keys that do not belong to the id are refused though a member signed them") {
    const test::Workspace home;
    const Bytes swapped = resigned(
        home.log[1], home.desk, [](wire::MemberEntry& entry) { entry.device.bytes[0] ^= 1; });
    CHECK(code_of({home.log[0], swapped}) == ErrorCode::refused);
    const Bytes unsound = resigned(
        home.log[1], home.desk, [](wire::MemberEntry& entry) { entry.x_public[31] |= 0x80; });
    CHECK(code_of({home.log[0], unsound}) == ErrorCode::refused);
}

TEST_CASE("a refused entry changes nothing and the next good one still fits") {
    const test::Workspace home;
    auto members = Members::verify(std::span(home.log).first(1), std::nullopt);
    REQUIRE(members);
    Bytes flipped = home.log[1];
    flipped.back() ^= 1;
    CHECK_FALSE(members->append(flipped));
    CHECK(members->next_number() == 1);
    CHECK(members->append(home.log[1]));
    CHECK(members->head_hash() == home.members.head_hash());
}

TEST_CASE("a member is not added twice and a stranger adds nobody") {
    test::Workspace home;
    const auto again = make_add(home.keyring,
                                home.desk,
                                home.members,
                                test::newcomer_of(home.laptop, "laptop"),
                                home.random);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::already_exists);
    const DeviceKeys stranger = test::keys_from(50);
    CHECK_FALSE(make_add(
        home.keyring, stranger, home.members, test::newcomer_of(stranger, "me"), home.random));
}

TEST_CASE("an entry of a kind to come asks for an update") {
    const test::Workspace home;
    Bytes later = home.log[1];
    later[8] = 7;
    CHECK(code_of({home.log[0], later}) == ErrorCode::version_mismatch);
}

TEST_SUITE_END();

}  // namespace satchel::crypto
