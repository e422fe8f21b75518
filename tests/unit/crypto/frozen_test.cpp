// Formats of version 1, frozen: objects sealed once must open for ever, and sealing the same with
// the same "randomness" must give the same bytes. A test here goes red when a format changes
// unnoticed.
#include "daemon/crypto/join.h"
#include "daemon/crypto/seal.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"
#include "tests/unit/crypto/vectors.h"

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

/// Everything of the frozen workspace, made anew from its fixed bytes.
struct Frozen {
    test::Workspace home;
    Bytes stored = make_segment("op");
    Bytes compressed = make_segment(std::string(500, 'x'));
    Bytes head = make_head();
    Bytes local = *seal_keyring(home.keyring, home.desk, home.random);

  private:
    Bytes make_segment(const std::string& plain) {
        return *seal_segment(
            home.keyring, home.desk, {LaneId{3}, 10, 12, Hash256{5}}, as_bytes(plain), home.random);
    }

    Bytes make_head() {
        wire::HeadClear clear;
        clear.counter = 41;
        clear.lanes = {{LaneId{3}, 12, Hash256{5}}};
        return *seal_head(home.keyring, home.desk, clear, as_bytes("payload"), home.random);
    }
};

}  // namespace

TEST_SUITE_BEGIN("crypto/frozen");

TEST_CASE("what version 1 made with fixed bytes is made again") {
    const Frozen now;
    const auto then = test::load_vectors("formats_v1.txt").front();
    CHECK(to_hex(now.home.desk.device().view()) == then.text("device"));
    CHECK(to_hex(now.home.desk.ed_public()) == then.text("ed_public"));
    CHECK(to_hex(now.home.desk.x_public()) == then.text("x_public"));
    CHECK(to_hex(now.home.keyring.serialize().view()) == then.text("keyring"));
    CHECK(to_hex(now.home.log[0]) == then.text("genesis"));
    CHECK(to_hex(now.home.log[1]) == then.text("add"));
    CHECK(to_hex(now.stored) == then.text("segment_stored"));
    CHECK(to_hex(now.local) == then.text("keyring_sealed"));
    CHECK(to_hex(join_proof(std::array<Byte, 16>{1},
                            now.home.desk.device(),
                            now.home.desk.ed_public(),
                            now.home.desk.x_public(),
                            as_bytes("name"))) == then.text("join_proof"));
}

TEST_CASE("what version 1 sealed still opens") {
    const test::Workspace home;
    const auto then = test::load_vectors("formats_v1.txt").front();
    const auto members =
        Members::verify(std::vector{then.bytes("genesis"), then.bytes("add")}, std::nullopt);
    REQUIRE(members);
    const auto keyring = unwrap_keyring(*members, home.laptop);
    REQUIRE(keyring);
    CHECK(*name_of(*keyring, members->all()[1]) == "laptop");
    const auto stored = open_segment(*keyring, *members, then.bytes("segment_stored"));
    REQUIRE(stored);
    CHECK(as_text(stored->plain) == "op");
    const auto compressed = open_segment(*keyring, *members, then.bytes("segment_compressed"));
    REQUIRE(compressed);
    CHECK(as_text(compressed->plain) == std::string(500, 'x'));
    const auto head = open_head(*keyring, *members, then.bytes("head"));
    REQUIRE(head);
    CHECK(as_text(head->payload) == "payload");
    CHECK(open_keyring(home.desk, then.bytes("keyring_sealed")));
}

// `unit_crypto --no-skip --test-case="print the frozen formats"` writes a new vector file when a
// new format version is made on purpose.
TEST_CASE("print the frozen formats" * doctest::skip()) {
    const Frozen now;
    const auto print = [](const char* field, ByteView bytes) {
        std::printf("%s = %s\n", field, to_hex(bytes).c_str());
    };
    print("device", now.home.desk.device().view());
    print("ed_public", now.home.desk.ed_public());
    print("x_public", now.home.desk.x_public());
    print("keyring", now.home.keyring.serialize().view());
    print("genesis", now.home.log[0]);
    print("add", now.home.log[1]);
    print("segment_stored", now.stored);
    print("segment_compressed", now.compressed);
    print("head", now.head);
    print("keyring_sealed", now.local);
    print("join_proof",
          join_proof(std::array<Byte, 16>{1},
                     now.home.desk.device(),
                     now.home.desk.ed_public(),
                     now.home.desk.x_public(),
                     as_bytes("name")));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
