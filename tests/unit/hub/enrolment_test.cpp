// The way into a workspace, as the hub sees it.
#include "tests/unit/hub/fixtures.h"

using namespace satchel;
using namespace satchel::test;
using hub::AdmissionKind;

TEST_SUITE("hub/enrolment") {
    TEST_CASE_FIXTURE(HubWorld, "a founding code makes a workspace once") {
        start();
        CHECK(*hub->workspace_count() == 0);
        const auto code = hub->new_admission(AdmissionKind::founding, 60s);
        REQUIRE(code);
        const Bytes entry = genesis();
        REQUIRE(enroll(founder, *code, entry));
        CHECK(*hub->workspace_count() == 1);
        const auto again = enroll(founder, *code, entry);
        REQUIRE(again);
        CHECK(again->is_member);
        CHECK(code_of(enroll(Device::make(), *code)) == ErrorCode::refused);
    }

    TEST_CASE_FIXTURE(HubWorld, "unknown and expired codes are refused") {
        start();
        CHECK(code_of(enroll(founder, "never-made", genesis())) == ErrorCode::refused);
        const auto expired = hub->new_admission(AdmissionKind::founding, 0s);
        REQUIRE(expired);
        CHECK(code_of(enroll(founder, *expired, genesis())) == ErrorCode::refused);
        CHECK(*hub->workspace_count() == 0);
    }

    TEST_CASE_FIXTURE(HubWorld, "a founding code does not admit to an existing workspace") {
        found();
        const auto code = hub->new_admission(AdmissionKind::founding, 60s);
        const Device stranger = Device::make();
        CHECK(code_of(enroll(stranger, *code)) == ErrorCode::refused);
        // Not by an entry of its own for the same workspace either.
        const Bytes rival = *crypto::make_genesis(keyring, stranger.keys, "x", random);
        CHECK(code_of(enroll(stranger, *code, rival)) == ErrorCode::conflict);
        CHECK(run(connect(founder)->members(0, 0s))->size() == 1);
    }

    TEST_CASE_FIXTURE(HubWorld, "genesis of another device is refused") {
        start();
        const auto code = hub->new_admission(AdmissionKind::founding, 60s);
        CHECK_FALSE(enroll(Device::make(), *code, genesis()));
        CHECK(*hub->workspace_count() == 0);
    }

    TEST_CASE_FIXTURE(HubWorld, "a workspace comes from another hub with its whole log") {
        start();
        const auto code = hub->new_admission(AdmissionKind::founding, 60s);
        const Bytes first = genesis();
        const Device laptop = Device::make();
        const auto members = crypto::Members::verify(std::vector<Bytes>{first}, std::nullopt);
        REQUIRE(members);
        const crypto::Newcomer newcomer{
            laptop.keys.device(), laptop.keys.ed_public(), laptop.keys.x_public(), "laptop"};
        const Bytes second = *crypto::make_add(keyring, founder.keys, *members, newcomer, random);
        // Who is no member by that log brings nothing, nor does a log with a gap.
        CHECK_FALSE(enroll(Device::make(), *code, first, {second}));
        CHECK_FALSE(enroll(laptop, *code, first, {second, second}));
        CHECK(*hub->workspace_count() == 0);
        const auto enrolled = enroll(laptop, *code, first, {second});
        REQUIRE(enrolled);
        CHECK(enrolled->is_member);
        CHECK(run(connect(laptop)->members(0, 0s))->size() == 2);
        CHECK(run(connect(founder)->push({{segment(founder, 1, 1)}, {}})));
    }

    TEST_CASE_FIXTURE(HubWorld, "a code for joining brings no other workspace") {
        found();
        const auto code = hub->new_admission(AdmissionKind::joining, 60s);
        const auto rival_keys = crypto::Keyring::create(random);
        const Device stranger = Device::make();
        wire::EnrollRequest request;
        request.code = *code;
        request.workspace = rival_keys->workspace();
        request.ed_public = stranger.keys.ed_public();
        request.x_public = stranger.keys.x_public();
        request.genesis = *crypto::make_genesis(*rival_keys, stranger.keys, "x", random);
        const auto refused = run(transport::enroll(
            io.get_executor(), device_settings(stranger), std::move(request), stranger.signer()));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::refused);
        CHECK(refused.error().message.find("another workspace") != std::string::npos);
        CHECK(*hub->workspace_count() == 1);
    }

    TEST_CASE_FIXTURE(HubWorld, "a joining device waits until a member adds it") {
        found();
        const auto code = hub->new_admission(AdmissionKind::joining, 60s);
        const Device laptop = Device::make();
        const auto enrolled = enroll(laptop, *code);
        REQUIRE(enrolled);
        CHECK(enrolled->workspace == keyring.workspace());
        CHECK_FALSE(enrolled->is_member);

        auto waiting = connect(laptop);
        CHECK(run(waiting->members(0, 0s))->size() == 1);
        CHECK(code_of(run(waiting->heads({}, 0s))) == ErrorCode::refused);
        CHECK(code_of(run(waiting->joins())) == ErrorCode::refused);
        CHECK(code_of(run(waiting->push({{segment(laptop, 1, 1)}, {}}))) == ErrorCode::refused);
        CHECK(code_of(run(waiting->add_member(entry_adding(laptop)))) == ErrorCode::refused);

        auto member = connect(founder);
        const auto joins = run(member->joins());
        REQUIRE(joins);
        REQUIRE(joins->size() == 1);
        CHECK(joins->front().device == laptop.keys.device());
        CHECK(joins->front().sealed_name == Bytes{1, 2, 3});
        CHECK(joins->front().proof == Bytes{4, 5, 6});
        CHECK(run(member->heads({}, 0s))->join_count == 1);

        add(laptop);
        CHECK(run(member->joins())->empty());
        CHECK(run(waiting->heads({}, 0s))->member_count == 2);
        CHECK(run(waiting->push({{segment(laptop, 1, 1)}, {}})));
    }

    TEST_CASE_FIXTURE(HubWorld, "a member's invitation admits one device") {
        found();
        const std::string code = "a code the hub never sees in clear";
        const Hash256 hash = crypto::sha256(as_bytes(code));
        REQUIRE(run(connect(founder)->invite(hash, clock.now_ms() + 60'000)));
        const Device laptop = Device::make();
        REQUIRE(enroll(laptop, code));
        CHECK(code_of(enroll(Device::make(), code)) == ErrorCode::refused);
        CHECK(run(connect(founder)->joins())->size() == 1);
    }

    TEST_CASE_FIXTURE(HubWorld,
                      "a device that signed entries is told of which workspace without a code") {
        found();
        const auto enrolled = enroll(founder, "");
        REQUIRE(enrolled);
        CHECK(enrolled->workspace == keyring.workspace());
        CHECK(enrolled->is_member);
        // One that others only speak of is unknown: anybody may add anybody to a log of their own.
        const Device laptop = Device::make();
        add(laptop);
        CHECK(code_of(enroll(laptop, "")) == ErrorCode::refused);
        auto log = run(connect(founder)->members(0, 0s));
        REQUIRE(log);
        const auto members = crypto::Members::verify(*log, std::nullopt);
        REQUIRE(members);
        const Bytes revoked =
            *crypto::make_revoke(laptop.keys, *members, founder.keys.device(), {}, random);
        REQUIRE(run(connect(laptop)->add_member(revoked)));
        CHECK(enroll(laptop, "")->is_member);
        CHECK_FALSE(enroll(founder, "")->is_member);
        CHECK(code_of(enroll(Device::make(), "")) == ErrorCode::refused);
        CHECK(run(connect(laptop)->joins())->empty());
    }

    TEST_CASE_FIXTURE(HubWorld, "an entry the log cannot take is refused") {
        found();
        const Device laptop = Device::make();
        const Device phone = Device::make();
        const Bytes entry = entry_adding(laptop);
        const Bytes rival = entry_adding(phone);
        auto member = connect(founder);
        REQUIRE(run(member->add_member(entry)));
        CHECK(run(member->add_member(entry)));  // the reply got lost: again is fine
        CHECK(code_of(run(member->add_member(rival))) == ErrorCode::conflict);
        Bytes forged = entry_adding(phone);
        forged.back() ^= 1;
        CHECK_FALSE(run(member->add_member(forged)));
        CHECK(run(member->members(0, 0s))->size() == 2);
        const Device stranger = Device::make();
        CHECK(code_of(run(connect(stranger)->add_member(rival))) == ErrorCode::refused);
        CHECK(run(member->members(1, 0s))->front() == entry);
        CHECK(run(member->members(7, 0s))->empty());
        // Any member gives back what a restored hub lost, whoever wrote it.
        CHECK(run(connect(laptop)->add_member(entry_adding(phone))));
    }

    TEST_CASE_FIXTURE(HubWorld, "a hub tells what it is and strangers get told apart") {
        start();
        const auto info = run(transport::probe_health(io.get_executor(), device_settings(founder)));
        REQUIRE(info);
        CHECK(info->hub_id == hub->hub_id());
        auto other = device_settings(founder);
        other.hub_id = "another";
        CHECK(code_of(run(transport::probe_health(io.get_executor(), other))) ==
              ErrorCode::refused);
        CHECK(code_of(run(connect(founder)->heads({}, 0s))) == ErrorCode::refused);
        other.url = "http://127.0.0.1:1";
        CHECK(code_of(run(transport::probe_health(io.get_executor(), other))) ==
              ErrorCode::offline);
    }

    TEST_CASE_FIXTURE(HubWorld, "too many requests without a session are told to wait") {
        settings.opens_per_second = 0.1;
        start();
        const auto ask = [&] {
            return run(transport::probe_health(io.get_executor(), device_settings(founder)));
        };
        CHECK(ask());
        CHECK(code_of(ask()) == ErrorCode::rate_limited);
    }
}
