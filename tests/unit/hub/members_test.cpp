// What the hub does about members that go, may only read, or do not know of the newest epoch.
#include "tests/unit/hub/fixtures.h"

namespace satchel::test {

namespace {

/// A founder and a second member, "laptop".
struct Two : HubWorld {
    Device laptop = Device::make();
    std::unique_ptr<transport::HubTransport> desk;
    std::unique_ptr<transport::HubTransport> other;

    Two() {
        found();
        add(laptop);
        desk = connect(founder);
        other = connect(laptop);
    }

    ~Two() {
        desk.reset();
        other.reset();
    }

    [[nodiscard]] crypto::Members members() {
        const auto log = run(desk->members(0, 0s));
        REQUIRE(log);
        return *crypto::Members::verify(*log, std::nullopt);
    }

    Status revoke(std::vector<wire::MemberLogEnd> ends = {}) {
        const auto entry = crypto::make_revoke(
            founder.keys, members(), laptop.keys.device(), std::move(ends), random);
        REQUIRE(entry);
        return run(desk->add_member(*entry));
    }

    Status give_role(crypto::MemberRole role) {
        const auto entry =
            crypto::make_role(founder.keys, members(), laptop.keys.device(), role, {});
        REQUIRE(entry);
        return run(desk->add_member(*entry));
    }

    Bytes head_at(std::uint64_t seq) {
        wire::HeadClear clear;
        clear.counter = seq;
        clear.lanes = {{LaneId{1}, seq, {}}};
        return *crypto::seal_head(keyring, laptop.keys, clear, Bytes{9}, random);
    }
};

}  // namespace

TEST_SUITE("hub/members") {
    TEST_CASE_FIXTURE(Two,
                      "a revoked device is told so and gets nothing but the log that says it") {
        REQUIRE(run(other->heads({}, 0s)));
        REQUIRE(revoke());
        const auto heads = run(other->heads({}, 0s));
        REQUIRE_FALSE(heads);
        CHECK(heads.error().message.find("revoked") != std::string::npos);
        CHECK(code_of(run(other->pull({}, 1000))) == ErrorCode::refused);
        CHECK(code_of(run(other->push({{segment(laptop, 1, 1)}, {}, 2}))) == ErrorCode::refused);
        CHECK(code_of(run(other->joins())) == ErrorCode::refused);
        CHECK(run(connect(laptop)->members(0, 0s))->size() == 3);
        CHECK(code_of(run(connect(laptop)->heads({}, 0s))) == ErrorCode::refused);
    }

    TEST_CASE_FIXTURE(Two, "a device that listens when it is revoked is cut off at once") {
        const auto first = run(other->heads({}, 0s));
        REQUIRE(first);
        const auto began = std::chrono::steady_clock::now();
        auto heard = asio::co_spawn(io, other->heads(first->etag, 60s), boost::asio::use_future);
        REQUIRE(revoke());
        while (heard.wait_for(0s) != std::future_status::ready) io.run_one();
        CHECK(code_of(heard.get()) == ErrorCode::refused);
        CHECK(std::chrono::steady_clock::now() - began < 1s);
    }

    TEST_CASE_FIXTURE(Two, "who does not know of the newest epoch pushes nothing") {
        REQUIRE(run(other->push({{segment(laptop, 1, 1)}, {}, 1})));
        const auto entry = crypto::make_rotation(founder.keys, members(), random);
        REQUIRE(run(desk->add_member(*entry)));
        CHECK(code_of(run(other->push({{segment(laptop, 2, 2)}, {}, 1}))) == ErrorCode::conflict);
        CHECK(run(other->push({{segment(laptop, 2, 2)}, {}, 2})));
    }

    TEST_CASE_FIXTURE(Two, "what is there already may come again sealed under another epoch") {
        const Bytes before = segment(laptop, 1, 1);
        REQUIRE(run(other->push({{before}, {}, 1})));
        const auto entry = crypto::make_rotation(founder.keys, members(), random);
        REQUIRE(run(desk->add_member(*entry)));
        keyring = *crypto::unwrap_keyring(members(), founder.keys);
        CHECK(run(other->push({{segment(laptop, 1, 1)}, {}, 2})));
        const auto pulled = run(desk->pull({{laptop.keys.device(), LaneId{1}, 0}}, 10'000));
        REQUIRE(pulled);
        CHECK(pulled->segments == std::vector<Bytes>{before});
    }

    TEST_CASE_FIXTURE(Two, "an entry that ends a log ends it where its head says") {
        REQUIRE(run(other->push({{segment(laptop, 1, 1)}, head_at(1), 1})));
        CHECK(code_of(revoke()) == ErrorCode::busy);
        CHECK(code_of(give_role(crypto::MemberRole::reader)) == ErrorCode::busy);
        CHECK(revoke({{LaneId{1}, 1, {}}}));
    }

    TEST_CASE_FIXTURE(Two, "a device that may only read reads and says where it is") {
        REQUIRE(give_role(crypto::MemberRole::reader));
        CHECK(run(other->heads({}, 0s)));
        CHECK(run(other->pull({{founder.keys.device(), LaneId{1}, 0}}, 1000)));
        CHECK(code_of(run(other->push({{segment(laptop, 1, 1)}, {}, 1}))) == ErrorCode::refused);
        CHECK(run(other->push({{}, head(laptop, 1), 1})));
        CHECK(code_of(run(other->invite({}, 0))) == ErrorCode::refused);
        REQUIRE(give_role(crypto::MemberRole::normal));
        CHECK(run(other->push({{segment(laptop, 1, 1)}, {}, 1})));
    }

    TEST_CASE_FIXTURE(Two, "of a revoked device is brought what counts and no head") {
        REQUIRE(revoke({{LaneId{1}, 2, {}}}));
        const Bytes counts = segment(laptop, 1, 2);
        const Bytes too_late = segment(laptop, 3, 3);
        CHECK(run(desk->push({{counts}, {}, 2})));
        CHECK(code_of(run(desk->push({{too_late}, {}, 2}))) == ErrorCode::refused);
        CHECK(code_of(run(desk->push({{}, head_at(2), 2}))) == ErrorCode::refused);
    }

    TEST_CASE_FIXTURE(Two, "a device that may only read brings nothing of others") {
        REQUIRE(give_role(crypto::MemberRole::reader));
        CHECK(code_of(run(other->push({{segment(founder, 1, 1)}, {}, 1}))) == ErrorCode::refused);
        CHECK(code_of(run(other->push({{}, head(founder, 1), 1}))) == ErrorCode::refused);
    }

    TEST_CASE_FIXTURE(Two, "the hub knows after a restart who was revoked") {
        REQUIRE(revoke());
        desk.reset();
        other.reset();
        stop();
        start();
        CHECK(code_of(run(connect(laptop)->heads({}, 0s))) == ErrorCode::refused);
        CHECK(run(connect(founder)->heads({}, 0s)));
    }
}

}  // namespace satchel::test
