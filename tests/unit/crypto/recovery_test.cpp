// Recovery words: the published vectors of BIP-39, what is refused and how it is said, and the
// paper device that they are in the membership log.
#include "daemon/crypto/recovery.h"

#include "daemon/crypto/words.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"
#include "tests/unit/crypto/vectors.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

std::string words_of(const RecoveryKey& key) {
    return std::string(as_text(key.words().view()));
}

RecoveryKey key_from(Byte start) {
    test::CountingRandom random(start);
    return *RecoveryKey::create(random);
}

/// Words of a key with the one at `place`, from 0, exchanged.
std::string with_word(std::size_t place, std::string_view other) {
    std::string text = words_of(key_from(1));
    std::size_t from = 0;
    for (std::size_t i = 0; i < place; ++i) from = text.find(' ', from) + 1;
    return text.replace(from, text.find(' ', from) - from, other);
}

Error refusal_of(std::string_view text) {
    const auto key = RecoveryKey::parse(text);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == ErrorCode::invalid_argument);
    return key.error();
}

/// The workspace of the fixture with a paper device.
struct WithPaper : test::Workspace {
    DeviceKeys paper = key_from(60).keys();

    WithPaper() {
        take(*make_paper_add(keyring, desk, members, paper, random));
        take(*make_paper_role(paper, members));
    }

    void take(const Bytes& entry) {
        REQUIRE(members.append(entry));
        log.push_back(entry);
    }
};

}  // namespace

TEST_SUITE_BEGIN("crypto/recovery");

TEST_CASE("256 bits are the words that BIP-39 publishes for them and back") {
    for (const test::Vector& vector : test::load_vectors("bip39.txt")) {
        CAPTURE(vector.text("name"));
        test::GivenRandom random(vector.bytes("bits"));
        const auto key = RecoveryKey::create(random);
        REQUIRE(key);
        CHECK(words_of(*key) == vector.text("words"));
        const auto read = RecoveryKey::parse(vector.text("words"));
        REQUIRE(read);
        CHECK(words_of(*read) == vector.text("words"));
        CHECK(read->keys().device() == key->keys().device());
    }
}

TEST_CASE("words are read with capitals and numbers and on as many lines as there are") {
    const std::string words = words_of(key_from(1));
    std::string copied = "\n";
    std::size_t number = 0;
    for (std::string_view rest = words; !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        ++number;
        copied += std::to_string(number) + ". " + std::string(word);
        copied += number % 4 == 0 ? "\r\n" : "\t";
    }
    std::ranges::transform(copied, copied.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'm' ? static_cast<char>(letter - 'a' + 'A') : letter;
    });
    const auto read = RecoveryKey::parse(copied);
    REQUIRE(read);
    CHECK(words_of(*read) == words);
}

TEST_CASE("a wrong number of words is told") {
    CHECK(refusal_of("").message.find("there are 0 words, not 24") != std::string::npos);
    const std::string words = words_of(key_from(1));
    const std::string fewer = words.substr(0, words.rfind(' '));
    CHECK(refusal_of(fewer).message.find("there are 23 words") != std::string::npos);
    CHECK(refusal_of(words + " zoo").message.find("there are 25 words") != std::string::npos);
}

TEST_CASE("a word that the list does not have is named by its place with the one that is near") {
    const Error near = refusal_of(with_word(4, "abandn"));
    CHECK(near.message.find("word 5 ") != std::string::npos);
    CHECK(near.hint == "did you mean 'abandon'?");
    CHECK(refusal_of(with_word(23, "zoolander")).hint.find("zoo") == std::string::npos);
    CHECK(refusal_of(with_word(0, "elephantine")).hint == "did you mean 'elephant'?");
    const Error far = refusal_of(with_word(11, "xxxxxxxx"));
    CHECK(far.message.find("word 12 ") != std::string::npos);
    CHECK(far.hint.find("English") != std::string::npos);
    CHECK(refusal_of(with_word(2, "\xc3\xa9t\xc3\xa9")).message.find("word 3") !=
          std::string::npos);
}

TEST_CASE("nearly every exchanged word and two in the wrong order are found by the checksum") {
    std::size_t taken = 0;
    for (std::size_t i = 0; i < 2048; ++i)
        if (RecoveryKey::parse(with_word(7, word(i)))) ++taken;
    // One of 256 passes by chance.
    CHECK(taken < 20);
    CHECK(refusal_of("zoo " + words_of(key_from(1)).substr(words_of(key_from(1)).find(' ') + 1))
              .message.find("checksum") != std::string::npos);
}

