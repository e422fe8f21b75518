// Joining by invitation, and names that nobody else reads.
#include "daemon/crypto/join.h"

#include "daemon/crypto/name.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

TEST_SUITE_BEGIN("crypto/join");

TEST_CASE("a request made with the secret becomes a member who can read everything") {
    test::Workspace home;
    const std::array<Byte, 16> secret{1, 2, 3};
    const DeviceKeys tablet = test::keys_from(150);
    const auto request = make_join_request(secret, tablet, "tablet", home.random);
    REQUIRE(request);
    const auto newcomer = check_join_request(secret, *request);
    REQUIRE(newcomer);
    CHECK(newcomer->name == "tablet");
    const auto entry = make_add(home.keyring, home.laptop, home.members, *newcomer, home.random);
    REQUIRE(entry);
    REQUIRE(home.members.append(*entry));
    const Member* member = home.members.find(tablet.device());
    REQUIRE(member != nullptr);
    const auto keyring = unwrap_keyring(home.members, tablet);
    REQUIRE(keyring);
    CHECK(*name_of(*keyring, *member) == "tablet");
}

TEST_CASE("a hub that swaps anything in a request is found out") {
    test::CountingRandom random;
    const std::array<Byte, 16> secret{1, 2, 3};
    const DeviceKeys tablet = test::keys_from(150);
    const DeviceKeys hub = test::keys_from(77);
    const auto request = make_join_request(secret, tablet, "tablet", random);
    REQUIRE(request);
    JoinRequest swapped = *request;
    SUBCASE("the wrapping key") {
        swapped.x_public = hub.x_public();
    }
    SUBCASE("the signing key") {
        swapped.ed_public = hub.ed_public();
    }
    SUBCASE("the id") {
        swapped.device = hub.device();
    }
    SUBCASE("the name") {
        swapped.sealed_name[0] ^= 1;
    }
    SUBCASE("the proof") {
        swapped.proof[31] ^= 1;
    }
    const auto refused = check_join_request(secret, swapped);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::refused);
    CHECK_FALSE(check_join_request(std::array<Byte, 16>{9}, *request));
}

TEST_CASE("names are padded and bound to their device") {
    test::Workspace home;
    const auto sealed = seal_name(home.keyring, home.desk.device(), "a", home.random);
    const auto longer =
        seal_name(home.keyring, home.desk.device(), std::string(60, 'b'), home.random);
    REQUIRE(sealed);
    REQUIRE(longer);
    CHECK(sealed->size() == longer->size());
    CHECK(*open_name(home.keyring, 1, home.desk.device(), *sealed) == "a");
    CHECK_FALSE(open_name(home.keyring, 1, home.laptop.device(), *sealed));
    CHECK_FALSE(open_name(home.keyring, 2, home.desk.device(), *sealed));
}

TEST_CASE("names that cannot be shown are not given") {
    test::Workspace home;
    for (const std::string& name : {std::string(), std::string(129, 'a'), std::string("\xff")}) {
        const auto sealed = seal_name(home.keyring, home.desk.device(), name, home.random);
        REQUIRE_FALSE(sealed);
        CHECK(sealed.error().code == ErrorCode::invalid_argument);
    }
}

TEST_SUITE_END();

}  // namespace satchel::crypto