TEST_CASE("the keys of a paper device come from its words alone and are no API key's") {
    CHECK(key_from(1).keys().device() == key_from(1).keys().device());
    CHECK(key_from(1).keys().device() != key_from(2).keys().device());
    CHECK(key_from(11).keys().device() != test::keys_from(11).device());
    // Frozen: words that were written on paper once have to be good for ever.
    test::CountingRandom random(0);
    const DeviceKeys keys = RecoveryKey::create(random)->keys();
    CHECK(to_hex(keys.ed_public()) ==
          "4bff3cb17670f8b2996e353cdee3799bb61245e711f1ecc6acd2cfe0f2856f10");
    CHECK(to_hex(keys.x_public()) ==
          "fea22e522315cdc1a6ad9e46c3d08f3eecc21233dd9e6bb09cbd1f5113765b1c");
}

TEST_CASE("no randomness makes no words") {
    test::BrokenRandom broken;
    CHECK_FALSE(RecoveryKey::create(broken));
}

TEST_CASE("a paper device reads every epoch and writes nothing") {
    WithPaper home;
    const Member* member = home.members.find_active(home.paper.device());
    REQUIRE(member != nullptr);
    CHECK(member->role == MemberRole::paper);
    CHECK_FALSE(member->may_have_written(LaneId{1}, 1));
    CHECK(*name_of(home.keyring, *member) == "recovery words");
    CHECK(check_paper(home.members, home.paper));
    CHECK(unwrap_keyring(home.members, home.paper)->epoch() == 1);
    home.take(*make_rotation(home.laptop, home.members, home.random));
    home.take(*make_revoke(home.desk, home.members, home.laptop.device(), {}, home.random));
    const auto ours = unwrap_keyring(home.members, home.desk);
    const auto theirs = unwrap_keyring(home.members, home.paper);
    REQUIRE(ours);
    REQUIRE(theirs);
    CHECK(theirs->epoch() == 3);
    CHECK(to_hex(theirs->serialize().view()) == to_hex(ours->serialize().view()));
    CHECK(check_paper(home.members, home.paper));
}

TEST_CASE("a paper device lets a new device in that can end the lost ones") {
    WithPaper home;
    const auto keyring = unwrap_keyring(home.members, home.paper);
    REQUIRE(keyring);
    const DeviceKeys fresh = test::keys_from(170);
    home.take(*make_add(
        *keyring, home.paper, home.members, test::newcomer_of(fresh, "fresh"), home.random));
    CHECK(home.members.find_active(fresh.device())->role == MemberRole::normal);
    home.take(*make_revoke(fresh, home.members, home.desk.device(), {}, home.random));
    home.take(*make_revoke(fresh, home.members, home.laptop.device(), {}, home.random));
    CHECK(unwrap_keyring(home.members, fresh)->epoch() == 3);
    CHECK(unwrap_keyring(home.members, home.paper)->epoch() == 3);
}

TEST_CASE("words on paper do not stand for the last device that may write") {
    WithPaper home;
    home.take(*make_role(home.desk, home.members, home.laptop.device(), MemberRole::reader, {}));
    CHECK_FALSE(make_role(home.desk, home.members, home.desk.device(), MemberRole::reader, {}));
    CHECK_FALSE(make_revoke(home.paper, home.members, home.desk.device(), {}, home.random));
}

TEST_CASE("a revoked paper device is told so and lets nobody in") {
    WithPaper home;
    home.take(*make_revoke(home.desk, home.members, home.paper.device(), {}, home.random));
    const Status checked = check_paper(home.members, home.paper);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::refused);
    CHECK(checked.error().message.find("revoked") != std::string::npos);
    const DeviceKeys fresh = test::keys_from(170);
    CHECK_FALSE(make_add(
        home.keyring, home.paper, home.members, test::newcomer_of(fresh, "fresh"), home.random));
    CHECK(unwrap_keyring(home.members, home.paper)->epoch() == 1);
}

TEST_CASE("a log that the words never signed is refused however it names them") {
    test::Workspace forged;
    const DeviceKeys paper = key_from(60).keys();
    // Words of some other workspace.
    CHECK_FALSE(check_paper(forged.members, paper));
    // A hub knows the public keys, and wraps a keyring of its own to them.
    REQUIRE(forged.members.append(
        *make_paper_add(forged.keyring, forged.desk, forged.members, paper, forged.random)));
    REQUIRE(unwrap_keyring(forged.members, paper));
    CHECK_FALSE(check_paper(forged.members, paper));
    const auto role = make_role(forged.desk, forged.members, paper.device(), MemberRole::paper, {});
    REQUIRE(role);
    REQUIRE(forged.members.append(*role));
    const Status checked = check_paper(forged.members, paper);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message.find("never signed") != std::string::npos);
    // What the words signed elsewhere does not continue this log.
    WithPaper real;
    CHECK_FALSE(forged.members.append(real.log.back()));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
